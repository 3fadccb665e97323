#include <OpenImageIO/imageio.h>

#include <algorithm>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "photo_support.hpp"

namespace relievo_tests {
namespace {

using relievo::ErrorCode;
using relievo::Image;
using relievo::Scalar;
namespace io = relievo::io;

TEST(BadPhoto, MissingEmptyFolderAndForeign) {
  TempDir folder;
  expect_error(ErrorCode::not_found, folder / "none.jpg", [&] { io::read(folder / "none.jpg"); });
  save(folder / "empty.png", "");
  expect_error(ErrorCode::corrupt_data, folder / "empty.png", [&] { io::read(folder / "empty.png"); });
  std::filesystem::create_directory(folder / "folder.png");
  expect_error(ErrorCode::io, folder / "folder.png", [&] { io::read(folder / "folder.png"); });
  save(folder / "text.jpg", "This is not a picture at all, it is a sentence.");
  expect_error(ErrorCode::corrupt_data, folder / "text.jpg", [&] { io::read(folder / "text.jpg"); });
  save(folder / "a.gif", std::string("GIF89a\1\0\1\0\0\0\0;", 14));
  expect_error(ErrorCode::unsupported, folder / "a.gif", [&] { io::read(folder / "a.gif"); });
  save(folder / "a.pfm", "Pf\n1 1\n-1\nabcd");
  expect_error(ErrorCode::unsupported, folder / "a.pfm", [&] { io::read(folder / "a.pfm"); });
  ASSERT_EQ(::mkfifo((folder / "pipe.png").c_str(), 0600), 0);
  expect_error(ErrorCode::io, "pipe.png", [&] { io::read(folder / "pipe.png"); });
}

TEST(BadPhoto, NoPermission) {
  TempDir folder;
  save(folder / "a.png", "secret");
  std::filesystem::permissions(folder / "a.png", std::filesystem::perms::none);
  std::filesystem::create_directory(folder / "locked");
  std::filesystem::permissions(folder / "locked", static_cast<std::filesystem::perms>(0555));
  const Image image = noise_image(4, 4, {Scalar::u8, 3});
  {
    const AsNobody nobody;
    expect_error(ErrorCode::io, folder / "a.png", [&] { io::read(folder / "a.png"); });
    expect_error(ErrorCode::io, folder / "locked/a.png", [&] { io::write(folder / "locked/a.png", image); });
  }
  std::filesystem::permissions(folder / "locked", std::filesystem::perms::all);
}

class Truncated : public testing::TestWithParam<const char*> {};

TEST_P(Truncated, IsCorruptAtEachLength) {
  TempDir folder;
  const std::string name = std::string("a") + GetParam();
  io::write(folder / name, noise_image(64, 48, {Scalar::u8, 3}));
  const Bytes whole = load(folder / name);
  ASSERT_NO_THROW(io::read(folder / name));
  for (int part = 1; part <= 20; ++part) {
    const std::size_t length =
        part == 20 ? whole.size() - 3 : std::max<std::size_t>(9, whole.size() * static_cast<std::size_t>(part) / 20);
    save(folder / name, Bytes(whole.begin(), whole.begin() + static_cast<long>(length)));
    expect_error(ErrorCode::corrupt_data, folder / name, [&] { io::read(folder / name); });
  }
}
INSTANTIATE_TEST_SUITE_P(Formats, Truncated, testing::Values(".jpg", ".png", ".tif", ".webp", ".exr"));

TEST(BadPhoto, ScanCutShortBeforeItsEndMarker) {
  TempDir folder;
  io::write(folder / "a.jpg", noise_image(64, 48, {Scalar::u8, 3}));
  Bytes bytes = load(folder / "a.jpg");
  bytes.resize(bytes.size() / 2);
  bytes.push_back(0xFF), bytes.push_back(0xD9);
  save(folder / "a.jpg", bytes);
  expect_error(ErrorCode::corrupt_data, folder / "a.jpg", [&] { io::read(folder / "a.jpg"); });
}

TEST(BadPhoto, BytesAfterTheEndDoNoHarm) {
  TempDir folder;
  const Image image = noise_image(16, 16, {Scalar::u8, 3});
  for (const char* name : {"a.png", "a.jpg", "a.webp"}) {
    io::write(folder / name, image);
    Bytes bytes = load(folder / name);
    bytes.insert(bytes.end(), 100, std::uint8_t{0x55});
    save(folder / name, bytes);
    EXPECT_NO_THROW(io::read(folder / name)) << name;
  }
}

TEST(BadPhoto, DamagedBytesNeverCrash) {
  TempDir folder;
  const Image image = noise_image(24, 24, {Scalar::u8, 4});
  for (const char* extension : {".jpg", ".png", ".tif", ".webp", ".exr"}) {
    const std::string name = folder / (std::string("a") + extension);
    io::write(name, image);
    const Bytes whole = load(name);
    for (std::uint32_t round = 0; round < 150; ++round) {
      Bytes damaged = whole;
      // The first bytes hold the headers, where damage does most.
      for (std::uint32_t k = 0; k < 3; ++k) {
        const std::size_t range = k ? std::min<std::size_t>(200, damaged.size()) : damaged.size();
        damaged[noise(round * 7 + k) % range] = static_cast<std::uint8_t>(noise(round * 11 + k + 99));
      }
      save(name, damaged);
      try {
        io::read(name, {1'000'000});
      } catch (const relievo::Error&) {
      }
    }
  }
}

/// Width and height in the header of a PNG, JPEG or WebP set anew; PNG's check sum as well.
void claim_size(const std::string& path, unsigned width, unsigned height) {
  Bytes b = load(path);
  const auto put = [&](std::size_t at, unsigned v, int bytes) {
    for (int i = 0; i < bytes; ++i)
      b[at + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(v >> 8 * (bytes - 1 - i));
  };
  if (b[0] == 0x89) {
    put(16, width, 4), put(20, height, 4);
    put(29, png_crc(b, 12, 29), 4);
  } else {
    const std::uint8_t marker[] = {0xFF, 0xC0};
    const auto at = static_cast<std::size_t>(std::search(b.begin(), b.end(), marker, marker + 2) - b.begin());
    put(at + 5, height, 2), put(at + 7, width, 2);
  }
  save(path, b);
}

TEST(BadPhoto, LimitsHoldBeforeDecoding) {
  TempDir folder;
  const Image image = noise_image(40, 30, {Scalar::u8, 3});
  for (const char* name : {"a.jpg", "a.png", "a.tif", "a.webp", "a.exr"}) {
    io::write(folder / name, image);
    EXPECT_NO_THROW(io::read(folder / name, {1200})) << name;
    expect_error(ErrorCode::unsupported, folder / name, [&] { io::read(folder / name, {1199}); });
  }
  expect_error(ErrorCode::invalid_argument, "max_pixels is 0; allowed is 1 or more.",
               [&] { io::read(folder / "a.png", {0}); });
  // Bombs: were they decoded, each would take gigabytes.
  claim_size(folder / "a.png", 65000, 65000);
  expect_error(ErrorCode::unsupported, "65000 x 65000", [&] { io::read(folder / "a.png"); });
  claim_size(folder / "a.png", 70000, 1);
  expect_error(ErrorCode::unsupported, "65535", [&] { io::read(folder / "a.png"); });
  claim_size(folder / "a.jpg", 65000, 65000);
  expect_error(ErrorCode::unsupported, "65000 x 65000", [&] { io::read(folder / "a.jpg"); });
}

TEST(BadPhoto, TheLimitIsThatOfTheSizeDecoded) {
  TempDir folder;
  io::write(folder / "a.png", noise_image(40, 30, {Scalar::u8, 3}));
  Bytes png = load(folder / "a.png");
  png.resize(png.size() - 12);  // without the closing chunk
  png_chunk(png, "IHDR", {0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0});
  png_chunk(png, "IEND", {});
  save(folder / "a.png", png);
  expect_error(ErrorCode::unsupported, "40 x 30", [&] { io::read(folder / "a.png", {1000}); });
  // The area of this extent is beyond 64 bits with a sign.
  Bytes heif;
  big32(heif, 16), text(heif, "ftypheic"), big32(heif, 0);
  big32(heif, 20), text(heif, "ispe"), big32(heif, 0), big32(heif, 0xffffffff), big32(heif, 0xffffffff);
  save(folder / "a.heic", heif);
  expect_error(ErrorCode::unsupported, "4294967295 x 4294967295", [&] { io::read(folder / "a.heic"); });
}

TEST(BadPhoto, AnErrorThatTheProgramDidNotFetchIsNotThePhotos) {
  TempDir folder;
  const Image image = noise_image(8, 8, {Scalar::u8, 3});
  io::write(folder / "a.tif", image);
  EXPECT_FALSE(OIIO::ImageInput::create("no-such-format"));
  EXPECT_NO_THROW(expect_same_pixels(image, io::read(folder / "a.tif").image));
  OIIO::geterror();
}

TEST(BadPhoto, NothingIsPrinted) {
  TempDir folder;
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  for (const char* extension : {".jpg", ".png", ".tif", ".webp", ".exr"}) {
    const std::string name = folder / (std::string("a") + extension);
    io::write(name, noise_image(32, 32, {Scalar::u8, 3}));
    const Bytes whole = load(name);
    for (std::uint32_t i = 0; i < 60; ++i) {
      Bytes damaged = whole;
      damaged[8 + noise(i) % (damaged.size() - 8)] ^= 0x5A;
      if (i % 3 == 0) damaged.resize(damaged.size() * 2 / 3);
      save(name, damaged);
      try {
        io::read(name, {100000});
      } catch (const relievo::Error&) {
      }
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

// --- Writing ---

TEST(BadWrite, ArgumentsAreNamed) {
  TempDir folder;
  const Image image = noise_image(4, 4, {Scalar::u8, 3});
  expect_error(ErrorCode::invalid_argument, "a.gif", [&] { io::write(folder / "a.gif", image); });
  expect_error(ErrorCode::invalid_argument, "noext", [&] { io::write(folder / "noext", image); });
  expect_error(ErrorCode::invalid_argument, "no pixels", [&] { io::write(folder / "a.png", Image()); });
  expect_error(ErrorCode::invalid_argument, "quality is 0; allowed is 1 to 100.", [&] {
    io::write(folder / "a.jpg", image, nullptr, {0, 3});
  });
  expect_error(ErrorCode::invalid_argument, "png_level is 10; allowed is 0 to 9.", [&] {
    io::write(folder / "a.png", image, nullptr, {92, 10});
  });
  Image two = noise_image(4, 4, {Scalar::u8, 3});
  relievo::ImageView view = two.view();
  view.format.channels = 2;
  expect_error(ErrorCode::invalid_argument, "channels of the image to write is 2; allowed are 1, 3 and 4.",
               [&] { io::write(folder / "a.png", view); });
  view = two.view();
  view.stride = 11;
  expect_error(ErrorCode::invalid_argument, "stride of the image to write is 11; allowed is 12 or more bytes.",
               [&] { io::write(folder / "a.png", view); });
  expect_error(ErrorCode::invalid_argument, "16383", [&] {
    io::write(folder / "a.webp", noise_image(16384, 1, {Scalar::u8, 3}));
  });
  expect_error(ErrorCode::io, "missing/a.png", [&] { io::write(folder / "missing/a.png", image); });
  std::filesystem::create_directory(folder / "b.png");
  expect_error(ErrorCode::io, "b.png", [&] { io::write(folder / "b.png", image); });
  EXPECT_THAT(folder.names(), testing::ElementsAre("b.png"));
}

TEST(BadWrite, APathIsCheckedBeforeThereIsAnImage) {
  TempDir folder;
  for (const char* name : {"a.jpg", "a.JPEG", "a.png", "a.tif", "a.tiff", "a.webp", "a.exr"}) {
    EXPECT_NO_THROW(io::check_photo_path(folder / name)) << name;
  }
  expect_error(ErrorCode::invalid_argument,
               "a.xyz' has no extension of a photo; allowed are .jpg .jpeg .png .tif .tiff .webp .exr",
               [&] { io::check_photo_path(folder / "a.xyz"); });
  expect_error(ErrorCode::invalid_argument, "noext", [&] { io::check_photo_path(folder / "noext"); });
  expect_error(ErrorCode::io, "missing/a.png", [&] { io::check_photo_path(folder / "missing/a.png"); });
  save(folder / "old.png", "old");
  io::check_photo_path(folder / "old.png");
  EXPECT_EQ(load(folder / "old.png"), (Bytes{'o', 'l', 'd'}));
  EXPECT_THAT(folder.names(), testing::ElementsAre("old.png"));
}

TEST(BadWrite, AFullDiskLeavesTheOldFile) {
  for (const char* extension : {".jpg", ".png", ".tif", ".webp", ".exr"}) {
    TempDir folder;
    const std::string name = std::string("a") + extension;
    save(folder / name, "old");
    const Image image = noise_image(200, 200, {Scalar::u8, 3});
    {
      const FullDisk full(1000);
      expect_error(ErrorCode::io, folder / name, [&] { io::write(folder / name, image); });
    }
    EXPECT_EQ(load(folder / name), (Bytes{'o', 'l', 'd'})) << name;
    EXPECT_THAT(folder.names(), testing::ElementsAre(name));
  }
}

TEST(BadWrite, ReplacesWhatALinkPointsTo) {
  TempDir folder;
  save(folder / "real.png", "old");
  std::filesystem::permissions(folder / "real.png",
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::create_symlink("real.png", folder / "link.png");
  const Image image = noise_image(4, 4, {Scalar::u8, 3});
  io::write(folder / "link.png", image);
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link.png"));
  expect_same_pixels(image, io::read(folder / "real.png").image);
  EXPECT_EQ(std::filesystem::status(folder / "real.png").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(BadWrite, CreatesWhatALinkPointsTo) {
  TempDir folder;
  std::filesystem::create_directory(folder / "far");
  std::filesystem::create_symlink("far/second.png", folder / "first.png");
  std::filesystem::create_symlink("third.png", folder / "far/second.png");
  io::write(folder / "first.png", noise_image(4, 4, {Scalar::u8, 3}));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "first.png"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "far/second.png"));
  EXPECT_TRUE(std::filesystem::is_regular_file(folder / "far/third.png"));
}

}  // namespace
}  // namespace relievo_tests
