// Baking with a matte of one's own: what the layers hold, and that together they are the photo.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <relievo/layered_scene.hpp>

#include "common/images.hpp"

namespace relievo {
namespace {

using test::at;
using test::error_of;
using test::flat;

constexpr int width = 96, height = 72;

// A disc of soft edge.
Image soft_matte() {
  return test::make(width, height, test::u8_1, [](int x, int y, int) {
    return std::round(255 * std::clamp((20 - std::hypot(x - 48, y - 36)) / 8 + 0.5, 0.0, 1.0)) / 255;
  });
}

// A background that comes nearer downwards, 0 to 0.4, and the subject at 1.
DepthMap step_depth() {
  return DepthMap(
      test::make(width, height, test::f32_1,
                 [](int x, int y, int) { return std::hypot(x - 48, y - 36) < 20 ? 1.0 : 0.4 * y / (height - 1); }),
      DepthKind::disparity);
}

// A subject of its own colour before the background, mixed by the matte.
Image composed(PixelFormat format = test::u8_3) {
  const Image matte = soft_matte();
  return test::make(width, height, format, [&](int x, int y, int c) {
    if (c == 3) return std::round(255.0 * x / width) / 255;
    const double front = c == 0 ? 0.9 : 0.2, back = 0.25 + 0.2 * c + 0.001 * x + 0.1 * ((x / 8 + y / 8) % 2);
    const double cover = at(matte, x, y);
    return std::round(255 * (cover * front + (1 - cover) * back)) / 255;
  });
}

// The subject and all the rest.
BakeOptions two_layers() {
  BakeOptions options;
  options.max_layers = 2;
  return options;
}

LayeredScene bake(const Image& photo, const BakeOptions& options = two_layers()) {
  return LayeredScene::bake(Device::cpu(1), photo, step_depth(), options, soft_matte());
}

// Farther from the disc than its soft edge and what the hole grows by: 2 times 3 px, and 1 for its corners.
bool outside(int x, int y) { return std::hypot(x - 48, y - 36) > 20 + 5 + 8; }

TEST(Bake, TheBackgroundOutsideTheHoleIsThePhoto) {
  for (const bool decontaminate : {false, true}) {
    for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
      BakeOptions options = two_layers();
      options.decontaminate = decontaminate;
      const Image photo = composed(format);
      const LayeredScene scene = bake(photo, options);
      ASSERT_EQ(scene.layer_count(), 2);
      EXPECT_EQ(scene.format(), format);
      EXPECT_TRUE(test::same(scene.layer(1).coverage, soft_matte()));
      int differing = 0;
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          for (int c = 0; c < format.channels; ++c) {
            differing += outside(x, y) && at(scene.layer(0).color, x, y, c) != at(photo, x, y, c);
          }
        }
      }
      EXPECT_EQ(differing, 0);
    }
  }
}

TEST(Bake, TheHoleHoldsNothingOfTheSubject) {
  BakeOptions options = two_layers();
  options.decontaminate = false;
  for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3}) {
    const LayeredScene scene = bake(composed(format), options);
    double most = 0, least = 1;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        most = std::max(most, at(scene.layer(0).color, x, y, 0));
        least = std::min(least, at(scene.layer(0).color, x, y, 0));
      }
    }
    EXPECT_LT(most, 0.55);  // The subject has 0.9, the background 0.25 to 0.446.
    EXPECT_GT(least, 0.2);
  }
}

// Mean difference where coverage is soft; counts pixels that differ where it is not.
double soft_difference(const Image& out, const Image& photo, const Image& matte, int& differing) {
  double sum = 0;
  int count = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double cover = at(matte, x, y);
      for (int c = 0; c < photo.format().channels; ++c) {
        const double difference = std::fabs(at(out, x, y, c) - at(photo, x, y, c));
        if (cover == 1 || (cover == 0 && outside(x, y))) {
          differing += difference != 0;
        } else if (cover > 0) {
          sum += difference;
          ++count;
        }
      }
    }
  }
  return sum / count;
}

