// Bad input gives a correct result or one sentence, an exit code of 1 or 2, and nothing half-written.
#include <OpenImageIO/imageio.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include <relievo/device.hpp>
#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "pictures.hpp"
#include "process.hpp"

namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

void write_bytes(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::string read_bytes(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

// Root may read and write everything; a program it starts without these two capabilities is held to
// the modes of files as anyone is. Another user could not even reach a build below root's home.
void obey_modes() {
  prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE);
  prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH);
}

class BadInput : public testing::Test {
 protected:
  // Runs, expects one sentence on standard error that holds `part`, and no file that was not there.
  void expect_refused(const std::vector<std::string>& arguments, int code, const std::string& part,
                      const std::function<void()>& before = {}) {
    const std::vector<std::string> files = folder.list();
    const test::Outcome run = test::relievo(arguments, folder.path(), before);
    EXPECT_EQ(run.code, code) << run.err;
    EXPECT_THAT(run.err, HasSubstr(part));
    // Wrong use adds a line that points to the help.
    const auto lines = std::count(run.err.begin(), run.err.end(), '\n');
    EXPECT_LE(lines, code == 2 ? 2 : 1) << run.err;
    EXPECT_EQ(run.err.rfind("relievo: ", 0), 0u) << run.err;
    EXPECT_EQ(folder.list(), files) << "nothing may be left behind";
  }

  void expect_done(const std::vector<std::string>& arguments) {
    const test::Outcome run = test::relievo(arguments, folder.path());
    EXPECT_EQ(run.code, 0) << run.err;
  }

  // The verb over a generated photo of this size and format.
  void expect_all_done(int width, int height, relievo::PixelFormat format, const std::string& name) {
    relievo::io::write(folder / name, test::picture(width, height, format));
    expect_done({"all", name, "-o", "out"});
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "out"), {}), 10);
  }

  test::Folder folder;
};

TEST_F(BadInput, MissingPhoto) { expect_refused({"all", "absent.jpg"}, 1, "absent.jpg"); }

TEST_F(BadInput, EmptyFile) {
  write_bytes(folder / "empty.jpg", "");
  expect_refused({"all", "empty.jpg"}, 1, "empty.jpg");
}

TEST_F(BadInput, NotAnImage) {
  write_bytes(folder / "text.png", "this is no image, whatever its name says\n");
  expect_refused({"all", "text.png"}, 1, "text.png");
}

TEST_F(BadInput, Truncated) {
  for (const char* name : {"whole.png", "whole.jpg", "whole.tif", "whole.webp"}) {
    relievo::io::write(folder / name, test::picture(200, 150));
    const std::string bytes = read_bytes(folder / name);
    for (const double part : {0.1, 0.5, 0.9}) {
      write_bytes(folder / (std::string("cut_") + name),
                  bytes.substr(0, static_cast<std::size_t>(bytes.size() * part)));
      expect_refused({"all", std::string("cut_") + name}, 1, std::string("cut_") + name);
    }
  }
}

TEST_F(BadInput, Directory) {
  std::filesystem::create_directory(folder / "dir.jpg");
  expect_refused({"all", "dir.jpg"}, 1, "dir.jpg");
}

TEST_F(BadInput, NoPermissionToRead) {
  relievo::io::write(folder / "photo.png", test::picture(32, 32));
  chmod((folder / "photo.png").c_str(), 0);
  expect_refused({"bokeh", "photo.png"}, 1, "photo.png", obey_modes);
}

TEST_F(BadInput, NoPermissionToWrite) {
  relievo::io::write(folder / "photo.png", test::picture(32, 32));
  chmod(folder.path().c_str(), 0555);
  expect_refused({"all", "photo.png"}, 1, "photo_output", obey_modes);
  expect_refused({"bokeh", "photo.png"}, 1, "photo_bokeh.jpg", obey_modes);
}

