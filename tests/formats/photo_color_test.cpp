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

TEST(Photo, FloatsAndGreyKeepTheirCurveThroughAProfile) {
  struct Case {
    const char* name;
    PixelFormat format;
    Transfer transfer;
  };
  // Floats in TIFF without a profile are read as linear, all else as sRGB.
  const Case cases[] = {{"a.tif", {Scalar::f32, 3}, Transfer::srgb},   {"a.tif", {Scalar::f32, 1}, Transfer::srgb},
                        {"a.tif", {Scalar::f32, 1}, Transfer::linear}, {"a.tif", {Scalar::u16, 1}, Transfer::bt709},
                        {"a.png", {Scalar::u8, 1}, Transfer::gamma22}, {"a.jpg", {Scalar::u8, 1}, Transfer::gamma22}};
  TempDir folder;
  for (const Case& c : cases) {
    const Color color{Primaries::bt709, c.transfer, false};
    io::write(folder / c.name, noise_image(16, 16, c.format, color));
    const io::Photo photo = io::read(folder / c.name);
    EXPECT_TRUE(photo.image.format() == c.format) << c.name;
    EXPECT_TRUE(photo.image.color() == color) << c.name << ' ' << int(c.transfer);
  }
  io::write(folder / "b.png", noise_image(16, 16, {Scalar::u8, 1}));
  EXPECT_TRUE(io::read(folder / "b.png").icc.empty());
}

TEST(Photo, AProfileThatPngCannotHoldIsReplaced) {
  TempDir folder;
  io::Photo source;
  source.icc = profile(p3_colorants, srgb_curve());
  source.icc.push_back(0);  // now its header states another size, which libpng refuses
  Image image = smooth_image(16, 16, 3);
  image.set_color({Primaries::display_p3, Transfer::srgb, false});
  io::write(folder / "a.png", image, source);
  const io::Photo photo = io::read(folder / "a.png");
  EXPECT_EQ(photo.image.color().primaries, Primaries::display_p3);
  expect_same_pixels(image, photo.image);
}

TEST(Photo, APngsCodesOutrankItsProfileWhereTheyAreKnown) {
  TempDir folder;
  io::Photo source;
  source.icc = profile(p3_colorants, srgb_curve());
  Image image = smooth_image(16, 16, 3);
  image.set_color({Primaries::display_p3, Transfer::srgb, false});
  io::write(folder / "a.png", image, source);
  const Bytes png = load(folder / "a.png");
  // Primaries and transfer by their numbers in ITU-T H.273, RGB, full range; the chunk goes after the header.
  const auto color_with = [&](std::uint8_t primaries, std::uint8_t transfer) {
    Bytes coded(png.begin(), png.begin() + 33);
    png_chunk(coded, "cICP", {primaries, transfer, 0, 1});
    coded.insert(coded.end(), png.begin() + 33, png.end());
    save(folder / "b.png", coded);
    const io::Photo photo = io::read(folder / "b.png");
    EXPECT_EQ(photo.icc.empty(), photo.image.color().primaries != Primaries::display_p3);
    return photo.image.color();
  };
  EXPECT_TRUE((color_with(9, 14) == Color{Primaries::bt2020, Transfer::bt709, false}));
  EXPECT_TRUE((color_with(1, 13) == Color{Primaries::bt709, Transfer::srgb, false}));
  EXPECT_TRUE((color_with(1, 4) == Color{Primaries::bt709, Transfer::gamma22, false}));
  // PQ (SMPTE ST 2084) is not known here, so the profile is the better word.
  EXPECT_TRUE((color_with(9, 16) == Color{Primaries::display_p3, Transfer::srgb, false}));
}

TEST(Photo, AProfileWithAPartMissingIsNone) {
  TempDir folder;
  io::Photo source;
  source.icc = profile(p3_colorants, srgb_curve());
  const std::size_t size = 70000;  // more than one segment of JPEG holds
  source.icc.resize(size);
  for (std::size_t i = 0; i < 4; ++i) source.icc[i] = static_cast<std::uint8_t>(size >> (24 - 8 * i));
  Image image = smooth_image(16, 16, 3);
  image.set_color({Primaries::display_p3, Transfer::srgb, false});
  io::write(folder / "a.jpg", image, source);
  EXPECT_EQ(io::read(folder / "a.jpg").icc, source.icc);
  Bytes jpeg = load(folder / "a.jpg");
  const std::string second("ICC_PROFILE\0\x02\x02", 14);
  const auto found = std::search(jpeg.begin(), jpeg.end(), second.begin(), second.end());
  ASSERT_NE(found, jpeg.end());
  *(found - 3) = 0xED;  // the marker of another kind of segment
  save(folder / "a.jpg", jpeg);
  EXPECT_TRUE(io::read(folder / "a.jpg").icc.empty());
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

}  // namespace
}  // namespace relievo_tests
