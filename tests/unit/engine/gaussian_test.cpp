#include <cmath>

#include "kernels/gaussian.hpp"
#include "kernels/sampling.hpp"
#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr int kernel_sizes[] = {1, 3, 5, 7, 9, 13, 19, 31};
constexpr PixelFormat formats[] = {{Scalar::u8, 1},  {Scalar::u8, 3},  {Scalar::u8, 4}, {Scalar::u16, 3},
                                   {Scalar::u16, 4}, {Scalar::f32, 1}, {Scalar::f32, 3}};

double mirrored(const Picture& in, int x, int y, int c) {
  return in.at(reflect_101(x, in.width()), reflect_101(y, in.height()), c);
}

// What OpenCV's getGaussianKernel documents for sigma 0: a table up to 9, a sampled bell above.
std::vector<double> kernel_oracle(int size) {
  switch (size) {
    case 1:
      return {1};
    case 3:
      return {1 / 4.0, 1 / 2.0, 1 / 4.0};
    case 5:
      return {1 / 16.0, 4 / 16.0, 6 / 16.0, 4 / 16.0, 1 / 16.0};
    case 7:
      return {1 / 32.0, 3.5 / 32, 7 / 32.0, 9 / 32.0, 7 / 32.0, 3.5 / 32, 1 / 32.0};
    case 9:
      return {4 / 256.0, 13 / 256.0, 30 / 256.0, 51 / 256.0, 60 / 256.0, 51 / 256.0, 30 / 256.0, 13 / 256.0, 4 / 256.0};
    default:
      break;
  }
  const double sigma = 0.3 * ((size - 1) / 2.0 - 1) + 0.8;
  std::vector<double> kernel;
  double sum = 0;
  for (int i = 0; i < size; ++i) {
    const double x = i - (size - 1) / 2.0;
    kernel.push_back(std::exp(-x * x / (2 * sigma * sigma)));
    sum += kernel.back();
  }
  for (double& weight : kernel) weight /= sum;
  return kernel;
}

double allowed(Scalar scalar) {
  // Bytes have OpenCV's weights in 1/256.
  return scalar == Scalar::u8 ? 2 : scalar == Scalar::u16 ? 0.6 : 1e-6;
}

TEST(Gaussian, MatchesItsDefinition) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    for (const Size size : sizes()) {
      const Picture in = random_picture(size.width, size.height, format);
      for (const int k : kernel_sizes) {
        Picture out(size.width, size.height, format);
        engine.gaussian(in, out, k);
        const std::vector<double> kernel = kernel_oracle(k);
        std::vector<double> columns(std::size_t(size.width) * size.height * format.channels);
        const auto at = [&](int x, int y, int c) -> double& {
          return columns[(std::size_t(y) * size.width + x) * format.channels + c];
        };
        for (int y = 0; y < size.height; ++y) {
          for (int x = 0; x < size.width; ++x) {
            for (int c = 0; c < format.channels; ++c) {
              for (int i = 0; i < k; ++i) at(x, y, c) += kernel[i] * mirrored(in, x, y + i - k / 2, c);
            }
          }
        }
        EXPECT_TRUE(near(out, allowed(format.scalar),
                         [&](int x, int y, int c) {
                           double sum = 0;
                           for (int i = 0; i < k; ++i)
                             sum += kernel[i] * at(reflect_101(x + i - k / 2, size.width), y, c);
                           return sum;
                         }))
            << "size " << k;
      }
    }
  }
}

TEST(Gaussian, BytesAreRoundedOnceInFixedPoint) {
  TestEngine engine(2);
  for (const Size size : {Size{1, 1}, Size{17, 13}, Size{300, 20}, Size{131, 67}}) {
    for (const std::uint8_t channels : {1, 3, 4}) {
      const Picture in = random_picture(size.width, size.height, {Scalar::u8, channels});
      for (const int k : {3, 13, 31, 33, 101, 255}) {
        Picture out(size.width, size.height, in.view().format);
        engine.gaussian(in, out, k);
        const GaussianWeights weights = gaussian_weights(k);
        const int half = k / 2;
        std::vector<int> columns(std::size_t(size.width) * size.height * channels);
        const auto at = [&](int x, int y, int c) -> int& {
          return columns[(std::size_t(y) * size.width + x) * channels + c];
        };
        for (int y = 0; y < size.height; ++y) {
          for (int x = 0; x < size.width; ++x) {
            for (int c = 0; c < channels; ++c) {
              int sum = 0;
              for (int i = -half; i <= half; ++i) sum += weights.fixed[std::abs(i)] * int(mirrored(in, x, y + i, c));
              at(x, y, c) = sum;
            }
          }
        }
        EXPECT_TRUE(near(out, 0,
                         [&](int x, int y, int c) {
                           int sum = 0;
                           for (int i = -half; i <= half; ++i) {
                             sum += weights.fixed[std::abs(i)] * at(reflect_101(x + i, size.width), y, c);
                           }
                           return (sum + (1 << 15)) >> 16;
                         }))
            << "size " << k << ", channels " << int(channels);
      }
    }
  }
}

TEST(Gaussian, KeepsAConstantImageBitForBit) {
  TestEngine engine(1);
  for (const PixelFormat format : formats) {
    for (const double part : {0.0, 0.3, 0.7, 1.0}) {
      const Picture in = constant_picture(61, 47, format, std::floor(part * full(format.scalar) * 8) / 8 + 0.1 * part);
      for (const int k : kernel_sizes) {
        Picture out(61, 47, format);
        engine.gaussian(in, out, k);
        EXPECT_TRUE(out.same_bits(in)) << "size " << k << " value " << in.at(0, 0, 0);
      }
    }
  }
}

TEST(Gaussian, MayWorkInPlace) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    Picture picture = random_picture(61, 147, format);
    Picture out(61, 147, format);
    engine.gaussian(picture, out, 13);
    engine.gaussian(picture, picture, 13);
    EXPECT_TRUE(picture.same_bits(out));
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