TEST_F(BadInput, FullDisk) {
  relievo::io::write(folder / "photo.png", test::picture(300, 200));
  const auto limited = [] {
    // As large as a file may grow; stands for a disk that fills up.
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
  };
  expect_refused({"bokeh", "photo.png", "-o", "b.png"}, 1, "b.png", limited);
  expect_refused({"bokeh", "photo.png", "-o", "b.jpg"}, 1, "b.jpg", limited);
  expect_refused({"depth", "photo.png", "-o", "d.pfm"}, 1, "d.pfm", limited);
  expect_refused({"depth", "photo.png", "-o", "d.exr"}, 1, "d.exr", limited);
  expect_refused({"parallax", "photo.png", "-o", "p.mp4"}, 1, "p.mp4", limited);
  expect_refused({"parallax", "photo.png", "-o", "p.gif"}, 1, "p.gif", limited);
  expect_refused({"stereo", "photo.png", "-o", "s.hevc", "--divergence", "0.1"}, 1, "s.hevc", [] {
    const rlimit limit{256, 256};
    setrlimit(RLIMIT_FSIZE, &limit);
  });
}

TEST_F(BadInput, FullDiskLeavesAnOldFileAsItWas) {
  relievo::io::write(folder / "photo.png", test::picture(300, 200));
  write_bytes(folder / "b.png", "old");
  expect_refused({"bokeh", "photo.png", "-o", "b.png"}, 1, "b.png", [] {
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
  });
  EXPECT_EQ(read_bytes(folder / "b.png"), "old");
}

TEST_F(BadInput, OutputInTheWay) {
  relievo::io::write(folder / "photo.png", test::picture(32, 32));
  write_bytes(folder / "photo_output", "a file");
  expect_refused({"all", "photo.png"}, 1, "photo_output");
}

TEST_F(BadInput, UnknownOutputExtension) {
  relievo::io::write(folder / "photo.png", test::picture(32, 32));
  expect_refused({"bokeh", "photo.png", "-o", "b.xyz"}, 2, ".xyz");
  expect_refused({"depth", "photo.png", "-o", "d"}, 2, "d");
  expect_refused({"parallax", "photo.png", "-o", "p.avi"}, 2, ".avi");
}

// The photo is absent, so that whatever is refused for another reason is refused before it is looked for.
TEST_F(BadInput, OutputThatCannotBeWrittenIsRefusedBeforeTheWork) {
  for (const char* verb : {"depth", "segment", "inpaint", "bokeh", "parallax", "stereo"}) {
    expect_refused({verb, "absent.png", "-o", "o.xyz"}, 2, "o.xyz");
    expect_refused({verb, "absent.png", "-o", "o"}, 2, "'o'");
    const std::string name = verb == std::string("parallax") ? "nowhere/o.mp4" : "nowhere/o.png";
    expect_refused({verb, "absent.png", "-o", name}, 1, name);
    expect_refused({verb, "absent.png", "-o", name.substr(8)}, 1, "absent.png");
  }
  expect_refused({"stereo", "absent.png", "-o", "nowhere/o.hevc"}, 1, "nowhere");
  expect_refused({"stereo", "absent.png", "--left", "l.mp4"}, 2, "l.mp4");
  expect_refused({"stereo", "absent.png", "--right", "nowhere/r.png"}, 1, "nowhere");
}

TEST_F(BadInput, UnknownFlagVerbAndModel) {
  relievo::io::write(folder / "photo.png", test::picture(32, 32));
  expect_refused({"bokeh", "photo.png", "--bluriness", "3"}, 2, "--bluriness");
  expect_refused({"bokeh"}, 2, "photo");
  expect_refused({}, 2, "A photo or a verb is required");
  expect_refused({"blur", "photo.png"}, 2, "no verb and no file \"blur\"");
  expect_refused({"--quiet", "bokeh", "photo.png"}, 2, "The verb comes first: relievo bokeh");
  expect_refused({"bokeh", "photo.png", "--preset", "film"}, 2, "allowed is spatial-photo");
  expect_refused({"bokeh", "photo.png", "--depth-kind", "meters"}, 2, "disparity, disparity-px, metres");
  expect_refused({"depth", "photo.png", "--model", "dpt-hybrid"}, 1, "relievo models fetch dpt-hybrid");
  expect_refused({"depth", "photo.png", "--model", "nonsense"}, 1, "nonsense");
}

