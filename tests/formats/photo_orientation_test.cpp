#include <algorithm>

#include <relievo/io/photo.hpp>

#include "photo_support.hpp"

namespace relievo_tests {
namespace {

using relievo::Image;
using relievo::Scalar;
namespace io = relievo::io;

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

class Orientation : public testing::TestWithParam<int> {};

TEST_P(Orientation, TurnsUpright) {
  // Where the stored top row and left column must come out, from the table of the Exif standard.
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

TEST(Photo, TheThumbnailGoesHoweverManyTagsComeBefore) {
  constexpr unsigned tags = 1500, next = 8 + 2 + tags * 12 + 4, thumbnail = next + 2 + 2 * 12 + 4;
  Bytes b;
  text(b, std::string("MM\0*\0\0\0\x08", 8));
  big16(b, tags);
  for (unsigned i = 0; i < tags; ++i) big16(b, 0x1000 + i), big16(b, 3), big32(b, 1), big32(b, 0);
  big32(b, next);
  big16(b, 2);
  big16(b, 0x0201), big16(b, 4), big32(b, 1), big32(b, thumbnail);
  big16(b, 0x0202), big16(b, 4), big32(b, 1), big32(b, 4);
  big32(b, 0);
  text(b, "THMB");
  TempDir folder;
  io::write(folder / "flat.jpg", smooth_image(24, 16, 3));
  save(folder / "a.jpg", with_jpeg_exif(load(folder / "flat.jpg"), b));
  b.resize(thumbnail);
  std::fill_n(b.begin() + next - 4, 4, std::uint8_t{0});
  EXPECT_EQ(io::read(folder / "a.jpg").exif, b);
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

}  // namespace
}  // namespace relievo_tests
