// Photos that carry depth or a matte: when the command takes them, and what it says of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "common/depth_photos.hpp"
#include "formats/heic_photos.hpp"
#include "pictures.hpp"
#include "process.hpp"

namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int width = 160, height = 120;
const std::string note = "Depth is the photo's own: GDepth, 80 x 60.";

depth_photos::Bytes bytes_of(const std::string& path) {
  const std::string text = test::text_of(path);
  return {text.begin(), text.end()};
}

class EmbeddedDepthCommand : public testing::Test {
 protected:
  void SetUp() override {
    relievo::io::write(folder / "plain.jpg", test::picture(width, height));
    plain = bytes_of(folder / "plain.jpg");
    // The disc at 0, which is near, before a background at 204.
    map = make_map(80, 60);
    save("photo.jpg", depth_photos::with_gdepth(plain, map, range));
  }
  depth_photos::Bytes make_map(int w, int h) {
    relievo::Image image(w, h, {relievo::Scalar::u8, 1});
    for (int y = 0; y < h; ++y) {
      for (int x = 0; x < w; ++x) image.row<std::uint8_t>(y)[x] = test::in_disc(x, y, w, h) ? 0 : 204;
    }
    relievo::io::write(folder / "map.png", image);
    return bytes_of(folder / "map.png");
  }
  void save(const std::string& name, const depth_photos::Bytes& bytes) {
    std::ofstream(folder / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  test::Outcome run(const std::vector<std::string>& arguments) { return test::relievo(arguments, folder.path()); }

  const std::string range = "GDepth:Format=\"RangeInverse\" GDepth:Near=\"1\" GDepth:Far=\"5\" GDepth:Units=\"m\"";
  test::Folder folder;
  depth_photos::Bytes plain, map;
};

TEST_F(EmbeddedDepthCommand, ItIsTakenInPlaceOfAnEstimate) {
  const test::Outcome made = run({"depth", "photo.jpg", "-o", "own.pfm"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr(note));
  const relievo::DepthMap own = relievo::io::read_depth(folder / "own.pfm", relievo::DepthKind::metres);
  ASSERT_EQ(own.width(), width);
  ASSERT_EQ(own.height(), height);
  EXPECT_NEAR(own.values().row<float>(60)[80], 1, 1e-5);
  EXPECT_NEAR(own.values().row<float>(5)[5], 5 / (5 - 0.8 * 4), 1e-5);
  const test::Outcome all = run({"bokeh", "photo.jpg", "--json"});
  ASSERT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(all.out, HasSubstr(note));
}

TEST_F(EmbeddedDepthCommand, AnotherIsTakenWhereOneIsAskedFor) {
  relievo::io::write_depth(folder / "other.pfm",
                           relievo::DepthMap(test::disparity(width, height), relievo::DepthKind::disparity));
  for (const std::vector<std::string>& flags :
       std::vector<std::vector<std::string>>{{"--no-embedded-depth"}, {"--model", "cues"}, {"--depth", "other.pfm"}}) {
    std::vector<std::string> arguments = {"depth", "photo.jpg"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const test::Outcome made = run(arguments);
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_THAT(made.err, Not(HasSubstr("photo's own"))) << flags[0];
  }
}

TEST_F(EmbeddedDepthCommand, WhatIsDamagedOrDoesNotFitIsLeftOut) {
  const auto expect_note = [&](const std::string& part) {
    const test::Outcome made = run({"depth", "bad.jpg", "-o", "bad.png"});
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_THAT(made.err, HasSubstr(part));
    EXPECT_THAT(made.err, HasSubstr("left out"));
    EXPECT_EQ(relievo::io::read(folder / "bad.png").image.width(), width);
  };
  save("bad.jpg", depth_photos::with_gdepth(plain, depth_photos::Bytes(90, 7), range));
  expect_note("The depth that 'bad.jpg' carries is damaged");
  EXPECT_THAT(run({"info", "bad.jpg"}).out, HasSubstr("damaged"));
  save("bad.jpg", depth_photos::with_gdepth(plain, make_map(60, 60), range));
  expect_note("The photo's own depth, 60 x 60, does not have the shape of the photo, 160 x 120");
}

TEST_F(EmbeddedDepthCommand, InfoSaysWhatAPhotoCarries) {
  EXPECT_THAT(run({"info", "photo.jpg"}).out, HasSubstr("GDepth, 80 x 60, metres"));
  EXPECT_THAT(run({"info", "plain.jpg"}).out, Not(HasSubstr("depth")));
}

TEST_F(EmbeddedDepthCommand, ThePortraitsMatteIsTheMatte) {
  const auto disc = [](int w, int h) {
    return heic_photos::grey(w, h, [=](int x, int y) { return test::in_disc(x, y, w, h) ? 255 : 0; });
  };
  std::vector<heic_photos::Item> items = {disc(256, 192), disc(128, 96)};
  items[1].auxiliary = "urn:com:apple:photo:2018:aux:portraiteffectsmatte";
  save("portrait.heic", heic_photos::file_of(items));
  const std::string said = "The matte is the photo's own: 128 x 96.";

  const test::Outcome made = run({"segment", "portrait.heic", "-o", "matte.png"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr(said));
  const relievo::io::Photo matte = relievo::io::read(folder / "matte.png");
  ASSERT_EQ(matte.image.width(), 256);
  ASSERT_EQ(matte.image.height(), 192);
  int wrong = 0;
  for (int y = 0; y < 192; ++y) {
    for (int x = 0; x < 256; ++x) {
      wrong += (matte.image.row<std::uint8_t>(y)[x] >= 128) != test::in_disc(x, y, 256, 192);
    }
  }
  EXPECT_LT(wrong, 256);  // of the edge, some 360 pixels long

  EXPECT_THAT(run({"inpaint", "portrait.heic", "-o", "filled.png"}).err, HasSubstr(said));
  EXPECT_THAT(run({"info", "portrait.heic"}).out, HasSubstr("128 x 96"));
  for (const std::vector<std::string>& flags : std::vector<std::vector<std::string>>{
           {"--no-embedded-depth"}, {"--method", "otsu"}, {"--preset", "spatial-photo"}}) {
    std::vector<std::string> arguments = {"segment", "portrait.heic", "-o", "ours.png"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const test::Outcome ours = run(arguments);
    EXPECT_EQ(ours.code, 0) << ours.err;
    EXPECT_THAT(ours.err, Not(HasSubstr(said))) << flags[0];
  }
}

}  // namespace