TEST_F(BadInput, OptionOutOfRange) {
  relievo::io::write(folder / "photo.png", test::picture(32, 32));
  expect_refused({"bokeh", "photo.png", "--f-number", "0"}, 2, "--f-number is 0; allowed is 0.7 to 64.");
  expect_refused({"bokeh", "photo.png", "--f-number", "nan"}, 2, "--f-number");
  expect_refused({"bokeh", "photo.png", "--shape", "star"}, 2, "circle, hexagon, octagon, heart");
  expect_refused({"parallax", "photo.png", "--frames", "1"}, 2,
                 "--frames is 1; allowed is a whole number from 2 to 600.");
  expect_refused({"parallax", "photo.png", "--frames", "2.5"}, 2, "whole number");
  expect_refused({"stereo", "photo.png", "--divergence", "0.5"}, 2, "0 to 0.1");
  expect_refused({"bokeh", "photo.png", "--f-number", "wide"}, 2, "--f-number is wide; allowed is 0.7 to 64.");
  expect_refused({"bokeh", "photo.png", "--f-number"}, 2, "--f-number needs a value.");
  expect_refused({"bokeh", "photo.png", "--threads", "2.5"}, 2, "a whole number from 0 to 1024.");
  expect_refused({"parallax", "photo.png", "--max-bytes", "-1"}, 2, "a whole number from 10000");
  // Before the photo is as much as looked for.
  expect_refused({"segment", "absent.png", "--open-px", "4"}, 2,
                 "--open-px is 4; allowed is an odd number from 1 to 101 px.");
  expect_refused({"parallax", "absent.png", "-o", "p.gif", "--max-bytes", "100"}, 2, "--max-bytes is 100");
  expect_refused({"all", "photo.png", "--threads", "-1"}, 2, "--threads");
  expect_refused({"all", "photo.png", "--device", "tpu"}, 2, "tpu");
  // Whether the module, the driver or the GPU is what is missing.
  if (const std::string why = relievo::Device::why_absent(relievo::DeviceKind::cuda); !why.empty()) {
    expect_refused({"bokeh", "photo.png", "--device", "cuda"}, 1, "There is no CUDA device: ");
  }
}

