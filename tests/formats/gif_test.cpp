#include <cmath>
#include <cstring>

#include <relievo/io/video.hpp>

#include "support.hpp"
#include "video_support.hpp"

namespace relievo_tests {
namespace {

using relievo::ErrorCode;
using relievo::Image;
using relievo::PixelFormat;
using relievo::Scalar;
namespace io = relievo::io;

TEST(Gif, FramesLoopAndColours) {
  TempDir folder;
  io::VideoWriter writer(folder / "a.gif", {20});
  for (int i = 0; i < 12; ++i) writer.add(smooth_frame(120, 90, i * 3));
  writer.finish();
  const Decoded gif = decode(folder / "a.gif");
  ASSERT_EQ(gif.frames.size(), 12u);
  EXPECT_EQ(gif.width, 120);
  EXPECT_EQ(gif.height, 90);
  for (std::size_t i = 1; i < 12; ++i) EXPECT_EQ(gif.times[i] - gif.times[i - 1], 5);
  for (int i : {0, 7, 11})
    EXPECT_GT(psnr(gif.frames[static_cast<std::size_t>(i)], 120, smooth_frame(120, 90, i * 3)), 30) << i;
  const Bytes bytes = load(folder / "a.gif");
  const std::string content(bytes.begin(), bytes.end());
  const std::size_t loop = content.find("NETSCAPE2.0");
  ASSERT_NE(loop, content.npos);
  EXPECT_EQ(content.substr(loop + 11, 4), std::string("\x03\x01\x00\x00", 4));  // zero repeats: for ever
}

TEST(Gif, FewColoursAreExact) {
  TempDir folder;
  Image image(64, 64, {Scalar::u8, 3});
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      auto* p = image.row<std::uint8_t>(y) + 3 * x;
      p[0] = x < 32 ? 255 : 0, p[1] = y < 32 ? 255 : 0, p[2] = x < y ? 255 : 0;
    }
  }
  io::VideoWriter writer(folder / "a.gif");
  writer.add(image);
  writer.add(image);
  writer.finish();
  const Decoded gif = decode(folder / "a.gif");
  ASSERT_EQ(gif.frames.size(), 2u);
  EXPECT_GT(psnr(gif.frames[0], 64, image), 80);
  EXPECT_GT(psnr(gif.frames[1], 64, image), 80);
}

TEST(Gif, MeanColourSurvivesDithering) {
  TempDir folder;
  const Image image = smooth_frame(256, 256);
  io::VideoWriter writer(folder / "a.gif");
  writer.add(image);
  writer.finish();
  const Decoded gif = decode(folder / "a.gif");
  // Means over blocks of the pattern's size.
  for (int by = 0; by < 256; by += 16) {
    for (int bx = 0; bx < 256; bx += 16) {
      for (int c = 0; c < 3; ++c) {
        double expected = 0, found = 0;
        for (int y = by; y < by + 16; ++y) {
          for (int x = bx; x < bx + 16; ++x) {
            expected += image.row<std::uint8_t>(y)[x * 3 + c];
            found += gif.frames[0][static_cast<std::size_t>((y * 256 + x) * 3 + c)];
          }
        }
        EXPECT_NEAR(found / 256, expected / 256, 8) << bx << ' ' << by << ' ' << c;
      }
    }
  }
}

TEST(Gif, WhatStandsStillCostsLittle) {
  TempDir folder;
  const auto size_of = [&](int frames) {
    io::VideoWriter writer(folder / "a.gif");
    for (int i = 0; i < frames; ++i) {
      Image frame = smooth_frame(200, 200);
      for (int y = 90; y < 100; ++y) std::memset(frame.row<std::uint8_t>(y) + 3 * (10 + i * 5), 255, 30);
      writer.add(frame);
    }
    writer.finish();
    return load(folder / "a.gif").size();
  };
  EXPECT_LT(size_of(20), size_of(1) * 3 / 2);
}

TEST(Gif, FastRatesKeepTheirLength) {
  TempDir folder;
  io::VideoWriter writer(folder / "a.gif", {100});
  for (int i = 0; i < 50; ++i) writer.add(smooth_frame(32, 32, i));
  writer.finish();
  const Decoded gif = decode(folder / "a.gif");
  EXPECT_EQ(gif.frames.size(), 25u);
  EXPECT_EQ(gif.times.back(), 48);
}

TEST(Gif, ShrinksUntilItFits) {
  TempDir folder;
  io::VideoOptions options;
  options.max_bytes = 40000;
  io::VideoWriter writer(folder / "a.gif", options);
  for (int i = 0; i < 10; ++i) writer.add(smooth_frame(240, 160, i * 8));
  writer.finish();
  EXPECT_LE(load(folder / "a.gif").size(), 40000u);
  const Decoded gif = decode(folder / "a.gif");
  EXPECT_EQ(gif.frames.size(), 10u);
  EXPECT_LT(gif.width, 240);
  EXPECT_NEAR(gif.width / double(gif.height), 1.5, 0.05);
  io::VideoWriter hopeless(folder / "b.gif", [] {
    io::VideoOptions o;
    o.max_bytes = 10000;
    return o;
  }());
  for (int i = 0; i < 400; ++i) hopeless.add(noise_image(16, 16, {Scalar::u8, 3}));
  Image other = smooth_frame(16, 16);
  for (int i = 0; i < 400; ++i) hopeless.add(smooth_frame(16, 16, i * 31));
  expect_error(ErrorCode::invalid_argument, "max_bytes", [&] { hopeless.finish(); });
  EXPECT_THAT(folder.names(), testing::ElementsAre("a.gif"));
}

}  // namespace
}  // namespace relievo_tests
