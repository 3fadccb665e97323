#include <OpenImageIO/imageio.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include <relievo/io/photo.hpp>

#include "support.hpp"

namespace relievo_tests {
namespace {

using relievo::Color;
using relievo::ErrorCode;
using relievo::Image;
using relievo::PixelFormat;
using relievo::Primaries;
using relievo::Scalar;
using relievo::Transfer;
namespace io = relievo::io;

void big16(Bytes& b, unsigned v) {
  b.push_back(static_cast<std::uint8_t>(v >> 8)), b.push_back(static_cast<std::uint8_t>(v));
}
void big32(Bytes& b, unsigned v) { big16(b, v >> 16), big16(b, v & 0xffff); }
void text(Bytes& b, const std::string& s) {
  for (char c : s) b.push_back(static_cast<std::uint8_t>(c));
}

/// Big-endian Exif: orientation, and in its sub-directory the 35 mm focal length; then a directory of
/// a thumbnail whose bytes end the block.
Bytes exif_block(unsigned orientation, unsigned focal) {
  Bytes b;
  text(b, std::string("MM\0*\0\0\0\x08", 8));
  big16(b, 2);  // 8: two entries
  big16(b, 0x0112), big16(b, 3), big32(b, 1), big16(b, orientation), big16(b, 0);
  big16(b, 0x8769), big16(b, 4), big32(b, 1), big32(b, 38);
  big32(b, 56);  // 34: next directory
  big16(b, 1);   // 38: one entry
  big16(b, 0xA405), big16(b, 3), big32(b, 1), big16(b, focal), big16(b, 0);
  big32(b, 0);  // 52
  big16(b, 2);  // 56: the thumbnail's two entries
  big16(b, 0x0201), big16(b, 4), big32(b, 1), big32(b, 86);
  big16(b, 0x0202), big16(b, 4), big32(b, 1), big32(b, 4);
  big32(b, 0);      // 82
  text(b, "THMB");  // 86
  return b;
}

Bytes with_jpeg_exif(const Bytes& jpeg, const Bytes& exif) {
  Bytes out = {0xFF, 0xD8, 0xFF, 0xE1};
  big16(out, static_cast<unsigned>(exif.size() + 8));
  text(out, std::string("Exif\0\0", 6));
  out.insert(out.end(), exif.begin(), exif.end());
  out.insert(out.end(), jpeg.begin() + 2, jpeg.end());
  return out;
}

/// Matrix profile built from the published numbers (SMPTE EG 432-1 red, green, blue adapted to D50).
Bytes profile(const std::vector<double>& colorants, const Bytes& curve) {
  Bytes body, table;
  big32(table, 6);
  const unsigned start = 128 + 4 + 6 * 12;
  const char* names[] = {"rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"};
  for (std::size_t i = 0; i < 6; ++i) {
    text(table, names[i]);
    big32(table, start + static_cast<unsigned>(body.size()));
    const std::size_t before = body.size();
    if (i < 3) {
      text(body, std::string("XYZ \0\0\0\0", 8));
      for (std::size_t k = 0; k < 3; ++k) big32(body, static_cast<unsigned>(std::lround(colorants[i * 3 + k] * 65536)));
    } else {
      body.insert(body.end(), curve.begin(), curve.end());
    }
    big32(table, static_cast<unsigned>(body.size() - before));
  }
  Bytes b;
  big32(b, start + static_cast<unsigned>(body.size()));
  text(b, std::string("\0\0\0\0\x04\0\0\0mntrRGB XYZ ", 20));
  for (unsigned part : {2020u, 1u, 1u, 0u, 0u, 0u}) big16(b, part);
  text(b, "acsp");
  b.resize(64), big32(b, 0);
  big32(b, 0xf6d6), big32(b, 0x10000), big32(b, 0xd32d);
  b.resize(128);
  b.insert(b.end(), table.begin(), table.end());
  b.insert(b.end(), body.begin(), body.end());
  return b;
}

Bytes gamma_curve(unsigned fixed8) {
  Bytes b;
  text(b, std::string("curv\0\0\0\0", 8));
  big32(b, 1), big16(b, fixed8), big16(b, 0);
  return b;
}
Bytes srgb_curve() {
  Bytes b;
  text(b, std::string("para\0\0\0\0", 8));
  big16(b, 3), big16(b, 0);
  for (double v : {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045})
    big32(b, static_cast<unsigned>(std::lround(v * 65536)));
  return b;
}

const std::vector<double> p3_colorants = {0.51512, 0.24120, -0.00105, 0.29198, 0.69225,
                                          0.04189, 0.15710, 0.06657,  0.78407};
const std::vector<double> srgb_colorants = {0.43607, 0.22249, 0.01392, 0.38515, 0.71687,
                                            0.09708, 0.14307, 0.06061, 0.71410};
const std::vector<double> adobe_colorants = {0.60974, 0.31111, 0.01947, 0.20528, 0.62567,
                                             0.06087, 0.14919, 0.06322, 0.74457};
const std::vector<double> wide_colorants = {0.67346, 0.27903, -0.00193, 0.16566, 0.67535,
                                            0.02998, 0.12505, 0.04561,  0.79686};

void write_raw(const std::string& path, OIIO::ImageSpec spec, const void* pixels) {
  auto out = OIIO::ImageOutput::create(path);
  ASSERT_TRUE(out) << OIIO::geterror();
  ASSERT_TRUE(out->open(path, spec)) << out->geterror();
  ASSERT_TRUE(out->write_image(spec.format, pixels)) << out->geterror();
  ASSERT_TRUE(out->close());
}

// --- Round trips ---

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

Image smooth_image(int width, int height, int channels) {
  Image image(width, height, {Scalar::u8, static_cast<std::uint8_t>(channels)});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int values[] = {x * 255 / width, y * 255 / height, 255 - x * 255 / width, 255};
      for (int c = 0; c < channels; ++c)
        image.row<std::uint8_t>(y)[x * channels + c] = static_cast<std::uint8_t>(values[c]);
    }
  }
  return image;
}

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