TEST_F(BadInput, AnAperturesPicture) {
  relievo::io::write(folder / "photo.png", test::picture(32, 24));
  relievo::Image ring = test::picture(16, 16);
  relievo::io::write(folder / "ring.png", ring);
  for (int y = 0; y < 16; ++y) std::fill_n(ring.row<std::uint8_t>(y), 48, std::uint8_t{0});
  relievo::io::write(folder / "black.png", ring);
  write_bytes(folder / "text.png", "light");
  const auto refused = [&](const std::vector<std::string>& flags, int code, const std::string& part) {
    std::vector<std::string> arguments{"bokeh", "photo.png"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    expect_refused(arguments, code, part);
  };
  refused({"--aperture-image", "absent.png"}, 1, "absent.png");
  refused({"--aperture-image", "text.png"}, 1, "text.png");
  refused({"--aperture-image", "photo.png"}, 2, "The aperture's picture is 32 x 24 pixels; it must be square.");
  refused({"--aperture-image", "black.png"}, 2, "The aperture's picture is black");
  refused({"--aperture-image", "ring.png", "--shape", "heart"}, 2,
          "--aperture-image is of shape image; --shape is heart.");
  refused({"--shape", "image"}, 2, "--shape image needs --aperture-image FILE.");
  refused({"--aperture-image", "ring.png", "--mode", "gather"}, 2, "shape is image with mode gather");
  refused({"--blades", "2"}, 2, "blades is 2; allowed are 0 and 3 to 16.");
  refused({"--shape", "heart", "--blades", "5"}, 2, "blades is 5 with shape heart");
  refused({"--roundness", "0.5"}, 2, "roundness is 0.5 with shape circle and no blades");
  expect_refused({"all", "photo.png", "--bokeh-shape", "image"}, 2,
                 "--bokeh-shape image needs --bokeh-aperture-image FILE.");
  expect_done({"bokeh", "photo.png", "--aperture-image", "ring.png", "-o", "b.png"});
  expect_done({"bokeh", "photo.png", "--blades", "7", "--roundness", "0.3", "--rotation", "10", "-o", "c.png"});
}

TEST_F(BadInput, FlagsThatWouldDoNothing) {
  relievo::io::write(folder / "photo.png", test::picture(32, 32));
  relievo::io::write_depth(folder / "depth.pfm",
                           relievo::DepthMap(test::disparity(32, 32), relievo::DepthKind::disparity));
  for (const char* scale : {"nan", "inf", "0", "-1", "1mm"}) {
    expect_refused({"depth", "photo.png", "--depth", "depth.pfm", "--depth-scale", scale}, 2, "a number above 0");
  }
  expect_refused({"bokeh", "photo.png", "--depth-kind", "metres"}, 2, "--depth-kind requires --depth");
  expect_refused({"bokeh", "photo.png", "--depth-scale", "0.001"}, 2, "--depth-scale requires --depth");
  expect_refused({"bokeh", "photo.png", "--depth", "depth.pfm", "--model", "cues"}, 2, "excludes");
  expect_refused({"bokeh", "photo.png", "--mask", "photo.png", "--segment-method", "otsu"}, 2, "excludes");
  expect_refused({"inpaint", "photo.png", "--mask", "photo.png", "--segment-method", "otsu"}, 2, "excludes");
  expect_refused({"inpaint", "photo.png", "--mask", "photo.png", "--hole-dilate-times", "1"}, 2, "excludes");
  expect_refused({"inpaint", "photo.png", "--mask", "photo.png", "--depth", "depth.pfm"}, 2, "excludes");
  expect_refused({"bokeh", "photo.png", "--focus-face", "--focus-disparity", "0.5"}, 2, "excludes");
  expect_refused({"bokeh", "photo.png", "--focus-largest", "--focus-point", "1,1"}, 2, "excludes");
  expect_refused({"bokeh", "photo.png", "--focus-from", "0", "--focus-to", "1", "--focus-distance", "2"}, 2,
                 "excludes");
  expect_refused({"bokeh", "photo.png", "--focus-from", "0.5"}, 2, "--focus-from requires --focus-to");
  expect_refused({"bokeh", "photo.png", "--focus-to", "0.5"}, 2, "--focus-to requires --focus-from");
  expect_refused({"bokeh", "photo.png", "--json", "--quiet"}, 2, "excludes");
  expect_refused({"parallax", "photo.png", "--max-bytes", "20000"}, 2,
                 "--max-bytes does nothing for photo_parallax.mp4");
  expect_refused({"parallax", "photo.png", "--crf", "30", "-o", "p.GIF"}, 2, "--crf does nothing for p.GIF");
  // The video of `all` is side by side whatever the layout of a picture would be.
  expect_refused({"all", "photo.png", "--stereo-layout", "anaglyph"}, 2, "--stereo-layout");
}

TEST_F(BadInput, HintsThatCannotBeMeant) {
  relievo::io::write(folder / "photo.png", test::picture(32, 32));
  relievo::io::write(folder / "small.png", test::picture(16, 16, {relievo::Scalar::u8, 1}));
  for (const char* flag : {"--point", "--not-point"}) {
    for (const char* text : {"3", "3,", "3,4,5", "-1,4", "3,4.5", "a,b", "99999999999,1", ""}) {
      expect_refused({"segment", "absent.png", flag, text}, 2, "allowed is X,Y, whole pixels");
    }
    expect_refused({"segment", "absent.png", flag}, 2, flag);
  }
  expect_refused({"segment", "absent.png", "--box", "1,2,3"}, 2, "--box is 1,2,3; allowed is X,Y,W,H");
  expect_refused({"segment", "absent.png", "--box", "1,2,0,3"}, 2, "W and H above 0");
  expect_refused({"segment", "absent.png", "--trimap", "51"}, 2,
                 "--trimap is 51; allowed is a whole number from 0 to 50");
  for (const char* flag : {"--instances", "--refine=small.png"}) {
    expect_refused({"segment", "photo.png", flag, "--point", "3,4"}, 2, "excludes");
  }
  expect_refused({"segment", "photo.png", "--refine", "small.png", "--instances"}, 2, "excludes");
  expect_refused({"segment", "photo.png", "--refine", "small.png", "--model", "cues"}, 2, "excludes");
  expect_refused({"segment", "photo.png", "--refine", "small.png", "--open-px", "3"}, 2, "excludes");
  expect_refused({"segment", "absent.png", "--method", "otsu", "--point", "3,4"}, 2, "need --method auto");
  expect_refused({"segment", "absent.png", "--preset", "spatial-photo", "--instances"}, 2, "need --method auto");
  expect_refused({"segment", "photo.png", "--point", "32,4"}, 2, "it must lie within the photo, 32 x 32 pixels.");
  expect_refused({"segment", "photo.png", "--point", "3,4", "--not-point", "3,4"}, 2, "too near to each other");
  expect_refused({"segment", "photo.png", "--point", "3,4", "--box", "5,5,9,9"}, 2, "outside of the box");
  expect_refused({"segment", "photo.png", "--hint", "small.png"}, 2, "The mask small.png is 16 x 16 pixels");
  expect_refused({"segment", "photo.png", "--refine", "small.png"}, 2, "The mask small.png is 16 x 16 pixels");
}

TEST_F(BadInput, TraceThatCannotBeWritten) {
  relievo::io::write(folder / "photo.png", test::picture(32, 32));
  std::filesystem::create_directory(folder / "dir");
  expect_refused({"depth", "photo.png", "--trace", "absent/t.json"}, 1, "absent/t.json");
  expect_refused({"depth", "photo.png", "--trace", "dir"}, 1, "dir cannot be written: Is a directory");
}

TEST_F(BadInput, StandardOutputThatIsFull) {
  relievo::io::write(folder / "photo.png", test::picture(32, 32));
  const auto full = [] { dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO); };
  expect_refused({"info", "photo.png", "--json"}, 1, "Standard output cannot be written", full);
  expect_refused({"--help"}, 1, "Standard output cannot be written", full);
}

