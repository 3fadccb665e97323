#include <algorithm>

#include <relievo/io/photo.hpp>

#include "photo_support.hpp"

namespace relievo_tests {
namespace {

using relievo::ErrorCode;
using relievo::Image;
using relievo::PixelFormat;
using relievo::Scalar;
namespace io = relievo::io;

TEST(Photo, GreyWithAlphaBecomesRgba) {
  TempDir folder;
  OIIO::ImageSpec spec(2, 1, 2, OIIO::TypeDesc::UINT8);
  spec.channelnames = {"Y", "A"};
  spec.alpha_channel = 1;
  spec["oiio:UnassociatedAlpha"] = 1;
  const std::uint8_t pixels[] = {100, 50, 200, 255};
  write_raw(folder / "a.png", spec, pixels);
  const io::Photo photo = io::read(folder / "a.png");
  ASSERT_TRUE((photo.image.format() == PixelFormat{Scalar::u8, 4}));
  const auto* row = photo.image.row<std::uint8_t>(0);
  EXPECT_THAT(std::vector<int>(row, row + 8), testing::ElementsAre(100, 100, 100, 50, 200, 200, 200, 255));
}

TEST(Photo, PalettePngBecomesRgb) {
  // 2 x 1, 8-bit palette of red and blue, indices 1 0; stored deflate block.
  Bytes png;
  text(png, "\x89PNG\r\n\x1a\n");
  png_chunk(png, "IHDR", {0, 0, 0, 2, 0, 0, 0, 1, 8, 3, 0, 0, 0});
  png_chunk(png, "PLTE", {255, 0, 0, 0, 0, 255});
  // zlib header, one stored block of 3 bytes (filter 0, 1, 0), Adler-32 of them: a = 1+0+1+0 = 2, b = 1+2+2 = 5.
  png_chunk(png, "IDAT", {0x78, 0x01, 0x01, 3, 0, 0xFC, 0xFF, 0, 1, 0, 0, 5, 0, 2});
  png_chunk(png, "IEND", {});
  TempDir folder;
  save(folder / "a.png", png);
  const io::Photo photo = io::read(folder / "a.png");
  ASSERT_TRUE((photo.image.format() == PixelFormat{Scalar::u8, 3}));
  const auto* row = photo.image.row<std::uint8_t>(0);
  EXPECT_THAT(std::vector<int>(row, row + 6), testing::ElementsAre(0, 0, 255, 255, 0, 0));
}

/// A little-endian TIFF of one strip.
Bytes tiff(const std::vector<std::pair<unsigned, unsigned>>& tags, const Bytes& pixels) {
  Bytes b;
  const auto le16 = [&](unsigned v) {
    b.push_back(static_cast<std::uint8_t>(v)), b.push_back(static_cast<std::uint8_t>(v >> 8));
  };
  const auto le32 = [&](unsigned v) { le16(v & 0xffff), le16(v >> 16); };
  text(b, std::string("II*\0", 4));
  le32(8);
  le16(static_cast<unsigned>(tags.size()));
  const unsigned data = 8 + 2 + 12 * static_cast<unsigned>(tags.size()) + 4;
  for (const auto& [tag, value] : tags) {
    le16(tag), le16(tag == 273 || tag == 279 ? 4 : 3), le32(1);
    if (tag == 273)
      le32(data);
    else if (tag == 279)
      le32(static_cast<unsigned>(pixels.size()));
    else
      le16(value), le16(0);
  }
  le32(0);
  b.insert(b.end(), pixels.begin(), pixels.end());
  return b;
}

TEST(Photo, BilevelTiffBecomesGrey) {
  TempDir folder;
  // 8 x 2, one bit, 0 is black, rows 10101010 and 00001111.
  save(folder / "a.tif",
       tiff({{256, 8}, {257, 2}, {258, 1}, {259, 1}, {262, 1}, {273, 0}, {277, 1}, {278, 2}, {279, 0}}, {0xAA, 0x0F}));
  const io::Photo photo = io::read(folder / "a.tif");
  ASSERT_TRUE((photo.image.format() == PixelFormat{Scalar::u8, 1}));
  const auto* top = photo.image.row<std::uint8_t>(0);
  const auto* bottom = photo.image.row<std::uint8_t>(1);
  EXPECT_THAT(std::vector<int>(top, top + 8), testing::ElementsAre(255, 0, 255, 0, 255, 0, 255, 0));
  EXPECT_THAT(std::vector<int>(bottom, bottom + 8), testing::ElementsAre(0, 0, 0, 0, 255, 255, 255, 255));
}

TEST(Photo, DoublesOfATiffAreRefused) {
  TempDir folder;
  const double pixels[] = {0.25, 1.5};
  write_raw(folder / "a.tif", OIIO::ImageSpec(2, 1, 1, OIIO::TypeDesc::DOUBLE), pixels);
  expect_error(ErrorCode::unsupported, "64-bit floats", [&] { io::read(folder / "a.tif"); });
}

TEST(Photo, AssociatedTiffAlphaComesOutStraight) {
  TempDir folder;
  OIIO::ImageSpec spec(1, 1, 4, OIIO::TypeDesc::UINT8);
  const std::uint8_t pixels[] = {64, 32, 0, 128};
  write_raw(folder / "a.tif", spec, pixels);
  const io::Photo photo = io::read(folder / "a.tif");
  const auto* row = photo.image.row<std::uint8_t>(0);
  EXPECT_NEAR(row[0], 128, 1);
  EXPECT_NEAR(row[1], 64, 1);
  EXPECT_EQ(row[3], 128);
}

TEST(Photo, CmykJpegBecomesRgb) {
  // 8 x 8 of cyan 0, magenta 255, yellow 255, black 0 in Adobe's inverted order: red.
  const Bytes jpeg = {
      0xff, 0xd8, 0xff, 0xee, 0x00, 0x0e, 0x41, 0x64, 0x6f, 0x62, 0x65, 0x00, 0x64, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff,
      0xdb, 0x00, 0x43, 0x00, 0x03, 0x02, 0x02, 0x03, 0x02, 0x02, 0x03, 0x03, 0x03, 0x03, 0x04, 0x03, 0x03, 0x04, 0x05,
      0x08, 0x05, 0x05, 0x04, 0x04, 0x05, 0x0a, 0x07, 0x07, 0x06, 0x08, 0x0c, 0x0a, 0x0c, 0x0c, 0x0b, 0x0a, 0x0b, 0x0b,
      0x0d, 0x0e, 0x12, 0x10, 0x0d, 0x0e, 0x11, 0x0e, 0x0b, 0x0b, 0x10, 0x16, 0x10, 0x11, 0x13, 0x14, 0x15, 0x15, 0x15,
      0x0c, 0x0f, 0x17, 0x18, 0x16, 0x14, 0x18, 0x12, 0x14, 0x15, 0x14, 0xff, 0xdb, 0x00, 0x43, 0x01, 0x03, 0x04, 0x04,
      0x05, 0x04, 0x05, 0x09, 0x05, 0x05, 0x09, 0x14, 0x0d, 0x0b, 0x0d, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14,
      0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14,
      0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14,
      0x14, 0x14, 0x14, 0x14, 0xff, 0xc0, 0x00, 0x14, 0x08, 0x00, 0x08, 0x00, 0x08, 0x04, 0x01, 0x11, 0x00, 0x02, 0x11,
      0x01, 0x03, 0x11, 0x01, 0x04, 0x11, 0x00, 0xff, 0xc4, 0x00, 0x15, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x09, 0xff, 0xc4, 0x00, 0x14, 0x10, 0x01, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xc4, 0x00, 0x15, 0x01,
      0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x09, 0xff,
      0xc4, 0x00, 0x14, 0x11, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0xff, 0xda, 0x00, 0x0e, 0x04, 0x01, 0x00, 0x02, 0x11, 0x03, 0x11, 0x04, 0x00, 0x00, 0x3f, 0x00, 0x44,
      0x1c, 0xd2, 0xa9, 0x54, 0xdf, 0xff, 0xd9,
  };
  TempDir folder;
  save(folder / "a.jpg", jpeg);
  const io::Photo photo = io::read(folder / "a.jpg");
  ASSERT_TRUE((photo.image.format() == PixelFormat{Scalar::u8, 3}));
  const auto* row = photo.image.row<std::uint8_t>(4);
  EXPECT_NEAR(row[12], 255, 3);
  EXPECT_NEAR(row[13], 0, 3);
  EXPECT_NEAR(row[14], 0, 3);
  EXPECT_TRUE(photo.icc.empty());
}

TEST(Photo, TheNameDoesNotDecide) {
  TempDir folder;
  const Image image = noise_image(9, 7, {Scalar::u8, 3});
  for (const char* extension : {".png", ".tif"}) {
    io::write(folder / (std::string("a") + extension), image);
    for (const char* wrong : {"b.jpg", "b.exr", "b", "b.webp"}) {
      std::filesystem::copy_file(folder / (std::string("a") + extension), folder / wrong,
                                 std::filesystem::copy_options::overwrite_existing);
      expect_same_pixels(image, io::read(folder / wrong).image);
    }
  }
}

TEST(Photo, ThinImages) {
  TempDir folder;
  for (const auto& [width, height] : {std::pair{1, 1}, std::pair{1, 500}, std::pair{500, 1}, std::pair{40000, 1}}) {
    for (const char* name : {"a.png", "a.tif", "a.jpg"}) {
      Image image(width, height, {Scalar::u8, 3});
      std::fill_n(static_cast<std::uint8_t*>(image.mutable_view().data), image.stride() * height, std::uint8_t{90});
      io::write(folder / name, image);
      const io::Photo photo = io::read(folder / name);
      EXPECT_EQ(photo.image.width(), width) << name;
      EXPECT_EQ(photo.image.height(), height) << name;
      EXPECT_NEAR(photo.image.row<std::uint8_t>(height - 1)[3 * (width - 1)], 90, 2) << name;
    }
  }
}

TEST(Photo, HeicWhereTheSystemCan) {
  TempDir folder;
  auto out = OIIO::ImageOutput::create("heif");
  OIIO::ImageSpec spec(64, 64, 3, OIIO::TypeDesc::UINT8);
  const std::vector<std::uint8_t> grey(64 * 64 * 3, 120);
  const bool written =
      out && out->open(folder / "a.heic", spec) && out->write_image(OIIO::TypeDesc::UINT8, grey.data()) && out->close();
  if (out) out->geterror();
  OIIO::geterror();
  if (!written) GTEST_SKIP() << "this system writes no HEIC";
  std::filesystem::rename(folder / "a.heic", folder / "a.png");
  const io::Photo photo = io::read(folder / "a.png");
  ASSERT_EQ(photo.image.width(), 64);
  EXPECT_NEAR(photo.image.row<std::uint8_t>(30)[90], 120, 4);
  expect_error(ErrorCode::unsupported, "limit of 4000", [&] { io::read(folder / "a.png", {4000}); });
}

}  // namespace
}  // namespace relievo_tests
