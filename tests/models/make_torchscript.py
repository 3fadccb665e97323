#!/usr/bin/env python3
"""Makes the TorchScript programs of the tests: python make_torchscript.py FOLDER, with torch 2.13.0.

Each computes something known of its input: `mean` of the channels, the others what a depth network must not.
"""
import io
import pathlib
import sys
import zipfile

import torch


class Mean(torch.nn.Module):
    """N x H x W, weighed by parameters, so that there are some."""

    def __init__(self):
        super().__init__()
        self.weights = torch.nn.Parameter(torch.tensor([0.5, 0.25, 0.25]))

    def forward(self, x):
        return (x * self.weights.view(1, 3, 1, 1)).sum(1) + 4.0


class Channel(torch.nn.Module):
    """N x 1 x H x W."""

    def forward(self, x):
        return x[:, 1:2] + 4.0


class Raises(torch.nn.Module):
    def forward(self, x):
        if x.size(0) > 0:
            raise ValueError("no depth today")
        return x


class Mismatch(torch.nn.Module):
    def forward(self, x):
        return x + torch.ones(7, 5)


class Pair(torch.nn.Module):
    def forward(self, x):
        return x[:, 0], x[:, 1]


class Half(torch.nn.Module):
    """Half the sides."""

    def forward(self, x):
        return x[:, 0, ::2, ::2]


class Whole(torch.nn.Module):
    """Integers."""

    def forward(self, x):
        return x[:, 0].to(torch.int32)


def main():
    folder = pathlib.Path(sys.argv[1])
    for kind in (Mean, Channel, Raises, Mismatch, Pair, Half, Whole):
        whole = io.BytesIO(torch.jit.script(kind().eval()).save_to_buffer())
        # Without where the sources lay: paths of the machine.
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(folder / f"{kind.__name__.lower()}.pt", "w") as new:
            for name in old.namelist():
                if not name.endswith(".debug_pkl"):
                    new.writestr(zipfile.ZipInfo(name), old.read(name))


if __name__ == "__main__":
    main()