TEST_F(BadInput, AnErrorHasItsLineForItselfOnATerminal) {
  relievo::io::write(folder / "photo.png", test::picture(64, 48));
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_TRUE(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  const std::string name = ptsname(master);
  const int terminal = open(name.c_str(), O_RDWR | O_NOCTTY);
  const auto before = [&] {
    dup2(terminal, STDERR_FILENO);
    // Fails at the very end, as the disk is full.
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
  };
  const test::Outcome run = test::relievo({"depth", "photo.png", "-o", "d.pfm"}, folder.path(), before);
  EXPECT_EQ(run.code, 1);
  std::string seen(1 << 16, '\0');
  const ssize_t count = read(master, seen.data(), seen.size());
  close(terminal);
  close(master);
  ASSERT_GT(count, 0);
  seen.resize(static_cast<std::size_t>(count));
  EXPECT_THAT(seen, HasSubstr("100 %"));
  // The bar is wiped before the sentence.
  EXPECT_THAT(seen, HasSubstr("\r\033[Krelievo: "));
}

TEST_F(BadInput, OnePixel) { expect_all_done(1, 1, {relievo::Scalar::u8, 3}, "one.png"); }
TEST_F(BadInput, OneRow) { expect_all_done(97, 1, {relievo::Scalar::u8, 3}, "row.png"); }
TEST_F(BadInput, OneColumn) { expect_all_done(1, 89, {relievo::Scalar::u8, 3}, "column.png"); }
TEST_F(BadInput, VeryWide) { expect_all_done(40000, 8, {relievo::Scalar::u8, 3}, "wide.png"); }
TEST_F(BadInput, Grey) { expect_all_done(60, 40, {relievo::Scalar::u8, 1}, "grey.png"); }
TEST_F(BadInput, Alpha) { expect_all_done(60, 40, {relievo::Scalar::u8, 4}, "alpha.png"); }
TEST_F(BadInput, SixteenBits) { expect_all_done(60, 40, {relievo::Scalar::u16, 3}, "deep.png"); }
TEST_F(BadInput, SixteenBitsAndAlpha) { expect_all_done(60, 40, {relievo::Scalar::u16, 4}, "deep_alpha.png"); }
TEST_F(BadInput, Float) { expect_all_done(60, 40, {relievo::Scalar::f32, 3}, "float.exr"); }

TEST_F(BadInput, WrongExtension) {
  relievo::io::write(folder / "photo.jpg", test::picture(60, 40));
  std::filesystem::rename(folder / "photo.jpg", folder / "photo.png");
  expect_done({"bokeh", "photo.png", "-o", "b.png"});
}

TEST_F(BadInput, Cmyk) {
  OIIO::ImageSpec spec(60, 40, 4, OIIO::TypeDesc::UINT8);
  spec.attribute("tiff:ColorSpace", "CMYK");
  spec.channelnames = {"Cyan", "Magenta", "Yellow", "Black"};
  spec.alpha_channel = -1;
  std::vector<unsigned char> pixels(60 * 40 * 4, 0);
  for (std::size_t i = 0; i < pixels.size(); i += 4) pixels[i + 1] = 255;
  const auto out = OIIO::ImageOutput::create("cmyk.tif");
  ASSERT_TRUE(out->open(folder / "cmyk.tif", spec) && out->write_image(OIIO::TypeDesc::UINT8, pixels.data()) &&
              out->close());
  expect_done({"bokeh", "cmyk.tif", "-o", "b.png"});
  const relievo::io::Photo result = relievo::io::read(folder / "b.png");
  // All magenta ink: red and blue light stay, green goes.
  const auto* pixel = result.image.row<std::uint8_t>(20) + 3 * 30;
  EXPECT_GT(pixel[0], 150);
  EXPECT_LT(pixel[1], 60);
  EXPECT_GT(pixel[2], 100);
}

TEST_F(BadInput, DepthOfAnotherSize) {
  relievo::io::write(folder / "photo.png", test::picture(160, 120));
  relievo::io::write_depth(folder / "half.pfm",
                           relievo::DepthMap(test::disparity(80, 60), relievo::DepthKind::disparity));
  expect_done({"bokeh", "photo.png", "--depth", "half.pfm", "-o", "b.png"});
  relievo::io::write_depth(folder / "tall.pfm",
                           relievo::DepthMap(test::disparity(60, 80), relievo::DepthKind::disparity));
  expect_refused({"bokeh", "photo.png", "--depth", "tall.pfm", "-o", "c.png"}, 2, "60 x 80");
}

// Holes are filled; what is infinitely far is a hole of metres.
TEST_F(BadInput, DepthWithHolesAndInfinities) {
  relievo::io::write(folder / "photo.png", test::picture(160, 120));
  relievo::Image values = test::disparity(160, 120);
  const auto put = [](std::string& bytes, float value) { bytes.append(reinterpret_cast<const char*>(&value), 4); };
  std::string bytes = "Pf\n160 120\n-1.0\n";
  for (int y = 119; y >= 0; --y) {
    for (int x = 0; x < 160; ++x) {
      const float holes[] = {HUGE_VALF, -HUGE_VALF, NAN};
      put(bytes, (x + y) % 7 == 0 ? holes[(x + y) % 3] : values.row<float>(y)[x]);
    }
  }
  write_bytes(folder / "holes.pfm", bytes);
  expect_done({"bokeh", "photo.png", "--depth", "holes.pfm", "--mode", "layered", "-o", "b.png"});
  expect_done({"bokeh", "photo.png", "--depth", "holes.pfm", "--depth-kind", "metres", "--focal-length", "50",
               "--focus-distance", "1", "-o", "b.png"});
}

TEST_F(BadInput, FocusThatIsNowhere) {
  relievo::io::write(folder / "photo.png", test::picture(160, 120));
  relievo::io::write_depth(folder / "depth.pfm",
                           relievo::DepthMap(test::disparity(160, 120), relievo::DepthKind::disparity));
  const auto refused = [&](std::vector<std::string> flags, const std::string& part) {
    flags.insert(flags.begin(), {"bokeh", "photo.png", "--depth", "depth.pfm"});
    expect_refused(flags, 2, part);
  };
  refused({"--focus-disparity", "1.5"}, "--focus-disparity is 1.5; allowed is 0 to 1.");
  refused({"--focus-disparity", "nan"}, "--focus-disparity is nan; allowed is 0 to 1.");
  refused({"--focus-from", "0.2", "--focus-to", "2"}, "--focus-to is 2; allowed is 0 to 1.");
  refused({"--focus-point", "80"}, "--focus-point is 80; allowed is X,Y, whole pixels from the upper left.");
  refused({"--focus-point=-1,5"}, "--focus-point is -1,5; allowed is X,Y");
  refused({"--focus-point", "160,5"}, "The focus point (160, 5) lies outside the scene of 160 x 120 pixels.");
  refused({"--focus-distance", "0"}, "--focus-distance is 0; allowed is a number above 0.");
  refused({"--focus-distance", "2"}, "this scene's depth is not in metres; focus on a disparity, a point, a face or");
  refused({"--focal-length", "50"}, "needs depth in metres, which this scene has not; set coc or strength instead.");
  refused({"--focal-length", "50", "--coc", "5"}, "coc is 5 px and focal_length 50 mm");
  const test::Outcome run =
      test::relievo({"bokeh", "photo.png", "--depth", "depth.pfm", "--focus-face"}, folder.path());
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("No face is found to focus on; focus on the subject"));
  EXPECT_FALSE(std::filesystem::exists(folder / "photo_bokeh.jpg"));
}