// --- Orientation and Exif ---

class Orientation : public testing::TestWithParam<int> {};

TEST_P(Orientation, TurnsUpright) {
  // Three by two: where the stored corner pixels must come out, from the table of the Exif standard.
  const int o = GetParam();
  TempDir folder;
  Image stored(24, 16, {Scalar::u8, 3});
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 24; ++x) {
      auto* p = stored.row<std::uint8_t>(y) + 3 * x;
      p[0] = x < 8 ? 250 : 10, p[1] = y < 8 ? 250 : 10, p[2] = 10;
    }
  }
  io::write(folder / "flat.jpg", stored, nullptr, {100, 3});
  save(folder / "a.jpg", with_jpeg_exif(load(folder / "flat.jpg"), exif_block(static_cast<unsigned>(o), 50)));
  const io::Photo photo = io::read(folder / "a.jpg");
  const bool swaps = o >= 5;
  ASSERT_EQ(photo.image.width(), swaps ? 16 : 24);
  ASSERT_EQ(photo.image.height(), swaps ? 24 : 16);
  // "The 0th row is at the visual ..., the 0th column at the visual ...": row 0 is green, column 0 is red.
  struct Sides {
    char green, red;
  };
  const Sides table[] = {{'t', 'l'}, {'t', 'r'}, {'b', 'r'}, {'b', 'l'},
                         {'l', 't'}, {'r', 't'}, {'r', 'b'}, {'l', 'b'}};
  const auto value_at = [&](char side, int channel) {
    const int w = photo.image.width(), h = photo.image.height();
    const int x = side == 'l' ? 1 : side == 'r' ? w - 2 : w / 2;
    const int y = side == 't' ? 1 : side == 'b' ? h - 2 : h / 2;
    return int(photo.image.row<std::uint8_t>(y)[x * 3 + channel]);
  };
  const auto opposite = [](char side) { return side == 'l' ? 'r' : side == 'r' ? 'l' : side == 't' ? 'b' : 't'; };
  const Sides sides = table[o - 1];
  EXPECT_GT(value_at(sides.green, 1), 200);
  EXPECT_LT(value_at(opposite(sides.green), 1), 60);
  EXPECT_GT(value_at(sides.red, 0), 200);
  EXPECT_LT(value_at(opposite(sides.red), 0), 60);
  EXPECT_EQ(photo.focal_35mm, 50);

  // The block is upright now, without the thumbnail, else as it was.
  Bytes expected = exif_block(1, 50);
  expected.resize(86);
  std::fill_n(expected.begin() + 34, 4, std::uint8_t{0});
  EXPECT_EQ(photo.exif, expected);
}
INSTANTIATE_TEST_SUITE_P(All, Orientation, testing::Range(1, 9));

