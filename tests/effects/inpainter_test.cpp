#include <relievo/inpainter.hpp>

#include <pthread.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "common/images.hpp"
#include "common/pictures.hpp"
#include "common/sentence.hpp"
#include "kernels/half.hpp"

namespace {

using namespace relievo;  // NOLINT(google-build-using-namespace)

constexpr InpaintMethod every_method[] = {InpaintMethod::blend, InpaintMethod::telea, InpaintMethod::navier_stokes,
                                          InpaintMethod::patch, InpaintMethod::planar};

constexpr InpaintOptions patches{InpaintMethod::patch};

template <class T>
void expect_filled(PixelFormat format, double scale) {
  const Image photo = pictures::waves<T>(97, 71, format, scale);
  const Image mask = pictures::hole(97, 71);
  for (const InpaintMethod method : every_method) {
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

// The hole's pixels of one format, as 0..1, beside those of u8 RGB.
double worst_in_hole(PixelFormat format, const Image& reference, InpaintMethod method) {
  const Image low = pictures::waves<std::uint8_t>(64, 48, {Scalar::u8, 3}, 255);
  const Image photo =
      test::make(64, 48, format, [&](int x, int y, int c) { return c == 3 ? 1 : test::at(low, x, y, c); });
  InpaintOptions options;
  options.method = method;
  const Image filled = Inpainter(Device::cpu(1), options).inpaint(photo, pictures::hole(64, 48));
  double worst = 0;
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 64; ++x) {
      for (int c = 0; c < std::min<int>(3, format.channels); ++c) {
        worst = std::max(worst, std::abs(test::at(filled, x, y, c) - test::at(reference, x, y, c)));
      }
    }
  }
  return worst;
}

TEST(Inpainter, EveryFormatIsFilledLikeBytes) {
  const Image low = pictures::waves<std::uint8_t>(64, 48, {Scalar::u8, 3}, 255);
  for (const InpaintMethod method : every_method) {
    InpaintOptions options;
    options.method = method;
    const Image reference = Inpainter(Device::cpu(1), options).inpaint(low, pictures::hole(64, 48));
    for (const Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
      for (const std::uint8_t channels : {1, 3, 4}) {
        // What is alike in grey is another patch than what is alike in colour.
        if (channels == 1 && method == InpaintMethod::patch) continue;
        // The bilateral filter compares colours, of which a grey photo has one.
        const bool grey_blend = channels == 1 && method == InpaintMethod::blend;
        EXPECT_LT(worst_in_hole({scalar, channels}, reference, method), (grey_blend ? 16 : 8) / 255.0)
            << name_of(method) << ", " << static_cast<int>(channels) << " channels of scalar "
            << static_cast<int>(scalar);
      }
    }
  }
}

TEST(Inpainter, PixelsThatAreNoNumbersDoNotSpread) {
  const Image mask = pictures::hole(64, 48);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity(), 3e38f}) {
    for (const PixelFormat format : {test::f32_3, test::f16_3}) {
      for (const InpaintMethod method : every_method) {
        Image photo = test::photo(64, 48, format);
        // In the hole, and one pixel left of it.
        for (const int x : {30, 15}) {
          if (format == test::f32_3) {
            photo.row<float>(24)[3 * x + 1] = bad;
          } else {
            photo.row<std::uint16_t>(24)[3 * x + 1] = float_to_half(bad);
          }
        }
        InpaintOptions options;
        options.method = method;
        const Image filled = Inpainter(Device::cpu(1), options).inpaint(photo, mask);
        for (int y = 0; y < 48; ++y) {
          for (int x = 0; x < 64; ++x) {
            if (mask.row<std::uint8_t>(y)[x] == 0) continue;
            for (int c = 0; c < 3; ++c) ASSERT_TRUE(std::isfinite(test::at(filled, x, y, c))) << x << ", " << y;
          }
        }
        const auto kept = test::part(filled, 15, 24, 1, 1);
        EXPECT_TRUE(std::memcmp(kept.data, test::part(photo, 15, 24, 1, 1).data, format.bytes()) == 0);
      }
    }
  }
}

TEST(Inpainter, FillsAloneWhereNoThreadIsToBeHad) {
  const Image photo = pictures::waves<std::uint16_t>(80, 60, {Scalar::u16, 3}, 65535);
  const Image mask = pictures::hole(80, 60);
  InpaintOptions options;
  options.method = InpaintMethod::telea;
  const Image wanted = Inpainter(Device::cpu(1), options).inpaint(photo, mask);
  const Inpainter inpainter(Device::cpu(4), options);
  // No address space holds such a stack, so no thread can start.
  pthread_attr_t usual, impossible;
  ASSERT_EQ(pthread_getattr_default_np(&usual), 0);
  pthread_attr_init(&impossible);
  ASSERT_EQ(pthread_attr_setstacksize(&impossible, std::size_t{1} << 60), 0);
  ASSERT_EQ(pthread_setattr_default_np(&impossible), 0);
  const std::string error = test::error_of([&] { EXPECT_TRUE(test::same(inpainter.inpaint(photo, mask), wanted)); });
  pthread_setattr_default_np(&usual);
  EXPECT_EQ(error, "nothing");
}

TEST(Inpainter, TheThreadBudgetDoesNotChangeThePixels) {
  const Image photo = pictures::waves<float>(80, 60, {Scalar::f32, 3}, 1);
  const Image mask = pictures::hole(80, 60);
  for (const InpaintMethod method : every_method) {
    const Image a = Inpainter(Device::cpu(1), {.method = method}).inpaint(photo, mask);
    const Image b = Inpainter(Device::cpu(4), {.method = method}).inpaint(photo, mask);
    EXPECT_TRUE(test::same(a, b)) << name_of(method);
  }
}

