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

TEST(Movie, FramesSizeRateAndColour) {
  TempDir folder;
  for (const char* name : {"a.mp4", "a.mov"}) {
    io::VideoWriter writer(folder / name, {24, 16});
    for (int i = 0; i < 30; ++i) writer.add(smooth_frame(160, 120, i * 2));
    EXPECT_FALSE(std::filesystem::exists(folder / name));
    writer.finish();
    const Decoded video = decode(folder / name);
    EXPECT_EQ(video.codec, AV_CODEC_ID_H264);
    ASSERT_EQ(video.frames.size(), 30u);
    EXPECT_EQ(video.width, 160);
    EXPECT_EQ(video.height, 120);
    EXPECT_NEAR(video.fps, 24, 0.01);
    EXPECT_EQ(video.space, AVCOL_SPC_BT709);
    EXPECT_EQ(video.range, AVCOL_RANGE_MPEG);
    for (int i : {0, 13, 29})
      EXPECT_GT(psnr(video.frames[static_cast<std::size_t>(i)], 160, smooth_frame(160, 120, i * 2)), 35) << i;
    // Fast start: the index comes before the pictures.
    const Bytes bytes = load(folder / name);
    const std::string content(bytes.begin(), bytes.end());
    EXPECT_LT(content.find("moov"), content.find("mdat"));
    std::filesystem::remove(folder / name);
  }
  EXPECT_THAT(folder.names(), testing::IsEmpty());
}

TEST(Movie, BroadcastRate) {
  TempDir folder;
  io::VideoWriter writer(folder / "a.mp4", {29.97});
  for (int i = 0; i < 10; ++i) writer.add(smooth_frame(64, 64, i));
  writer.finish();
  EXPECT_NEAR(decode(folder / "a.mp4").fps, 30000.0 / 1001, 1e-3);
}

TEST(Movie, EachPixelFormatGivesTheSamePicture) {
  TempDir folder;
  const Image reference = smooth_frame(64, 48);
  for (Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
    for (int channels : {3, 4}) {
      io::VideoWriter writer(folder / "a.mp4", {30, 10});
      writer.add(smooth_frame(64, 48, 0, {scalar, static_cast<std::uint8_t>(channels)}));
      writer.finish();
      const Decoded video = decode(folder / "a.mp4");
      ASSERT_EQ(video.frames.size(), 1u);
      EXPECT_GT(psnr(video.frames[0], 64, reference), 35) << int(scalar) << ' ' << channels;
    }
    Image grey(64, 48, {scalar, 1});
    const Image colour = smooth_frame(64, 48, 0, {scalar, 3});
    for (int y = 0; y < 48; ++y) {
      for (int x = 0; x < 64; ++x) {
        const int size = relievo::bytes_of(scalar);
        std::memcpy(grey.row<std::uint8_t>(y) + x * size, colour.row<std::uint8_t>(y) + x * 3 * size,
                    static_cast<std::size_t>(size));
      }
    }
    io::VideoWriter writer(folder / "g.mp4", {30, 10});
    writer.add(grey);
    writer.finish();
    const Decoded video = decode(folder / "g.mp4");
    for (int x = 0; x < 64; ++x) {
      for (int c = 0; c < 3; ++c) {
        EXPECT_NEAR(video.frames[0][static_cast<std::size_t>((20 * 64 + x) * 3 + c)],
                    reference.row<std::uint8_t>(20)[x * 3], 6);
      }
    }
  }
}

TEST(Movie, OddSizesArePaddedByOnePixel) {
  TempDir folder;
  for (const auto& [width, height] : {std::pair{65, 47}, std::pair{64, 47}, std::pair{65, 48}}) {
    io::VideoWriter writer(folder / "a.mp4", {30, 10});
    const Image frame = smooth_frame(width, height);
    writer.add(frame);
    writer.finish();
    const Decoded video = decode(folder / "a.mp4");
    EXPECT_EQ(video.width, width + width % 2);
    EXPECT_EQ(video.height, height + height % 2);
    EXPECT_GT(psnr(video.frames[0], video.width, frame), 35);
    const std::size_t last = static_cast<std::size_t>((10 * video.width + width - 1) * 3);
    if (width % 2) {
      EXPECT_NEAR(video.frames[0][last + 3], video.frames[0][last], 8);
    }
  }
}

