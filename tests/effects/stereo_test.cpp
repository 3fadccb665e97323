// Two views: shifts by the documented formula, the nearest on top, the background where it opens up.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <relievo/stereo_encoder.hpp>

#include "common/images.hpp"

namespace relievo {
namespace {

using test::at;
using test::error_of;
using test::flat;
using test::Layers;

constexpr int width = 200, height = 40;

StereoOptions options_of(float divergence, float convergence, float photo_position) {
  StereoOptions options;
  options.divergence = divergence;
  options.convergence = convergence;
  options.photo_position = photo_position;
  return options;
}

StereoPair render(const LayeredScene& scene, const StereoOptions& options) {
  return StereoEncoder(Device::cpu(1), options).render(scene);
}

// The photo moved right by `shift` px; what opens at a side mirrors the photo about its border.
void expect_shifted(const Image& view, const Image& photo, int shift) {
  for (int y = 0; y < photo.height(); ++y) {
    for (int x = 0; x < photo.width(); ++x) {
      const int last = photo.width() - 1;
      const int source = x - shift > last ? 2 * last - (x - shift) : std::abs(x - shift);
      for (int c = 0; c < photo.format().channels; ++c) {
        ASSERT_EQ(at(view, x, y, c), at(photo, source, y, c)) << x << ", " << y << " moved by " << shift;
      }
    }
  }
}

TEST(Stereo, AFlatSceneMovesByTheFormula) {
  // (d - convergence) * divergence * width between the views, shared out by photo_position; by hand.
  struct Case {
    float disparity, divergence, convergence, position;
    int left, right;
  };
  const Case cases[] = {{1, 0.02f, 0.5f, 0.5f, 1, -1},     {0, 0.02f, 0.5f, 0.5f, -1, 1},  {1, 0.04f, 0, 0.5f, 4, -4},
                        {0.5f, 0.08f, 0, 0.5f, 4, -4},     {1, 0.05f, 0, 0, 0, -10},       {1, 0.05f, 0, 1, 10, 0},
                        {0.25f, 0.08f, 0.25f, 0.5f, 0, 0}, {1, 0.08f, 0.5f, 0.25f, 2, -6}, {0, 0.05f, 1, 1, -10, 0}};
  for (const Case& c : cases) {
    for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
      const Image photo = test::photo(width, height, format);
      const StereoPair pair =
          render(test::plane(photo.clone(), c.disparity), options_of(c.divergence, c.convergence, c.position));
      EXPECT_EQ(pair.left.format(), format);
      expect_shifted(pair.left, photo, c.left);
      expect_shifted(pair.right, photo, c.right);
    }
  }
}

Layers portrait(PixelFormat format = test::u8_3) {
  Layers layers;
  layers.add(test::photo(width, height, format), flat(width, height, test::f32_1, 0));
  layers.add(test::make(width, height, format, [](int x, int y, int c) { return test::texture(x + 300, y, c); }),
             flat(width, height, test::f32_1, 1), test::box(width, height, 80, 10, 120, 30));
  return layers;
}

TEST(Stereo, ThePhotoCanStayEitherView) {
  for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
    const LayeredScene scene = portrait(format).scene();
    const Image photo = scene.flatten();
    EXPECT_TRUE(test::same(render(scene, options_of(0.05f, 0.3f, 0)).left, photo));
    EXPECT_TRUE(test::same(render(scene, options_of(0.05f, 0.3f, 1)).right, photo));
  }
  // A disparity that varies from pixel to pixel, too.
  Layers rough;
  rough.add(test::photo(width, height),
            test::make(width, height, test::f32_1, [](int x, int y, int) { return ((x * 7 + y * 3) % 11) / 10.0; }));
  EXPECT_TRUE(test::same(render(rough.scene(), options_of(0.1f, 0.5f, 0)).left, test::photo(width, height)));
  EXPECT_TRUE(test::same(render(rough.scene(), options_of(0.1f, 0.5f, 1)).right, test::photo(width, height)));
}

TEST(Stereo, TheSubjectMovesAndTheBackgroundShowsWhereItWas) {
  // Convergence 0 keeps the background still; the subject moves right by 4 px in the left view, left in the right.
  const Layers layers = portrait();
  const StereoPair pair = render(layers.scene(), options_of(0.04f, 0, 0.5f));
  for (const auto& [view, shift] : {std::pair<const Image&, int>{pair.left, 4}, {pair.right, -4}}) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const bool front = x - shift >= 80 && x - shift < 120 && y >= 10 && y < 30;
        const Image& from = front ? layers.all[1].color : layers.all[0].color;
        for (int c = 0; c < 3; ++c) {
          ASSERT_EQ(at(view, x, y, c), at(from, front ? x - shift : x, y, c)) << x << ", " << y << " by " << shift;
        }
      }
    }
  }
}