TEST(Bake, FlattenedItIsThePhotoAndDecontaminationBringsSoftEdgesNear) {
  for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
    const Image photo = composed(format), matte = soft_matte();
    BakeOptions plain = two_layers();
    plain.decontaminate = false;
    const DepthMap depth = step_depth();
    int differing = 0;
    const double with = soft_difference(LayeredScene::bake(Device::cpu(1), photo, depth, two_layers(), matte).flatten(),
                                        photo, matte, differing);
    const double without = soft_difference(LayeredScene::bake(Device::cpu(1), photo, depth, plain, matte).flatten(),
                                           photo, matte, differing);
    EXPECT_EQ(differing, 0) << static_cast<int>(format.scalar);
    EXPECT_LT(with, 0.02) << static_cast<int>(format.scalar);
    EXPECT_LT(with, 0.4 * without) << static_cast<int>(format.scalar);
  }
}

TEST(Bake, TheSubjectsDisparityIsItsOwnAndGoesOnSmoothly) {
  const LayeredScene scene = bake(composed());
  const ImageView disparity = scene.layer(1).disparity;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      EXPECT_NEAR(at(disparity, x, y), 1, 1e-3) << x << ", " << y;
    }
  }
}

TEST(Bake, TheBackgroundsDisparityInTheHoleIsNoNearerThanAround) {
  const LayeredScene scene = bake(composed());
  const ImageView disparity = scene.layer(0).disparity;
  double before = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      EXPECT_LE(at(disparity, x, y), 0.4001) << x << ", " << y;
      EXPECT_GE(at(disparity, x, y), 0);
      if (outside(x, y)) {
        EXPECT_NEAR(at(disparity, x, y), 0.4 * y / (height - 1), 1e-6);
      }
      if (x > 0) {
        EXPECT_LT(std::fabs(at(disparity, x, y) - before), 0.1) << x << ", " << y;
      }
      before = at(disparity, x, y);
    }
  }
}

TEST(Bake, WithoutASubjectThereIsOneLayer) {
  const Image photo = composed();
  for (const double matte : {0.0, 1.0, 8 / 255.0}) {
    const LayeredScene scene =
        LayeredScene::bake(Device::cpu(1), photo, step_depth(), two_layers(), flat(width, height, test::u8_1, matte));
    EXPECT_EQ(scene.layer_count(), 1) << matte;
    EXPECT_TRUE(test::same(scene.flatten(), photo));
    EXPECT_TRUE(scene.layer(0).coverage.empty());
    EXPECT_TRUE(test::same(scene.layer(0).disparity, step_depth().relative()));
  }
}

TEST(Bake, FlatDepthIsOneLayer) {
  const Image photo = composed();
  const DepthMap depth(flat(width, height, test::f32_1, 3), DepthKind::metres);
  const LayeredScene scene = LayeredScene::bake(Device::cpu(1), photo, depth);
  EXPECT_EQ(scene.layer_count(), 1);
  EXPECT_TRUE(test::same(scene.flatten(), photo));
  EXPECT_EQ(at(scene.layer(0).disparity, 5, 5), 0.5);
}

