// Baking with a fill of one's own: what it is given, and that layers hold what it gives.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include <relievo/layered_scene.hpp>

#include "common/images.hpp"
#include "common/sentence.hpp"

namespace relievo {
namespace {

using test::at;
using test::flat;

constexpr int width = 240, height = 160;

// Two boxes before a wall, the second nearer.
int wall_at(int x, int y) {
  if (x >= 130 && x < 190 && y >= 50 && y < 140) return 2;
  return x >= 60 && x < 160 && y >= 30 && y < 120 ? 1 : 0;
}

Image photo_of(PixelFormat format) {
  return test::make(width, height, format, [](int x, int y, int c) {
    if (c == 3) return std::round(255.0 * x / width) / 255;
    return std::round(255 * ((c == wall_at(x, y) ? 0.7 : 0.3) + 0.05 * std::sin(0.9 * x) + 0.04 * std::sin(0.7 * y))) /
           255;
  });
}

DepthMap depth_of_walls() {
  return DepthMap(test::make(width, height, test::f32_1, [](int x, int y, int) { return 0.5 * wall_at(x, y); }),
                  DepthKind::disparity);
}

Image matte_of(int from) {
  return test::make(width, height, test::u8_1, [&](int x, int y, int) { return wall_at(x, y) >= from ? 1 : 0; });
}

// Many layers take no matte, two the second box.
LayeredScene bake(const Image& photo, int max_layers, const Fill& fill) {
  BakeOptions options;
  options.max_layers = max_layers;
  const Image matte = matte_of(max_layers > 2 ? 3 : 2);
  return LayeredScene::bake(Device::cpu(1), photo, depth_of_walls(), options, matte, {}, fill);
}

// A colour that the photo has nowhere, and no multiple of 1/255.
double painted(int c) { return c == 0 ? 0.9333 : c == 1 ? 0.04321 : 0.5777; }

constexpr PixelFormat formats[] = {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1, test::u8_4};

class BakeFill : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Layers, BakeFill, testing::Values(2, 8));

TEST_P(BakeFill, LayersHoldItAsItIsWhereTheyAreHidden) {
  for (const PixelFormat format : formats) {
    const Image photo = photo_of(format);
    const PixelFormat straight{format.scalar, format.channels == 4 ? std::uint8_t{3} : format.channels};
    Image hole;
    const LayeredScene scene = bake(photo, GetParam(), [&](const ImageView& given, const ImageView& mask) {
      EXPECT_EQ(given.format, straight);
      EXPECT_EQ(mask.format, test::u8_1);
      EXPECT_EQ(given.device.kind, DeviceKind::cpu);
      EXPECT_EQ(mask.device.kind, DeviceKind::cpu);
      EXPECT_TRUE(hole.empty()) << "it is called once";
      double most = 0;
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) most = std::max(most, std::fabs(at(given, x, y) - at(photo, x, y)));
      }
      EXPECT_EQ(most, 0);
      hole = Image::copy_of(mask);
      return test::make(width, height, straight, [](int, int, int c) { return painted(c); });
    });
    ASSERT_FALSE(hole.empty());
    const bool two = GetParam() == 2;
    const Image flat_again = scene.view(0), matte = matte_of(2);
    const Image wanted = test::make(1, 1, straight, [](int, int, int c) { return painted(c); });
    int hidden = 0, missing = 0;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        ASSERT_TRUE(at(hole, x, y) == 0 || at(hole, x, y) == 1);
        // Of two layers the hole is larger than what hides it.
        if (!two || at(matte, x, y) == 1 || at(hole, x, y) == 0) {
          ASSERT_LE(test::largest_difference(test::part(flat_again, x, y, 1, 1), test::part(photo, x, y, 1, 1)),
                    format.scalar == Scalar::u8 || format.scalar == Scalar::u16 ? 0 : 2e-3)
              << x << ", " << y;
        }
        int shown = scene.layer_count() - 1;
        while (shown > 0 && at(scene.layer(shown).coverage, x, y) == 0) --shown;
        if (shown == 0 || at(scene.layer(shown).coverage, x, y) < 1) continue;
        bool found = false;
        for (int i = 0; i < shown; ++i) {
          found = found || test::same(test::part(scene.layer(i).color, x, y, 1, 1), wanted);
        }
        ASSERT_TRUE(!found || at(hole, x, y) == 1) << x << ", " << y;
        hidden += found;
        missing += !found && at(hole, x, y) == 1;
      }
    }
    // At silhouettes some pixels of the hole turn out to be of what is behind alone.
    EXPECT_LT(missing, two ? 1 : hidden / 20);
    EXPECT_GT(hidden, 2000);
  }
}