TEST_F(BadInput, BokehOfOneRowOrColumn) {
  for (const auto& [width, height] : {std::pair(160, 1), std::pair(1, 120), std::pair(1, 1)}) {
    relievo::io::write(folder / "thin.png", test::picture(width, height));
    for (const char* mode : {"lens", "threshold"}) {
      expect_done({"bokeh", "thin.png", "--model", "cues", "--mode", mode, "--coc", "4096", "-o", "b.png"});
    }
  }
}

TEST_F(BadInput, DepthWithoutAValue) {
  relievo::io::write(folder / "photo.png", test::picture(40, 30));
  // PFM written by hand, as write_depth refuses such a map too.
  std::string bytes = "Pf\n40 30\n-1.0\n";
  for (int i = 0; i < 40 * 30; ++i) bytes += std::string("\x00\x00\xc0\x7f", 4);
  write_bytes(folder / "nan.pfm", bytes);
  expect_refused({"bokeh", "photo.png", "--depth", "nan.pfm"}, 2, "nan.pfm");
}

TEST_F(BadInput, FlagsOfOtherScenesThanTheOneBaked) {
  relievo::io::write(folder / "photo.png", test::picture(40, 30));
  expect_refused({"bokeh", "photo.png", "--decontaminate"}, 2,
                 "--decontaminate is of scenes of 2 layers; --max-layers 2 makes one.");
  expect_refused({"stereo", "photo.png", "--hole-dilate-px", "9"}, 2, "--hole-dilate-px is of scenes of 2 layers");
  expect_refused({"bokeh", "photo.png", "--max-layers", "2", "--depth-threshold", "0.1"}, 2,
                 "--depth-threshold is of scenes of more than 2 layers, which are filled by patch.");
  expect_refused({"parallax", "photo.png", "--preset", "spatial-photo", "--background-thickness", "50"}, 2,
                 "--background-thickness is of scenes of more than 2 layers");
  expect_refused({"bokeh", "photo.png", "--inpaint-radius-px", "5"}, 2,
                 "--inpaint-radius-px is of fills other than patch.");
  expect_refused({"inpaint", "photo.png", "--radius-px", "5"}, 2, "--radius-px is of fills other than patch.");
  expect_refused({"bokeh", "photo.png", "--max-layers", "17"}, 2, "--max-layers is 17");
}

