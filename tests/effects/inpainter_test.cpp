#include <relievo/inpainter.hpp>

#include <cstring>

#include "common/pictures.hpp"
#include "common/sentence.hpp"

namespace {

using namespace relievo;  // NOLINT(google-build-using-namespace)

template <class T>
void expect_filled(PixelFormat format, double scale) {
  const Image photo = pictures::waves<T>(97, 71, format, scale);
  const Image mask = pictures::hole(97, 71);
  for (const InpaintMethod method : {InpaintMethod::blend, InpaintMethod::telea, InpaintMethod::navier_stokes}) {
    InpaintOptions options;
    options.method = method;
    const Image filled = Inpainter(Device::cpu(2), options).inpaint(photo, mask);
    ASSERT_EQ(filled.format(), format);
    int changed = 0;
    for (int y = 0; y < 71; ++y) {
      for (int x = 0; x < 97; ++x) {
        const std::size_t bytes = static_cast<std::size_t>(format.bytes());
        const bool same = std::memcmp(photo.row<char>(y) + x * bytes, filled.row<char>(y) + x * bytes, bytes) == 0;
        if (mask.row<std::uint8_t>(y)[x] == 0) {
          ASSERT_TRUE(same) << x << ' ' << y;
        } else {
          changed += same ? 0 : 1;
        }
        if (format.channels == 4) {
          ASSERT_EQ(photo.row<T>(y)[4 * x + 3], filled.row<T>(y)[4 * x + 3]);
        }
      }
    }
    EXPECT_GT(changed, 100);
  }
}

TEST(Inpainter, FillsEveryFormatAndKeepsTheRestBitForBit) {
  for (const std::uint8_t channels : {1, 3, 4}) {
    expect_filled<std::uint8_t>({Scalar::u8, channels}, 255);
    expect_filled<std::uint16_t>({Scalar::u16, channels}, 65535);
    expect_filled<float>({Scalar::f32, channels}, 1);
    // The bit patterns of halves from 0.0 to about 1.
    expect_filled<std::uint16_t>({Scalar::f16, channels}, 0x3c00);
  }
}

TEST(Inpainter, SixteenBitsAgreeWithEight) {
  const Image low = pictures::waves<std::uint8_t>(64, 48, {Scalar::u8, 3}, 255);
  Image high(64, 48, {Scalar::u16, 3});
  for (int y = 0; y < 48; ++y) {
    for (int i = 0; i < 64 * 3; ++i)
      high.row<std::uint16_t>(y)[i] = static_cast<std::uint16_t>(low.row<std::uint8_t>(y)[i] * 257);
  }
  const Image mask = pictures::hole(64, 48);
  const Inpainter inpainter(Device::cpu(), {});
  const Image a = inpainter.inpaint(low, mask);
  const Image b = inpainter.inpaint(high, mask);
  double worst = 0;
  for (int y = 0; y < 48; ++y) {
    for (int i = 0; i < 64 * 3; ++i) {
      worst = std::max(worst, std::abs(a.row<std::uint8_t>(y)[i] - b.row<std::uint16_t>(y)[i] / 257.0));
    }
  }
  EXPECT_LT(worst, 8);
}

TEST(Inpainter, TheThreadBudgetDoesNotChangeThePixels) {
  const Image photo = pictures::waves<float>(80, 60, {Scalar::f32, 3}, 1);
  const Image mask = pictures::hole(80, 60);
  const Image a = Inpainter(Device::cpu(1)).inpaint(photo, mask);
  const Image b = Inpainter(Device::cpu(4)).inpaint(photo, mask);
  for (int y = 0; y < 60; ++y) EXPECT_EQ(std::memcmp(a.row<float>(y), b.row<float>(y), 80 * 12), 0);
}

TEST(Inpainter, AMaskWithoutAHoleReturnsThePhoto) {
  const Image photo = pictures::waves<std::uint8_t>(1, 9, {Scalar::u8, 3}, 255);
  const Image mask = pictures::hole(1, 9, 0);
  const Image filled = Inpainter(Device::cpu()).inpaint(photo, mask);
  for (int y = 0; y < 9; ++y) EXPECT_EQ(std::memcmp(photo.row<char>(y), filled.row<char>(y), 3), 0);
}

TEST(Inpainter, FillsThinPhotos) {
  for (const auto& [width, height] : {std::pair{1, 30}, std::pair{30, 1}, std::pair{2, 2}, std::pair{3, 30}}) {
    const Image photo = pictures::waves<std::uint8_t>(width, height, {Scalar::u8, 3}, 255);
    Image mask = pictures::hole(width, height, 0);
    mask.row<std::uint8_t>(height / 2)[width / 2] = 255;
    EXPECT_EQ(Inpainter(Device::cpu()).inpaint(photo, mask).width(), width);
  }
}

TEST(Inpainter, RefusesWhatDoesNotFit) {
  const Image photo = pictures::waves<std::uint8_t>(20, 10, {Scalar::u8, 3}, 255);
  const Inpainter inpainter(Device::cpu());
  EXPECT_ERROR(inpainter.inpaint(photo, pictures::hole(20, 10, 9)), invalid_argument,
               "The mask covers the whole photo; nothing is left to fill from.");
  EXPECT_ERROR(inpainter.inpaint(photo, pictures::hole(10, 20)), invalid_argument,
               "The mask is 10 x 20 pixels, the photo 20 x 10; they must be the same.");
  EXPECT_ERROR(inpainter.inpaint(photo, photo), invalid_argument, "The mask must have 1 channel of u8.");
  EXPECT_ERROR(inpainter.inpaint(ImageView{}, photo), invalid_argument, "The photo is empty.");
  InpaintOptions options;
  options.radius_px = 40;
  EXPECT_ERROR(Inpainter(Device::cpu(), options), invalid_argument, "radius_px is 40; allowed is 1 to 32 px.");
  EXPECT_ERROR(inpainter.inpaint(std::vector<ImageView>{photo}, std::vector<ImageView>{}), invalid_argument,
               "There are 1 photos and 0 masks; their numbers must agree.");
}

TEST(Inpainter, StopsWhenAsked) {
  const Image photo = pictures::waves<std::uint8_t>(20, 10, {Scalar::u8, 3}, 255);
  const Progress stop = [](double, std::string_view) { return false; };
  try {
    (void)Inpainter(Device::cpu()).inpaint(photo, pictures::hole(20, 10), stop);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
}

}  // namespace