TEST(Bake, RemembersWhatItsDisparityStandsFor) {
  const Image photo = test::make(100, 4, test::u8_3, [](int x, int, int) { return x / 255.0; });
  const auto baked = [&](DepthKind kind, auto value) {
    const Image values = test::make(100, 4, test::f32_1, [&](int x, int, int) { return value(x); });
    return LayeredScene::bake(Device::cpu(1), photo, DepthMap(values, kind, 50), {}, flat(100, 4, test::u8_1, 0));
  };
  // One column of a hundred lies far beyond the others: in pixels it keeps its place.
  const LayeredScene px = baked(DepthKind::disparity_px, [](int x) { return x == 99 ? 60.0 : 2 + 0.1 * x; });
  EXPECT_EQ(px.depth_scale().kind, DepthKind::disparity_px);
  EXPECT_EQ(px.depth_scale().at_zero, 2);
  EXPECT_EQ(px.depth_scale().at_one, 60);
  EXPECT_EQ(px.depth_scale().fov_degrees, 50);
  EXPECT_NEAR(2 + 58 * at(px.layer(0).disparity, 50, 1), 7, 1e-5);
  const DepthScale half = px.resized(50, 2).depth_scale();
  EXPECT_EQ(half.at_zero, 1);
  EXPECT_EQ(half.at_one, 30);
  const LayeredScene metres = baked(DepthKind::metres, [](int x) { return 1 + 0.01 * x; });
  const DepthScale scale = metres.depth_scale();
  EXPECT_EQ(scale.kind, DepthKind::metres);
  const double value = scale.at_zero + (scale.at_one - scale.at_zero) * at(metres.layer(0).disparity, 25, 0);
  EXPECT_NEAR(1 / value, 1.25, 1e-5);
  const DepthScale flat_scale = baked(DepthKind::disparity_px, [](int) { return 7.0; }).depth_scale();
  EXPECT_EQ((flat_scale.at_zero + flat_scale.at_one) / 2, 7);
}

TEST(FromLayers, TakesTheScaleAndTheAlphaThatItIsGiven) {
  const Image color = flat(4, 3, test::u8_3, 0.4), disparity = flat(4, 3, test::f32_1, 0.25);
  const Image alpha = flat(4, 3, test::u8_1, 0.6);
  const LayerView layer{color, {}, disparity};
  const Device device = Device::cpu(1);
  const LayeredScene scene = LayeredScene::from_layers(device, &layer, 1, {DepthKind::metres, 0.1, 2, 40}, alpha);
  EXPECT_EQ(scene.depth_scale().at_one, 2);
  EXPECT_EQ(scene.format(), test::u8_4);
  EXPECT_TRUE(test::same(scene.alpha(), alpha));
  EXPECT_EQ(error_of([&] { LayeredScene::from_layers(device, &layer, 1, {}, disparity); }),
            "invalid_argument: A scene's alpha must have 1 channel of the layers' scalar type, beside layers of 3 "
            "channels.");
  EXPECT_EQ(error_of([&] {
              LayeredScene::from_layers(device, &layer, 1, {DepthKind::metres, 0, INFINITY});
            }),
            "invalid_argument: The scene's disparity goes from 0 to inf; both must be finite.");
}

TEST(Bake, AlphaIsCarriedBesideTheLayers) {
  for (const Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
    const Image photo = composed({scalar, 4});
    const LayeredScene scene = bake(photo);
    EXPECT_EQ(scene.format(), (PixelFormat{scalar, 4}));
    EXPECT_EQ(scene.layer(0).color.format, (PixelFormat{scalar, 3}));
    ASSERT_EQ(scene.alpha().format, (PixelFormat{scalar, 1}));
    const Image flattened = scene.flatten();
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        EXPECT_EQ(at(scene.alpha(), x, y), at(photo, x, y, 3));
        if (outside(x, y)) {
          EXPECT_EQ(at(flattened, x, y, 1), at(photo, x, y, 1));
        }
      }
    }
    const LayeredScene half = scene.resized(width / 2, height / 2);
    EXPECT_EQ(half.alpha().width, width / 2);
  }
}

TEST(Bake, ColoursKeepTheirMeaning) {
  Image photo = composed();
  const Color color{Primaries::display_p3, Transfer::gamma22, false};
  photo.set_color(color);
  const LayeredScene scene = bake(photo);
  EXPECT_EQ(scene.color(), color);
  EXPECT_EQ(scene.flatten().color(), color);
  EXPECT_EQ(scene.layer(0).color.color, color);
}