TEST(Movie, FramePacking) {
  TempDir folder;
  const auto stereo_of = [&](const char* name, io::FramePacking packing) {
    io::VideoOptions options;
    options.fps = 10;
    options.packing = packing;
    io::VideoWriter writer(folder / name, options);
    for (int i = 0; i < 45; ++i) writer.add(smooth_frame(128, 64, i));
    writer.finish();
    const Decoded video = decode(folder / name);
    EXPECT_EQ(video.frames.size(), 45u) << name;
    EXPECT_GT(psnr(video.frames[20], 128, smooth_frame(128, 64, 20)), 35) << name;
    if (packing != io::FramePacking::none) {
      EXPECT_GE(video.stereo_frames, 1) << name;
    }
    return video.stereo;
  };
  for (const char* name : {"a.hevc", "a.mp4"}) {
    EXPECT_EQ(stereo_of(name, io::FramePacking::none), -1) << name;
    EXPECT_EQ(stereo_of(name, io::FramePacking::side_by_side), AV_STEREO3D_SIDEBYSIDE) << name;
    EXPECT_EQ(stereo_of(name, io::FramePacking::top_bottom), AV_STEREO3D_TOPBOTTOM) << name;
  }
}

TEST(Movie, HevcCarriesTheMessageBeforeEachRandomAccessPicture) {
  TempDir folder;
  io::VideoOptions options;
  options.fps = 10;  // a random-access picture at least every 20 frames
  options.packing = io::FramePacking::side_by_side;
  io::VideoWriter writer(folder / "a.hevc", options);
  for (int i = 0; i < 45; ++i) writer.add(smooth_frame(128, 64, i));
  writer.finish();
  const Bytes b = load(folder / "a.hevc");
  const std::vector<std::uint8_t> message = {0x4e, 0x01, 0x2d, 0x06, 0x81, 0x81, 0, 0, 3, 0, 2, 0x80};
  int pictures = 0, messages = 0, pending = 0;
  for (std::size_t at = 0; at + 4 < b.size(); ++at) {
    if (b[at] || b[at + 1] || b[at + 2] != 1) continue;
    const int type = b[at + 3] >> 1 & 63;
    if (type == 39 && std::equal(message.begin(), message.end(), b.begin() + static_cast<long>(at) + 3))
      ++messages, pending = 1;
    if (type >= 16 && type <= 23) {
      ++pictures;
      EXPECT_EQ(pending, 1);
      pending = 0;
    }
  }
  EXPECT_GE(pictures, 3);
  EXPECT_EQ(messages, pictures);
}

TEST(Video, ArgumentsAreNamed) {
  TempDir folder;
  const auto open = [&](const std::string& name, auto change) {
    io::VideoOptions options;
    change(options);
    io::VideoWriter writer(folder / name, options);
  };
  const auto nothing = [](io::VideoOptions&) {};
  expect_error(ErrorCode::invalid_argument, "a.avi", [&] { open("a.avi", nothing); });
  expect_error(ErrorCode::invalid_argument, "fps is 0; allowed is 1 to 120 fps.",
               [&] { open("a.gif", [](auto& o) { o.fps = 0; }); });
  expect_error(ErrorCode::invalid_argument, "fps is nan",
               [&] { open("a.gif", [](auto& o) { o.fps = std::nan(""); }); });
  expect_error(ErrorCode::invalid_argument, "crf is 52; allowed is 0 to 51.",
               [&] { open("a.mp4", [](auto& o) { o.crf = 52; }); });
  expect_error(ErrorCode::invalid_argument, "threads is 65; allowed is 0 to 64 threads.",
               [&] { open("a.mp4", [](auto& o) { o.threads = 65; }); });
  expect_error(ErrorCode::invalid_argument, "max_bytes is 9999; allowed is 0 or at least 10000 bytes.",
               [&] { open("a.gif", [](auto& o) { o.max_bytes = 9999; }); });
  expect_error(ErrorCode::invalid_argument, "packing is 3; allowed are 0 to 2.",
               [&] { open("a.mp4", [](auto& o) { o.packing = static_cast<io::FramePacking>(3); }); });
  expect_error(ErrorCode::io, "missing", [&] { open("missing/a.mp4", nothing); });
  EXPECT_THAT(folder.names(), testing::IsEmpty());
}

