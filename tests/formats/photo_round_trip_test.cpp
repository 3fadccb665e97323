#include <algorithm>
#include <cmath>

#include <relievo/io/photo.hpp>

#include "photo_support.hpp"

namespace relievo_tests {
namespace {

using relievo::Color;
using relievo::Image;
using relievo::PixelFormat;
using relievo::Primaries;
using relievo::Scalar;
using relievo::Transfer;
namespace io = relievo::io;

struct Lossless {
  const char* extension;
  Scalar scalar;
  int channels;
};
class LosslessTrip : public testing::TestWithParam<Lossless> {};

TEST_P(LosslessTrip, KeepsEachBit) {
  const auto [extension, scalar, channels] = GetParam();
  const bool exr = std::string(extension) == ".exr";
  const bool floats = scalar == Scalar::f16 || scalar == Scalar::f32;
  const Color color = exr      ? Color{Primaries::bt709, Transfer::linear, true}
                      : floats ? Color{Primaries::bt709, Transfer::linear, false}
                               : Color{};
  TempDir folder;
  const Image image = noise_image(37, 23, {scalar, static_cast<std::uint8_t>(channels)}, color);
  io::write(folder / (std::string("a") + extension), image);
  const io::Photo photo = io::read(folder / (std::string("a") + extension));
  expect_same_pixels(image, photo.image);
  EXPECT_TRUE(photo.image.color() == color);
  EXPECT_THAT(folder.names(), testing::SizeIs(1));
}

std::vector<Lossless> lossless_cases() {
  std::vector<Lossless> cases;
  for (int channels : {1, 3, 4}) {
    for (Scalar scalar : {Scalar::u8, Scalar::u16}) cases.push_back({".png", scalar, channels});
    for (Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f32}) cases.push_back({".tif", scalar, channels});
    for (Scalar scalar : {Scalar::f16, Scalar::f32}) cases.push_back({".exr", scalar, channels});
  }
  return cases;
}
INSTANTIATE_TEST_SUITE_P(Formats, LosslessTrip, testing::ValuesIn(lossless_cases()));

int largest_difference(const Image& a, const Image& b) {
  int most = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int i = 0; i < a.width() * a.format().channels; ++i) {
      most = std::max(most, std::abs(a.row<std::uint8_t>(y)[i] - b.row<std::uint8_t>(y)[i]));
    }
  }
  return most;
}

TEST(Photo, LossyFormatsStayNear) {
  TempDir folder;
  for (const char* name : {"a.jpg", "a.jpeg", "a.webp"}) {
    const Image image = smooth_image(64, 48, 3);
    io::write(folder / name, image, nullptr, {95, 3});
    const io::Photo photo = io::read(folder / name);
    ASSERT_TRUE(photo.image.format() == image.format());
    EXPECT_LE(largest_difference(image, photo.image), 10) << name;
  }
}

TEST(Photo, JpegKeepsFullChroma) {
  TempDir folder;
  // Red and blue columns in turn: with halved chroma both become purple.
  Image image(32, 32, {Scalar::u8, 3});
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      auto* p = image.row<std::uint8_t>(y) + 3 * x;
      p[0] = x % 2 ? 255 : 0, p[1] = 0, p[2] = x % 2 ? 0 : 255;
    }
  }
  io::write(folder / "a.jpg", image, nullptr, {95, 3});
  EXPECT_LE(largest_difference(image, io::read(folder / "a.jpg").image), 40);
}

TEST(Photo, QualityAndLevelChangeTheSize) {
  TempDir folder;
  const Image image = noise_image(64, 64, {Scalar::u8, 3});
  io::write(folder / "low.jpg", image, nullptr, {30, 3});
  io::write(folder / "high.jpg", image, nullptr, {95, 3});
  EXPECT_LT(load(folder / "low.jpg").size() * 2, load(folder / "high.jpg").size());
  const Image smooth = smooth_image(200, 200, 3);
  io::write(folder / "none.png", smooth, nullptr, {92, 0});
  io::write(folder / "best.png", smooth, nullptr, {92, 9});
  EXPECT_LT(load(folder / "best.png").size() * 4, load(folder / "none.png").size());
  expect_same_pixels(smooth, io::read(folder / "best.png").image);
}

TEST(Photo, WebpKeepsStraightAlpha) {
  TempDir folder;
  Image image = smooth_image(32, 32, 4);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) image.row<std::uint8_t>(y)[x * 4 + 3] = y < 16 ? 128 : 255;
  }
  io::write(folder / "a.webp", image, nullptr, {100, 3});
  const io::Photo photo = io::read(folder / "a.webp");
  ASSERT_EQ(photo.image.format().channels, 4);
  EXPECT_FALSE(photo.image.color().premultiplied);
  EXPECT_LE(largest_difference(image, photo.image), 24);
  EXPECT_EQ(photo.image.row<std::uint8_t>(3)[3], 128);
}

TEST(Photo, ReducesToWhatTheFormatHolds) {
  TempDir folder;
  Image image(2, 1, {Scalar::f32, 4});
  const float values[] = {0.5f, -1.0f, 2.0f, 0.25f, std::nanf(""), 1.0f, 0.0f, 1.0f};
  std::copy_n(values, 8, image.row<float>(0));
  io::write(folder / "a.png", image);
  const io::Photo photo = io::read(folder / "a.png");
  ASSERT_TRUE((photo.image.format() == PixelFormat{Scalar::u16, 4}));
  const auto* row = photo.image.row<std::uint16_t>(0);
  EXPECT_THAT(std::vector<int>(row, row + 8), testing::ElementsAre(32768, 0, 65535, 16384, 0, 65535, 0, 65535));
  io::write(folder / "a.jpg", image);
  EXPECT_TRUE((io::read(folder / "a.jpg").image.format() == PixelFormat{Scalar::u8, 3}));
}

TEST(Photo, ExrIsLinearAndPremultiplied) {
  TempDir folder;
  Image image(1, 1, {Scalar::u8, 4});
  const std::uint8_t values[] = {188, 0, 255, 128};
  std::copy_n(values, 4, image.row<std::uint8_t>(0));
  io::write(folder / "a.exr", image);
  const io::Photo photo = io::read(folder / "a.exr");
  ASSERT_TRUE((photo.image.format() == PixelFormat{Scalar::f16, 4}));
  EXPECT_TRUE((photo.image.color() == Color{Primaries::bt709, Transfer::linear, true}));
  // 188/255 is 0.5029 in light by the sRGB curve; times 128/255.
  io::write(folder / "b.png", photo.image);
  const io::Photo back = io::read(folder / "b.png");
  const auto* row = back.image.row<std::uint16_t>(0);
  EXPECT_NEAR(row[0], 188 * 257, 60);
  EXPECT_EQ(row[1], 0);
  EXPECT_NEAR(row[2], 65535, 60);
  EXPECT_NEAR(row[3], 128 * 257, 20);
}

}  // namespace
}  // namespace relievo_tests