TEST(Bake, RefusesWhatDoesNotFitTogether) {
  const Device device = Device::cpu(1);
  const Image photo = composed();
  const auto error = [&](const ImageView& picture, const DepthMap& depth, const ImageView& matte) {
    return error_of([&] { LayeredScene::bake(device, picture, depth, {}, matte); });
  };
  const DepthMap small(flat(width - 1, height, test::f32_1, 1), DepthKind::metres);
  EXPECT_EQ(error({}, step_depth(), {}), "invalid_argument: The photo is empty.");
  EXPECT_EQ(error(photo, DepthMap(), {}), "invalid_argument: The depth map is empty.");
  EXPECT_EQ(error(photo, small, {}),
            "invalid_argument: The photo is 96 x 72 pixels, the depth map 95 x 72; they must be the same.");
  EXPECT_EQ(error(photo, step_depth(), flat(width, height - 1, test::u8_1, 1)),
            "invalid_argument: The matte is 96 x 71 pixels, the photo 96 x 72; they must be the same.");
  EXPECT_EQ(error(photo, step_depth(), flat(width, height, test::u16_1, 1)),
            "invalid_argument: The matte must have 1 channel of u8.");
  BakeOptions options;
  options.hole_dilate_px = 8;
  EXPECT_EQ(error_of([&] { LayeredScene::bake(device, photo, step_depth(), options, soft_matte()); }),
            "invalid_argument: hole_dilate_px is 8; it must be odd.");
}

TEST(Bake, DividesPremultipliedColourByItsAlpha) {
  Image photo(8, 8, {Scalar::f32, 4}, {Primaries::bt709, Transfer::linear, true});
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 8; ++x) {
      const float pixel[4] = {0.125f, 0.0625f, 0.25f, x < 7 ? 0.25f : 0.0f};
      std::copy_n(pixel, 4, photo.row<float>(y) + 4 * x);
    }
  }
  const LayeredScene scene =
      LayeredScene::bake(Device::cpu(), photo, DepthMap(flat(8, 8, test::f32_1, 1), DepthKind::metres));
  const LayerView layer = scene.layer(0);
  EXPECT_FALSE(layer.color.color.premultiplied);
  EXPECT_EQ(layer.color.row<float>(3)[0], 0.5f);
  EXPECT_EQ(layer.color.row<float>(3)[1], 0.25f);
  EXPECT_EQ(layer.color.row<float>(3)[2], 1.0f);
  EXPECT_EQ(layer.color.row<float>(3)[3 * 7], 0.0f);
  EXPECT_EQ(scene.alpha().row<float>(3)[0], 0.25f);
}

TEST(Bake, ReportsItsProgressAndCanBeCancelledAtEachReport) {
  const Image photo = composed();
  std::vector<double> heard;
  int left = 1 << 30;
  const Progress progress([&](double fraction, std::string_view) {
    heard.push_back(fraction);
    return --left > 0;
  });
  LayeredScene::bake(Device::cpu(1), photo, step_depth(), {}, soft_matte(), progress);
  EXPECT_TRUE(std::is_sorted(heard.begin(), heard.end()));
  EXPECT_EQ(heard.front(), 0);
  EXPECT_EQ(heard.back(), 1);
  const int reports = static_cast<int>(heard.size());
  for (int at_report = 1; at_report <= reports; ++at_report) {
    left = at_report;
    const std::string error =
        error_of([&] { LayeredScene::bake(Device::cpu(1), photo, step_depth(), {}, soft_matte(), progress); });
    EXPECT_EQ(error.find("cancelled: Cancelled during "), 0u) << error;
  }
}

TEST(Bake, ThreadsDoNotChangeTheLayers) {
  const Image photo = composed();
  const LayeredScene one = bake(photo);
  for (const int threads : {2, 3}) {
    const LayeredScene scene =
        LayeredScene::bake(Device::cpu(threads), photo, step_depth(), two_layers(), soft_matte());
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(test::same(scene.layer(i).color, one.layer(i).color));
      EXPECT_TRUE(test::same(scene.layer(i).disparity, one.layer(i).disparity));
    }
  }
}

}  // namespace
}  // namespace relievo