// A texture that repeats is known under the hole, too.
TEST(Inpainter, PatchesGoOnWithWhatRepeats) {
  const Image photo = test::make(240, 180, test::u8_3, [](int x, int y, int c) {
    return ((x * 7 + y * 13 + c * 5) % 20 < 9 ? 0.2 : 0.7) + 0.1 * ((x / 5 + y / 5) % 2);
  });
  Image hidden = test::make(240, 180, test::u8_3, [&](int x, int y, int c) { return test::at(photo, x, y, c); });
  const Image mask = test::box(240, 180, 90, 70, 140, 110);
  for (int y = 70; y < 110; ++y) std::memset(hidden.row<char>(y) + 3 * 90, 255, 3 * 50);
  const Image filled = Inpainter(Device::cpu(), patches).inpaint(hidden, mask);
  double sum = 0;
  for (int y = 70; y < 110; ++y) {
    for (int x = 90; x < 140; ++x) {
      for (int c = 0; c < 3; ++c) sum += std::abs(test::at(filled, x, y, c) - test::at(photo, x, y, c));
    }
  }
  EXPECT_LT(sum / (40 * 50 * 3), 0.02);
}

// What is left and right of the hole differs; each side goes on.
TEST(Inpainter, PatchesKeepToTheirSide) {
  const Image photo = test::make(200, 120, test::u8_3, [](int x, int y, int c) {
    return (x < 100 ? 0.2 : 0.8) + (c == 0 ? 0.05 : 0.0) * ((x + y) % 3);
  });
  const Image filled = Inpainter(Device::cpu(), patches).inpaint(photo, test::box(200, 120, 80, 40, 120, 80));
  for (int y = 40; y < 80; ++y) {
    for (int x = 80; x < 120; ++x) {
      if (std::abs(x - 100) >= 8) {
        ASSERT_NEAR(test::at(filled, x, y, 1), x < 100 ? 0.2 : 0.8, 0.05) << x << ", " << y;
      }
    }
  }
}

TEST(Inpainter, PatchesFillLargePhotos) {
  // Large enough that the finest level is not searched.
  const Image photo = test::make(2400, 1800, test::u8_3, [](int x, int y, int c) {
    return 0.3 + 0.2 * c + 0.1 * std::sin(0.05 * x) * std::cos(0.04 * y);
  });
  const Image mask = test::box(2400, 1800, 1000, 700, 1300, 1000);
  const Image filled = Inpainter(Device::cpu(), patches).inpaint(photo, mask);
  double worst = 0;
  for (int y = 700; y < 1000; ++y) {
    for (int x = 1000; x < 1300; ++x) {
      worst = std::max(worst, std::abs(test::at(filled, x, y, 0) - test::at(photo, x, y, 0)));
    }
  }
  EXPECT_LT(worst, 0.25);
}

TEST(Inpainter, AMaskWithoutAHoleReturnsThePhoto) {
  const Image photo = pictures::waves<std::uint8_t>(1, 9, {Scalar::u8, 3}, 255);
  const Image mask = pictures::hole(1, 9, 0);
  const Image filled = Inpainter(Device::cpu()).inpaint(photo, mask);
  for (int y = 0; y < 9; ++y) EXPECT_EQ(std::memcmp(photo.row<char>(y), filled.row<char>(y), 3), 0);
}

// All that is known has one value, so the hole has it too, whatever it hides.
void expect_flat(int width, int height, const Image& mask, const char* where) {
  for (const PixelFormat format : {test::u8_3, test::f32_3}) {
    const Image wanted = test::flat(width, height, format, 0.6);
    const Image photo = test::make(
        width, height, format, [&](int x, int y, int c) { return mask.row<std::uint8_t>(y)[x] != 0 ? 0.3 * c : 0.6; });
    for (const InpaintMethod method : every_method) {
      InpaintOptions options;
      options.method = method;
      // Telea's fill drifts by a few codes on its way from the rim.
      EXPECT_LE(test::largest_difference(Inpainter(Device::cpu(), options).inpaint(photo, mask), wanted), 6.0 / 255)
          << where << ", " << width << " x " << height << ", " << name_of(method);
    }
  }
}

TEST(Inpainter, NothingOfTheHoleComesThroughAtABorder) {
  expect_flat(80, 60, test::box(80, 60, 30, 20, 50, 40), "inside");
  expect_flat(80, 60, test::box(80, 60, 30, 0, 50, 20), "at the top");
  expect_flat(80, 60, test::box(80, 60, 0, 20, 20, 40), "at the left");
  expect_flat(80, 60, test::box(80, 60, 60, 20, 80, 40), "at the right");
  expect_flat(80, 60, test::box(80, 60, 30, 40, 50, 60), "at the bottom");
  expect_flat(80, 60, test::box(80, 60, 30, 1, 50, 20), "a pixel below the top");
  expect_flat(80, 60, test::box(80, 60, 0, 0, 20, 20), "in the corner");
}

TEST(Inpainter, FillsThinPhotos) {
  for (const auto& [width, height] :
       {std::pair{1, 30}, std::pair{30, 1}, std::pair{2, 2}, std::pair{30, 2}, std::pair{3, 30}}) {
    const int x = width / 2, y = height / 2;
    expect_flat(width, height, test::box(width, height, x, y, x + 1, y + 1), "thin");
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
