"""Each check of tools/check must find a breach, and pass what is right."""
import importlib.machinery
import importlib.util
import pathlib
import shutil
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
loader = importlib.machinery.SourceFileLoader("check", str(ROOT / "tools" / "check"))
check = importlib.util.module_from_spec(importlib.util.spec_from_loader("check", loader))
loader.exec_module(check)

GOOD_OPTIONS = """struct BlurOptions {
  /// Width of the blur. Unit: px. Range: 1 to 32. Default: 3.
  float width_px = 3.0f;
  /// Shape. Unit: none. Range: round or square. Default: round.
  Shape shape = Shape::round;
  /// Whether. Unit: none. Range: on or off. Default: on.
  bool soft = true;

  static BlurOptions fast() { return {}; }
};
template <class Visitor>
void visit_fields(BlurOptions& o, Visitor&& visit) {
  visit(Field{"width_px", "width, of the blur", "px", 1, 32}, o.width_px);
  visit(Field{"shape", "shape", ""}, o.shape);
  visit(Field{"soft", "whether", ""}, o.soft);
}
"""
HEADER = "include/relievo/blur.hpp"


class Check(unittest.TestCase):
    def breaches(self, checks, files):
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            shutil.copy(ROOT / ".clang-format", root)
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            return list(check.breaches(root, [checks]))

    def expect(self, checks, path, text, words):
        found = self.breaches(checks, {path: text})
        self.assertTrue(any(words in b and b.startswith(path) for b in found), f"{words!r} not in {found}")

    def expect_none(self, checks, path, text):
        self.assertEqual(self.breaches(checks, {path: text}), [])

    def test_format(self):
        self.expect(check.check_format, "src/core/a.cpp", "int  a ;\n", "style")
        self.expect_none(check.check_format, "src/core/a.cpp", "int a;\n")

    def test_foreign_libraries_stay_in_their_rooms(self):
        for path, header in (
            ("src/effects/a.cpp", "opencv2/core.hpp"), ("src/api/a.cpp", "Eigen/Core"),
            ("src/core/a.cpp", "OpenImageIO/imageio.h"), ("src/cpu/a.cpp", "libavcodec/avcodec.h"),
            ("src/effects/a.cpp", "tbb/parallel_for.h"), ("src/io/a.cpp", "hwy/highway.h"),
            ("src/vision/a.cpp", "ATen/ATen.h"), ("src/cpu/a.cpp", "cuda_runtime.h"),
            ("src/core/a.cpp", "curl/curl.h"), ("src/cpu/a.cpp", "nlohmann/json.hpp"), ("src/core/a.cpp", "zstd.h"),
            ("include/relievo/image.hpp", "opencv2/core.hpp"),
            ("include/relievo/interop/eigen.hpp", "opencv2/core.hpp"),
        ):
            self.expect(check.check_arrows, path, f"#include <{header}>\n", "may see")
        for path, header in (("src/vision/a.cpp", "opencv2/core.hpp"), ("src/io/a.cpp", "tbb/parallel_for.h"),
                             ("include/relievo/interop/opencv.hpp", "opencv2/core.hpp"),
                             ("tests/unit/a.cpp", "opencv2/core.hpp")):
            self.expect_none(check.check_arrows, path, f"#include <{header}>\n")

    def test_arrows_run_one_way(self):
        for room, header in (("core", "cpu/a.hpp"), ("core", "effects/a.hpp"), ("core", "api/a.hpp"),
                             ("effects", "api/a.hpp"), ("vision", "core/engine.hpp"), ("io", "core/engine.hpp"),
                             ("cpu", "effects/a.hpp")):
            self.expect(check.check_arrows, f"src/{room}/a.cpp", f'#include "{header}"\n', "no arrow")
        self.expect(check.check_arrows, "src/core/a.cpp", '#include "a.hpp"\n', "must be named from src/")
        self.expect(check.check_arrows, "src/kernels/a.hpp", "#include <vector>\n", "kernels may include")
        self.expect(check.check_arrows, "src/kernels/a.hpp", "#include <relievo/image.hpp>\n", "kernels may include")
        self.expect(check.check_arrows, "include/relievo/a.hpp", '#include "core/a.hpp"\n', "public header")
        self.expect(check.check_arrows, "include/relievo/a.hpp", "#include <unistd.h>\n", "public header")
        self.expect(check.check_arrows, "include/relievo/a.hpp", "#include <relievo/interop/eigen.hpp>\n", "interop")
        self.expect(check.check_arrows, "tools/a.cpp", '#include "core/a.hpp"\n', "public headers only")
        self.expect(check.check_arrows, "tools/relievo/a.cpp", '#include "torch/a.hpp"\n', "public headers only")
        self.expect(check.check_arrows, "tools/relievo-train/a.cpp", '#include "io/a.hpp"\n', "public headers only")
        self.expect_none(check.check_arrows, "tools/relievo-train/a.cpp", '#include "torch/a.hpp"\n')
        self.expect_none(check.check_arrows, "src/effects/a.cpp",
                         '#include <vector>\n#include <relievo/image.hpp>\n#include "core/engine.hpp"\n')

    def test_options(self):
        self.expect_none(check.check_options, HEADER, GOOD_OPTIONS)
        for old, new, words in (
            ("Unit: px. ", "", 'BlurOptions::width_px does not say its "Unit:"'),
            ("Range: 1 to 32. ", "", 'does not say its "Range:"'),
            ("Default: on.", "", 'does not say its "Default:"'),
            ("Default: 3.", "Default: 4.", "says Default: 4. but starts as 3.0f"),
            ("Default: on.", "Default: off.", "says Default: off."),
            ("Default: round.", "Default: square.", "says Default: square."),
            (" = true;", ";", "has no initialiser"),
            ('"px", 1, 32', '"px", 1, 64', "visit_fields allows 1 to 64"),
            ('  visit(Field{"soft", "whether", ""}, o.soft);\n', "", "soft is not in visit_fields"),
            ('Field{"soft"', 'Field{"sofa"', "visited under the name sofa"),
            ("bool soft", "bool hard", "names soft, which it has not"),
        ):
            self.assertIn(old, GOOD_OPTIONS)
            self.expect(check.check_options, HEADER, GOOD_OPTIONS.replace(old, new), words)

    def test_tables(self):
        row = "| `width_px` | px | 1 to 32 | 3 | width |\n"
        page = "`BlurOptions`\n\n| name | unit | range | default | meaning |\n|---|---|---|---|---|\n" + row + \
            "| `shape` | | `round`, `square` | `round` | shape |\n| `soft` | | on, off | on | whether |\n"
        for text, words in ((page, None), (page.replace("1 to 32", "1 to 64"), "says range 1 to 64 of width_px"),
                            (page.replace("| px |", "| mm |"), "says unit mm"),
                            (page.replace("32 | 3 |", "32 | 4 |"), "says default 4"),
                            (page.replace("`round`, ", ""), "says range square of shape"),
                            (page.replace("`soft`", "`sofa`"), "BlurOptions has no sofa"),
                            (page.replace(row, ""), "does not name BlurOptions::width_px")):
            found = self.breaches(check.check_tables, {HEADER: GOOD_OPTIONS, "docs/effects/blur.md": text})
            self.assertTrue(any(words in b for b in found) if words else not found, f"{words!r} not in {found}")

    def test_leftovers(self):
        self.expect(check.check_leftovers, "src/core/a.cpp", "// TO" + "DO: later\n", "behind")
        self.expect(check.check_leftovers, "docs/a.md", "FIX" + "ME\n", "behind")
        self.expect(check.check_leftovers, "cmake/a.cmake", "set(x /ho" + "me/me/x)\n", "one machine")
        self.expect(check.check_leftovers, "dev", 'log="/t' + 'mp/x.log"\n', "one machine")
        self.expect_none(check.check_leftovers, "docs/a.md", "src/home/x and https://example.org/home/x\n")

    def test_links(self):
        self.expect(check.check_links, "docs/a.md", "[b](b.md)\n", "does not exist")
        self.expect(check.check_links, "docs/a.md", "# One\n[b](#two)\n", "no such heading")
        self.expect_none(check.check_links, "docs/a.md", "# A `b` c\n[x](#a-b-c) [y](https://example.org) `[z](no)`\n")

    def test_models(self):
        registry = '{"models": [{"name": "a", "task": "depth", "licence": "MIT", "commercial_use": true, "files": ["a.pt"]}]}'
        row = "| `a` | depth | 1 M | 4 MB | MIT | yes | `a.pt` |\n"
        for text, words in ((row, None), ("", "does not name a"), (row + row, "names a, which"),
                            (row.replace("MIT", "BSD"), "says BSD of a"), (row.replace("yes", "**no**"), "says no of a"),
                            (row.replace("a.pt", "b.pt"), "says b.pt of a")):
            found = self.breaches(check.check_models, {"data/models.json": registry, "docs/models.md": text})
            self.assertTrue(any(words in b for b in found) if words else not found, f"{words!r} not in {found}")

    def test_version(self):
        files = {"CMakeLists.txt": "project(relievo VERSION 1.2.3 LANGUAGES CXX)\n",
                 "include/relievo/version.hpp": "#define RELIEVO_VERSION_MAJOR 1\n#define RELIEVO_VERSION_MINOR 2\n"
                 '#define RELIEVO_VERSION_PATCH 3\n#define RELIEVO_VERSION_STRING "1.2.3"\n'}
        self.assertEqual(self.breaches(check.check_version, files), [])
        files["CMakeLists.txt"] = files["CMakeLists.txt"].replace("1.2.3", "1.2.4")
        self.assertIn("disagrees", self.breaches(check.check_version, files)[0])


if __name__ == "__main__":
    unittest.main()
