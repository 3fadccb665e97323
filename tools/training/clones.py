"""Files of public repositories, read out of git clones at the commits that are named, without a work tree."""

import pathlib
import re
import subprocess

import cv2
import numpy as np


class Unavailable(Exception):
    """One sentence for the user."""


class Clone:
    """Files of one repository at one commit; the clone is FOLDER/OWNER+REPOSITORY, bare or not, or its folder repo."""

    def __init__(self, folder, repository, commit):
        base = folder / repository.replace("/", "+")
        self.path = next((p for p in (base / "repo", base) if p.is_dir()), None)
        self.commit, self.name = commit, repository
        if self.path is None:
            raise Unavailable(f"a clone of github.com/{repository} is needed as {base}")

    def git(self, *arguments):
        run = subprocess.run(["git", "-C", self.path, *arguments], capture_output=True)
        if run.returncode:
            raise Unavailable(f"{self.name} @{self.commit} lacks {arguments[-1]}: {run.stderr.decode().strip()}")
        return run.stdout

    def read(self, path):
        return self.git("show", f"{self.commit}:{path}")

    def image(self, path):
        return decode(self.read(path), path)

    def stems(self, folder):
        """Names in a folder without their endings, numbers in their order."""
        names = self.git("ls-tree", "-z", "--name-only", self.commit, folder + "/").decode().split("\0")
        return natural({pathlib.PurePosixPath(n).stem for n in names if n})


def decode(data, name, flags=cv2.IMREAD_UNCHANGED):
    image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if image is None:
        raise Unavailable(f"{name} is not a picture that OpenCV reads")
    return image


def read(path, flags=cv2.IMREAD_COLOR):
    return decode(path.read_bytes(), path, flags)


def natural(names):
    return sorted(names, key=lambda n: [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", n)])


def at_longest(image, longest):
    """The picture with its longest side that many pixels long, smaller or larger."""
    factor = longest / max(image.shape[:2])
    return resized(image, (round(image.shape[1] * factor), round(image.shape[0] * factor)))


def resized(image, size):
    smaller = size[0] < image.shape[1]
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