TEST(Photo, TiffOrientationIsApplied) {
  TempDir folder;
  OIIO::ImageSpec spec(3, 2, 1, OIIO::TypeDesc::UINT8);
  spec["Orientation"] = 6;
  const std::uint8_t pixels[] = {1, 2, 3, 4, 5, 6};
  write_raw(folder / "a.tif", spec, pixels);
  const io::Photo photo = io::read(folder / "a.tif");
  ASSERT_EQ(photo.image.width(), 2);
  ASSERT_EQ(photo.image.height(), 3);
  std::vector<int> rows;
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 2; ++x) rows.push_back(photo.image.row<std::uint8_t>(y)[x]);
  }
  EXPECT_THAT(rows, testing::ElementsAre(4, 1, 5, 2, 6, 3));
}

TEST(Photo, ExifTravelsThroughEachFormat) {
  TempDir folder;
  io::write(folder / "flat.jpg", smooth_image(24, 16, 3));
  save(folder / "a.jpg", with_jpeg_exif(load(folder / "flat.jpg"), exif_block(6, 28)));
  const io::Photo photo = io::read(folder / "a.jpg");
  for (const char* name : {"b.jpg", "b.png", "b.webp"}) {
    io::write(folder / name, photo.image, photo);
    const io::Photo back = io::read(folder / name);
    EXPECT_EQ(back.exif, photo.exif) << name;
    EXPECT_EQ(back.focal_35mm, 28) << name;
    EXPECT_EQ(back.image.width(), 16) << name;
  }
  io::write(folder / "b.tif", photo.image, photo);
  EXPECT_EQ(io::read(folder / "b.tif").image.width(), 16);
}

TEST(Photo, FieldOfViewFollowsTheFocalLength) {
  io::Photo photo;
  EXPECT_EQ(photo.fov_degrees(), 0);
  photo.focal_35mm = 18;
  EXPECT_NEAR(photo.fov_degrees(), 90, 1e-4);
  photo.focal_35mm = 50;
  EXPECT_NEAR(photo.fov_degrees(), 39.598, 1e-3);
}

TEST(Photo, HostileExifIsPassedOver) {
  TempDir folder;
  io::write(folder / "flat.jpg", smooth_image(24, 16, 3));
  const Bytes jpeg = load(folder / "flat.jpg");
  const Bytes good = exif_block(6, 28);
  for (std::size_t length = 0; length < good.size(); ++length) {
    save(folder / "a.jpg", with_jpeg_exif(jpeg, Bytes(good.begin(), good.begin() + static_cast<long>(length))));
    EXPECT_NO_THROW(io::read(folder / "a.jpg")) << length;
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes damaged = good;
    damaged[at] = 0xFF;
    save(folder / "a.jpg", with_jpeg_exif(jpeg, damaged));
    EXPECT_NO_THROW(io::read(folder / "a.jpg")) << at;
  }
}

// --- Colour ---

TEST(Photo, RecognisesProfilesAndCarriesThem) {
  struct Case {
    Bytes icc;
    Primaries primaries;
    Transfer transfer;
  };
  const Case cases[] = {
      {profile(p3_colorants, srgb_curve()), Primaries::display_p3, Transfer::srgb},
      {profile(srgb_colorants, srgb_curve()), Primaries::bt709, Transfer::srgb},
      {profile(adobe_colorants, gamma_curve(563)), Primaries::adobe_rgb, Transfer::gamma22},
      {profile(wide_colorants, gamma_curve(256)), Primaries::bt2020, Transfer::linear},
      {profile({0.8, 0.3, 0, 0.1, 0.7, 0, 0.06, 0, 0.82}, srgb_curve()), Primaries::unspecified, Transfer::srgb}};
  TempDir folder;
  for (const Case& c : cases) {
    io::Photo source;
    source.icc = c.icc;
    for (const char* name : {"a.jpg", "a.png", "a.webp", "a.tif"}) {
      const bool linear = c.transfer == Transfer::linear;
      Image image = linear ? noise_image(16, 16, {Scalar::f32, 3}) : smooth_image(16, 16, 3);
      image.set_color({c.primaries, c.transfer, false});
      if (linear && std::string(name) != "a.tif") continue;  // others are given the sRGB curve
      io::write(folder / name, image, source);
      const io::Photo photo = io::read(folder / name);
      EXPECT_EQ(photo.icc, c.icc) << name;
      EXPECT_EQ(photo.image.color().primaries, c.primaries) << name;
      EXPECT_EQ(photo.image.color().transfer, c.transfer) << name;
    }
  }
}