TEST(Stereo, TheConvergencePlaneStaysPut) {
  Layers layers = portrait();
  layers.all[0].disparity = flat(width, height, test::f32_1, 0.25);
  const StereoPair pair = render(layers.scene(), options_of(0.08f, 0.25f, 0.5f));
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < width; ++x) {
      EXPECT_EQ(at(pair.left, x, y), at(layers.all[0].color, x, y));
      EXPECT_EQ(at(pair.right, x, y), at(layers.all[0].color, x, y));
    }
  }
}

// One layer whose middle is near, black, before a far white rest.
LayeredScene step() {
  Layers layers;
  layers.add(test::make(width, height, test::u8_1, [](int x, int, int) { return x >= 80 && x < 120 ? 0.0 : 1.0; }),
             test::box(width, height, 80, 0, 120, height, test::f32_1));
  return layers.scene();
}

TEST(Stereo, WithinALayerTheNearestWinsAndHolesTakeTheFarSide) {
  // The near part, columns 80 to 119, moves by 8 px over a background that stays.
  const StereoPair pair = render(step(), options_of(0.08f, 0, 0.5f));
  for (const auto& [view, shift] : {std::pair<const Image&, int>{pair.left, 8}, {pair.right, -8}}) {
    for (int x = 0; x < width; ++x) {
      const int from = 80 + shift, to = 120 + shift;
      EXPECT_EQ(at(view, x, 20), x >= from && x < to ? 0 : 1) << x << " by " << shift;
    }
  }
}

TEST(Stereo, ARampIsStretchedEvenly) {
  // Disparity rises by 1 over the width, so a view is the photo stretched by 1 + 0.05 from its left side.
  Layers layers;
  layers.add(test::make(width, height, test::f32_1, [](int x, int, int) { return 0.1 + x / 400.0; }),
             test::make(width, height, test::f32_1, [](int x, int, int) { return x / 200.0; }));
  const StereoPair pair = render(layers.scene(), options_of(0.1f, 0, 0.5f));
  for (int x = 0; x < width - 12; ++x) {
    EXPECT_NEAR(at(pair.left, x, 3), 0.1 + x / 1.05 / 400, 1e-5) << x;
    if (x < 185) {
      EXPECT_NEAR(at(pair.right, x, 3), 0.1 + x / 0.95 / 400, 1e-5) << x;
    }
  }
}

TEST(Stereo, NoDivergenceIsThePhotoTwice) {
  const LayeredScene scene = portrait().scene();
  const StereoPair pair = render(scene, options_of(0, 0.5f, 0.5f));
  EXPECT_TRUE(test::same(pair.left, scene.flatten()));
  EXPECT_TRUE(test::same(pair.right, scene.flatten()));
}

TEST(Stereo, EveryWayOfAskingGivesTheSameViews) {
  const Layers layers = portrait();
  const StereoPair wanted = render(layers.scene(), StereoOptions());
  for (const int threads : {1, 2, 3}) {
    const Device device = Device::cpu(threads);
    const LayeredScene scene = layers.scene(device);
    StereoEncoder encoder(device);
    encoder.reserve(width, height);
    const std::size_t bytes = encoder.scratch_bytes();
    Image left(width, height, test::u8_3), right(width, height, test::u8_3);
    encoder.render_into(scene, left.mutable_view(), right.mutable_view(), Stream(device));
    EXPECT_TRUE(test::same(left, wanted.left)) << threads;
    EXPECT_TRUE(test::same(right, wanted.right)) << threads;
    EXPECT_EQ(encoder.scratch_bytes(), bytes);
    const std::vector<StereoPair> batch = encoder.render({&scene, &scene});
    ASSERT_EQ(batch.size(), 2u);
    EXPECT_TRUE(test::same(batch[1].right, wanted.right));
    EXPECT_EQ(error_of([&] { encoder.render(std::vector<const LayeredScene*>{nullptr}); }),
              "invalid_argument: Scene 0 of the batch is null.");
  }
}

TEST(Stereo, RefusesAnotherSizeOrFormat) {
  const Device device = Device::cpu(1);
  StereoEncoder encoder(device);
  const LayeredScene scene = portrait().scene();
  Image good(width, height, test::u8_3), small(width, 3, test::u8_3), deep(width, height, test::u16_3);
  EXPECT_EQ(error_of([&] { encoder.render_into(scene, good.mutable_view(), small.mutable_view(), Stream(device)); }),
            "invalid_argument: The right view is 200 x 3 pixels, the scene 200 x 40; they must be the same.");
  EXPECT_EQ(error_of([&] { encoder.render_into(scene, deep.mutable_view(), good.mutable_view(), Stream(device)); }),
            "invalid_argument: The left view has another pixel format than the scene: 3 channels of 2 bytes; allowed "
            "are 3 of 1.");
  EXPECT_EQ(error_of([&] { encoder.reserve(0, 4); }),
            "invalid_argument: An image of 0 x 4 pixels is out of range; each side is 1 to 65535.");
}

TEST(Stereo, CanBeCancelled) {
  const Progress no([](double, std::string_view) { return false; });
  EXPECT_EQ(error_of([&] { StereoEncoder(Device::cpu(1)).render(portrait().scene(), no); }),
            "cancelled: Cancelled during views.");
}

}  // namespace
}  // namespace relievo
