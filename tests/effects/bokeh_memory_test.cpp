// The memory that bokeh may take: less makes smaller bands of work, and the same pixels.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <relievo/bokeh_renderer.hpp>

#include "common/images.hpp"

namespace relievo {
namespace {

LayeredScene portrait(int width, int height, PixelFormat format) {
  const PixelFormat plain{format.scalar, static_cast<std::uint8_t>(std::min<int>(format.channels, 3))};
  test::Layers layers;
  layers.add(test::photo(width, height, plain), test::make(width, height, test::f32_1, [&](int x, int y, int) {
               return 0.5 * (x + y) / (width + height);
             }));
  layers.add(test::make(width, height, plain, [](int x, int y, int c) { return test::texture(x, y + 99, c); }),
             test::flat(width, height, test::f32_1, 0.9), test::make(width, height, test::u8_1, [&](int x, int y, int) {
               return std::clamp((height / 3.0 - std::hypot(x - width / 2.0, y - height / 2.0)) / 3, 0.0, 1.0);
             }));
  const auto views = layers.views();
  Image alpha;
  if (format.channels == 4) {
    alpha = test::make(width, height, {format.scalar, 1}, [&](int x, int, int) { return std::round(x * 2.0) / 255; });
  }
  return LayeredScene::from_layers(Device::cpu(1), views.data(), 2, {}, alpha);
}

BokehOptions with(BokehMode mode, int memory_mib, float coc = 20) {
  BokehOptions options;
  options.mode = mode;
  options.coc = coc;
  options.memory_mib = memory_mib;
  options.protect_faces = false;
  return options;
}

constexpr BokehMode modes[] = {BokehMode::lens,      BokehMode::tiers,   BokehMode::gather,
                               BokehMode::threshold, BokehMode::layered, BokehMode::preview};
constexpr BokehMode banded[] = {BokehMode::tiers, BokehMode::gather, BokehMode::threshold, BokehMode::layered};

TEST(BokehMemory, EveryBudgetGivesTheSamePixels) {
  for (const PixelFormat format : {test::u8_3, test::f16_3, test::u8_4, test::f32_3, test::u8_1}) {
    // So wide that a MiB holds the least rows alone.
    const LayeredScene scene = portrait(700, 130, format);
    for (const BokehMode mode : modes) {
      for (const Aperture shape : {Aperture::circle, Aperture::hexagon}) {
        BokehOptions little = with(mode, 1), all = with(mode, 1048576);
        little.shape = all.shape = shape;
        BokehRenderer small(Device::cpu(1), little), large(Device::cpu(1), all);
        const Image out = small.render(scene, Focus::on_disparity(0.2f));
        EXPECT_TRUE(test::same(out, large.render(scene, Focus::on_disparity(0.2f)))) << name_of(mode);
        if (std::find(std::begin(banded), std::end(banded), mode) != std::end(banded)) {
          EXPECT_LT(small.scratch_bytes(), large.scratch_bytes()) << name_of(mode);
        }
      }
    }
  }
}

TEST(BokehMemory, StaysWithinTheBudget) {
  for (const PixelFormat format : {test::u8_3, test::f16_3, test::u8_4, test::f32_3}) {
    const LayeredScene scene = portrait(150, 500, format);
    for (const BokehMode mode : banded) {
      for (const int budget : {1, 2, 4}) {
        BokehRenderer renderer(Device::cpu(1), with(mode, budget, 8));
        renderer.reserve(150, 500);
        const std::size_t reserved = renderer.scratch_bytes();
        EXPECT_LE(reserved, std::size_t(budget) << 20) << name_of(mode);
        renderer.render(scene);
        EXPECT_EQ(renderer.scratch_bytes(), reserved) << name_of(mode) << " " << int(format.scalar);
      }
    }
  }
}

TEST(BokehMemory, FacesCountToo) {
  BokehOptions options = with(BokehMode::layered, 1, 8);
  options.protect_faces = true;
  BokehRenderer renderer(Device::cpu(1), options);
  renderer.reserve(150, 500);
  EXPECT_LE(renderer.scratch_bytes(), std::size_t(1) << 20);
}

}  // namespace
}  // namespace relievo