TEST(Photo, WritesAProfileWhereColourAsksForOne) {
  TempDir folder;
  for (Primaries primaries : {Primaries::display_p3, Primaries::bt2020, Primaries::adobe_rgb}) {
    Image image = smooth_image(16, 16, 3);
    image.set_color({primaries, Transfer::srgb, false});
    io::write(folder / "a.png", image);
    EXPECT_TRUE((io::read(folder / "a.png").image.color() == Color{primaries, Transfer::srgb, false}));
    image.set_color({primaries, Transfer::gamma22, false});
    io::write(folder / "a.jpg", image);
    EXPECT_TRUE((io::read(folder / "a.jpg").image.color() == Color{primaries, Transfer::gamma22, false}));
  }
  io::write(folder / "b.png", smooth_image(16, 16, 3));
  EXPECT_TRUE(io::read(folder / "b.png").icc.empty());
}

TEST(Photo, AProfileOfOtherNumbersIsNotWritten) {
  TempDir folder;
  io::Photo source;
  source.icc = profile(p3_colorants, srgb_curve());
  io::write(folder / "a.png", smooth_image(16, 16, 3), source);
  EXPECT_TRUE((io::read(folder / "a.png").image.color() == Color{}));
}

TEST(Photo, HostileProfilesDoNoHarm) {
  TempDir folder;
  const Bytes good = profile(p3_colorants, srgb_curve());
  io::Photo source;
  source.icc = good;
  Image image = smooth_image(8, 8, 3);
  image.set_color({Primaries::display_p3, Transfer::srgb, false});
  io::write(folder / "good.jpg", image, source);
  const Bytes file = load(folder / "good.jpg");
  const auto found = std::search(file.begin(), file.end(), good.begin(), good.end());
  ASSERT_NE(found, file.end());
  const auto offset = static_cast<std::size_t>(found - file.begin());
  for (std::size_t at = 0; at < good.size(); at += 3) {
    for (std::uint8_t value : {std::uint8_t{0xFF}, std::uint8_t{0x7F}, std::uint8_t{0}}) {
      Bytes damaged = file;
      damaged[offset + at] = value;
      save(folder / "a.jpg", damaged);
      EXPECT_NO_THROW(io::read(folder / "a.jpg")) << at;
    }
  }
}

// --- Kinds of pixels ---

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
  const std::string bytes = std::string("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\2\0\0\0\1\x08\3\0\0\0", 8 + 8 + 13);
  Bytes png(bytes.begin(), bytes.end());
  const auto crc_of = [](const Bytes& b, std::size_t from) {
    std::uint32_t crc = ~0u;
    for (std::size_t i = from; i < b.size(); ++i) {
      crc ^= b[i];
      for (int k = 0; k < 8; ++k) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
  };
  big32(png, crc_of(png, 12));
  const auto chunk = [&](const std::string& name, const Bytes& data) {
    big32(png, static_cast<unsigned>(data.size()));
    const std::size_t from = png.size();
    text(png, name);
    png.insert(png.end(), data.begin(), data.end());
    big32(png, crc_of(png, from));
  };
  chunk("PLTE", {255, 0, 0, 0, 0, 255});
  // zlib header, one stored block of 3 bytes (filter 0, 1, 0), Adler-32 of them: a = 1+0+1+0 = 2, b = 1+2+2 = 5.
  chunk("IDAT", {0x78, 0x01, 0x01, 3, 0, 0xFC, 0xFF, 0, 1, 0, 0, 5, 0, 2});
  chunk("IEND", {});
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