TEST_F(BadInput, ConstantDepthMakesAFlatScene) {
  relievo::io::write(folder / "photo.png", test::picture(40, 30));
  std::string bytes = "Pf\n40 30\n-1.0\n";
  for (int i = 0; i < 40 * 30; ++i) bytes += std::string("\x00\x00\x40\x3f", 4);
  write_bytes(folder / "flat.pfm", bytes);
  expect_done({"all", "photo.png", "--depth", "flat.pfm", "-o", "out"});
  const relievo::Image before = test::picture(40, 30);
  for (const char* name : {"stereo_left.png", "stereo_right.png", "background.png"}) {
    const relievo::io::Photo after = relievo::io::read(folder / (std::string("out/") + name));
    for (int y = 0; y < 30; ++y) {
      ASSERT_TRUE(
          std::equal(before.row<std::uint8_t>(y), before.row<std::uint8_t>(y) + 120, after.image.row<std::uint8_t>(y)))
          << name << " row " << y;
    }
  }
}

TEST_F(BadInput, MaskOfAnotherSize) {
  relievo::io::write(folder / "photo.png", test::picture(40, 30));
  relievo::io::write(folder / "mask.png", test::picture(30, 40, {relievo::Scalar::u8, 1}));
  expect_refused({"bokeh", "photo.png", "--mask", "mask.png"}, 2, "mask.png is 30 x 40 pixels");
}

TEST_F(BadInput, MaskThatCoversEverything) {
  relievo::io::write(folder / "photo.png", test::picture(40, 30));
  relievo::Image mask(40, 30, {relievo::Scalar::u8, 1});
  for (int y = 0; y < 30; ++y) std::fill_n(mask.row<std::uint8_t>(y), 40, 255);
  relievo::io::write(folder / "mask.png", mask);
  expect_refused({"inpaint", "photo.png", "--mask", "mask.png"}, 2, "mask");
  expect_done({"bokeh", "photo.png", "--mask", "mask.png", "-o", "b.png"});
}

}  // namespace