TEST(Video, APathIsCheckedBeforeThereIsAFrame) {
  TempDir folder;
  for (const char* name : {"a.gif", "a.mp4", "a.MOV", "a.hevc"}) {
    EXPECT_NO_THROW(io::check_video_path(folder / name)) << name;
  }
  expect_error(ErrorCode::invalid_argument, "a.avi' has no extension of a video; allowed are .gif .mp4 .mov .hevc",
               [&] { io::check_video_path(folder / "a.avi"); });
  expect_error(ErrorCode::io, "missing/a.mp4", [&] { io::check_video_path(folder / "missing/a.mp4"); });
  EXPECT_THAT(folder.names(), testing::IsEmpty());
}

class EachVideo : public testing::TestWithParam<const char*> {};

TEST_P(EachVideo, UnfinishedLeavesNothing) {
  TempDir folder;
  {
    io::VideoWriter writer(folder / GetParam());
    for (int i = 0; i < 5; ++i) writer.add(smooth_frame(64, 64, i));
  }
  EXPECT_THAT(folder.names(), testing::IsEmpty());
}

TEST_P(EachVideo, FramesMustAgreeAndExist) {
  TempDir folder;
  io::VideoWriter writer(folder / GetParam());
  expect_error(ErrorCode::invalid_argument, GetParam(), [&] { writer.finish(); });
  expect_error(ErrorCode::invalid_argument, "no pixels", [&] { writer.add(Image()); });
  writer.add(smooth_frame(64, 64));
  expect_error(ErrorCode::invalid_argument, "66 x 62 pixels, but the first one was 64 x 64",
               [&] { writer.add(smooth_frame(66, 62)); });
  writer.add(smooth_frame(64, 64, 5));
  writer.finish();
  EXPECT_EQ(decode(folder / GetParam()).frames.size(), 2u);
  expect_error(ErrorCode::invalid_argument, "finished", [&] { writer.add(smooth_frame(64, 64)); });
  expect_error(ErrorCode::invalid_argument, "finished", [&] { writer.finish(); });
}

TEST_P(EachVideo, AFullDiskIsAnErrorAndLeavesTheOldFile) {
  TempDir folder;
  save(folder / GetParam(), "old");
  {
    const FullDisk full(1500);
    expect_error(ErrorCode::io, folder / GetParam(), [&] {
      io::VideoOptions options;
      options.crf = 1;
      io::VideoWriter writer(folder / GetParam(), options);
      for (int i = 0; i < 20; ++i) writer.add(noise_image(64, 64, {Scalar::u8, 3}));
      writer.finish();
    });
  }
  EXPECT_EQ(load(folder / GetParam()), (Bytes{'o', 'l', 'd'}));
  EXPECT_THAT(folder.names(), testing::SizeIs(1));
}

TEST_P(EachVideo, ReplacesAFileThatMayOnlyBeRead) {
  TempDir folder;
  constexpr auto only_read = std::filesystem::perms::owner_read;
  const AsNobody nobody;
  save(folder / GetParam(), "old");
  std::filesystem::permissions(folder / GetParam(), only_read);
  io::VideoWriter writer(folder / GetParam());
  writer.add(smooth_frame(64, 64));
  writer.finish();
  EXPECT_EQ(decode(folder / GetParam()).frames.size(), 1u);
  EXPECT_EQ(std::filesystem::status(folder / GetParam()).permissions(), only_read);
}

TEST_P(EachVideo, NothingIsPrintedAndTheLogLevelStays) {
  TempDir folder;
  const int before = av_log_get_level();
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  io::VideoWriter writer(folder / GetParam());
  for (int i = 0; i < 3; ++i) writer.add(smooth_frame(64, 64, i));
  writer.finish();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(av_log_get_level(), before);
}

TEST_P(EachVideo, MovesTakeTheFileAlong) {
  TempDir folder;
  io::VideoWriter first(folder / GetParam());
  first.add(smooth_frame(64, 64));
  io::VideoWriter second = std::move(first);
  second.add(smooth_frame(64, 64, 3));
  second.finish();
  EXPECT_EQ(decode(folder / GetParam()).frames.size(), 2u);
  expect_error(ErrorCode::invalid_argument, "moved", [&] { first.finish(); });
}
INSTANTIATE_TEST_SUITE_P(Formats, EachVideo, testing::Values("a.gif", "a.mp4", "a.mov", "a.hevc"));

}  // namespace
}  // namespace relievo_tests
