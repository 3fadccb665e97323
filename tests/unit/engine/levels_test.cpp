#include <array>
#include <cmath>
#include <limits>

#include "kernels/coc.hpp"
#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr PixelFormat formats[] = {{Scalar::u8, 1},  {Scalar::u8, 3},  {Scalar::u8, 4}, {Scalar::u16, 3},
                                   {Scalar::u16, 4}, {Scalar::f32, 1}, {Scalar::f32, 3}};

TEST(BlendLevels, InterpolatesBetweenNeighbours) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    for (const Size size : sizes()) {
      std::vector<Picture> levels;
      for (unsigned i = 0; i < 5; ++i) levels.push_back(random_picture(size.width, size.height, format, i));
      const std::vector<ImageView> views(levels.begin(), levels.end());
      for (int count = 1; count <= 5; ++count) {
        Picture level = random_picture(size.width, size.height, {Scalar::f32, 1}, 77);
        for (int y = 0; y < size.height; ++y) {
          for (int x = 0; x < size.width; ++x) level.set(x, y, 0, 6 * level.at(x, y, 0) - 1);
        }
        Picture out(size.width, size.height, format);
        engine.blend_levels(views.data(), count, level, out);
        EXPECT_TRUE(near(out, rounding(format.scalar, 1e-6) + (format.scalar == Scalar::u16 ? 0.05 : 0),
                         [&](int x, int y, int c) {
                           const double at = std::clamp(level.at(x, y, 0), 0.0, count - 1.0);
                           const int i = std::min(int(at), count - 1);
                           const double low = levels[i].at(x, y, c);
                           return low + (at - i) * (levels[std::min(i + 1, count - 1)].at(x, y, c) - low);
                         }));
      }
    }
  }
}

TEST(BlendLevels, WholeLevelsComeThroughBitForBit) {
  TestEngine engine(1);
  for (const PixelFormat format : formats) {
    std::vector<Picture> levels;
    for (unsigned i = 0; i < 4; ++i) levels.push_back(random_picture(61, 47, format, i));
    const std::vector<ImageView> views(levels.begin(), levels.end());
    for (int i = 0; i < 4; ++i) {
      const Picture level = constant_picture(61, 47, {Scalar::f32, 1}, i);
      Picture out(61, 47, format);
      engine.blend_levels(views.data(), 4, level, out);
      EXPECT_TRUE(out.same_bits(levels[i])) << i;
    }
    Picture level = constant_picture(61, 47, {Scalar::f32, 1}, 0);
    for (int y = 0; y < 47; ++y) {
      for (int x = 0; x < 61; ++x) level.view().row<float>(y)[x] = std::numeric_limits<float>::quiet_NaN();
    }
    Picture out(61, 47, format);
    engine.blend_levels(views.data(), 4, level, out);
    EXPECT_TRUE(out.same_bits(levels[0])) << "where the level is not a number";
  }
}

TEST(CocLevels, EqualsTheKernelBitForBit) {
  TestEngine engine(2);
  constexpr std::array<float, 6> radii = {0, 0.5f, 1.5f, 4, 7, 20};
  const Picture disparity = random_picture(131, 67, {Scalar::f32, 1});
  for (int count = 1; count <= 6; ++count) {
    for (const float range : {0.0f, 0.1f}) {
      for (const float scale : {0.0f, 3.0f, 60.0f}) {
        Picture out(131, 60, {Scalar::f32, 1});
        engine.coc_levels(disparity, 7, 0.4f, range, scale, radii.data(), count, out);
        EXPECT_TRUE(near(out, 0, [&](int x, int y, int) {
          const float radius = coc_radius(float(disparity.at(x, y + 7, 0)), 0.4f, range, scale);
          return level_of(radius, radii.data(), count);
        }));
      }
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