TEST_P(BakeFill, TheHoleIsWhatSilhouettesHide) {
  Image hole;
  bake(photo_of(test::u8_3), GetParam(), [&](const ImageView&, const ImageView& mask) {
    hole = Image::copy_of(mask);
    return Image();
  });
  const bool two = GetParam() == 2;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      // The nearest and the farthest wall within so many pixels.
      const auto near_and_far = [&](int reach) {
        int most = 0, least = 2;
        for (int v = std::max(y - reach, 0); v <= std::min(y + reach, height - 1); ++v) {
          for (int u = std::max(x - reach, 0); u <= std::min(x + reach, width - 1); ++u) {
            most = std::max(most, wall_at(u, v));
            least = std::min(least, wall_at(u, v));
          }
        }
        return std::pair{most, least};
      };
      const int wall = wall_at(x, y);
      // Two layers grow the hole by 2 times 3 px; of more, what lies behind goes on for 17 px.
      const bool sure = two ? wall == 2 : wall > near_and_far(8).second;
      const bool never =
          two ? near_and_far(8).first < 2 : wall == near_and_far(30).second && wall == near_and_far(3).first;
      if (sure || never) {
        ASSERT_EQ(at(hole, x, y), sure ? 1 : 0) << x << ", " << y;
      }
    }
  }
}

TEST_P(BakeFill, AnEmptyImageLeavesItToUs) {
  const Image photo = photo_of(test::u8_3);
  const LayeredScene ours = bake(photo, GetParam(), {});
  const LayeredScene asked = bake(photo, GetParam(), [](const ImageView&, const ImageView&) { return Image(); });
  ASSERT_EQ(asked.layer_count(), ours.layer_count());
  for (int i = 0; i < ours.layer_count(); ++i) {
    EXPECT_TRUE(test::same(asked.layer(i).color, ours.layer(i).color));
    EXPECT_TRUE(test::same(asked.layer(i).disparity, ours.layer(i).disparity));
  }
}

TEST_P(BakeFill, RefusesWhatDoesNotFit) {
  const Image photo = photo_of(test::u8_4);
  const auto giving = [&](int w, int h, PixelFormat format) {
    return bake(photo, GetParam(), [=](const ImageView&, const ImageView&) { return flat(w, h, format, 0.5); });
  };
  EXPECT_ERROR(giving(height, width, test::u8_3), invalid_argument,
               "The fill's picture is 160 x 240 pixels, the photo 240 x 160; they must be the same.");
  for (const PixelFormat format : {test::u8_1, test::u8_4, test::u16_3, test::f32_3}) {
    EXPECT_ERROR(giving(width, height, format), invalid_argument,
                 "The fill's picture must have 3 channels of the photo's scalar type.");
  }
}

struct NoNetwork : std::runtime_error {
  using std::runtime_error::runtime_error;
};

TEST_P(BakeFill, WhatItThrowsGoesThrough) {
  const Image photo = photo_of(test::u8_3);
  const auto throwing = [&](const auto& what) {
    bake(photo, GetParam(), [&](const ImageView&, const ImageView&) -> Image { throw what; });
  };
  EXPECT_THAT([&] { throwing(NoNetwork("the server is away")); },
              testing::Throws<NoNetwork>(testing::Property(&NoNetwork::what, testing::StrEq("the server is away"))));
  EXPECT_THROW(throwing(7), int);
  EXPECT_ERROR(throwing(Error(ErrorCode::cancelled, "Enough.")), cancelled, "Enough.");
}

TEST_P(BakeFill, IsNotAskedWhereNothingIsHidden) {
  BakeOptions options;
  options.max_layers = GetParam();
  const DepthMap level(flat(width, height, test::f32_1, 0.5), DepthKind::disparity);
  const Fill fill = [](const ImageView&, const ImageView&) -> Image { throw NoNetwork("asked"); };
  const Image photo = photo_of(test::u8_3), nothing = flat(width, height, test::u8_1, 0);
  EXPECT_EQ(LayeredScene::bake(Device::cpu(1), photo, level, options, nothing, {}, fill).layer_count(), 1);
}

}  // namespace
}  // namespace relievo
