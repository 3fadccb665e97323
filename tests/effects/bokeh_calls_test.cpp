// BokehRenderer's calls: what they refuse, and that every way of asking gives the same picture.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <relievo/bokeh_renderer.hpp>

#include "common/images.hpp"

namespace relievo {
namespace {

using test::error_of;
using test::Layers;

Layers portrait(int width, int height, PixelFormat format = test::u8_3) {
  Layers layers;
  layers.add(test::photo(width, height, format),
             test::make(width, height, test::f32_1, [&](int x, int, int) { return 0.4 * x / width; }));
  layers.add(test::make(width, height, format, [](int x, int y, int c) { return test::texture(x, y + 99, c); }),
             test::flat(width, height, test::f32_1, 0.9), test::make(width, height, test::u8_1, [&](int x, int y, int) {
               return std::clamp((height / 3.0 - std::hypot(x - width / 2.0, y - height / 2.0)) / 3, 0.0, 1.0);
             }));
  return layers;
}

BokehOptions strong(BokehMode mode = BokehMode::lens) {
  BokehOptions options;
  options.mode = mode;
  options.strength = 4;
  options.f_number = 2;
  options.protect_faces = false;  // there are none, and builds without OpenCV look for none
  return options;
}

const BokehMode modes[] = {BokehMode::lens,      BokehMode::tiers,   BokehMode::gather,
                           BokehMode::threshold, BokehMode::layered, BokehMode::preview};

TEST(Bokeh, StrengthZeroIsThePhoto) {
  for (const BokehMode mode : modes) {
    BokehOptions options = strong(mode);
    options.strength = 0;
    for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
      const Layers layers = portrait(40, 30, format);
      const LayeredScene scene = layers.scene();
      EXPECT_TRUE(test::same(BokehRenderer(Device::cpu(1), options).render(scene), scene.flatten()));
      const LayeredScene plane = test::plane(test::photo(40, 30, format), 0.3f);
      EXPECT_TRUE(test::same(BokehRenderer(Device::cpu(1), options).render(plane, Focus::on_disparity(1)),
                             test::photo(40, 30, format)));
    }
  }
}

TEST(Bokeh, RenderIntoIsRender) {
  for (const BokehMode mode : modes) {
    const Device device = Device::cpu(2);
    const LayeredScene scene = portrait(80, 300).scene(device);
    BokehRenderer renderer(device, strong(mode));
    renderer.reserve(80, 300);
    // Into the middle of a wider image, which stays as it is around.
    Image wide = test::flat(120, 320, test::u8_3, 1);
    MutableImageView inner = wide.mutable_view();
    inner.data = wide.row<std::uint8_t>(10) + 3 * 20;
    inner.width = 80;
    inner.height = 300;
    renderer.render_into(scene, Focus::on_disparity(0.3f), inner, Stream(device));
    EXPECT_TRUE(test::same(inner, renderer.render(scene, Focus::on_disparity(0.3f))));
    for (int y = 0; y < 320; ++y) {
      EXPECT_EQ(test::at(wide, 19, y, 2), 1);
      EXPECT_EQ(test::at(wide, 100, y, 0), 1);
    }
    EXPECT_EQ(test::at(wide, 50, 9, 0), 1);
    EXPECT_EQ(test::at(wide, 50, 310, 0), 1);
  }
}

TEST(Bokeh, ScratchMemoryStaysAsItWasReserved) {
  for (const BokehMode mode : modes) {
    const Device device = Device::cpu(1);
    for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
      BokehRenderer renderer(device, strong(mode));
      EXPECT_EQ(renderer.scratch_bytes(), 0u);
      renderer.reserve(70, 280);
      const std::size_t reserved = renderer.scratch_bytes();
      EXPECT_GT(reserved, 0u);
      const LayeredScene scene = portrait(70, 280, format).scene(device);
      Image out(70, 280, format);
      for (const float focus : {-1.0f, 0.0f, 0.3f, 1.0f}) {
        renderer.render_into(scene, {focus}, out.mutable_view(), Stream(device));
        EXPECT_EQ(renderer.scratch_bytes(), reserved);
      }
    }
  }
}

TEST(Bokeh, ThreadsDoNotChangeThePicture) {
  for (const BokehMode mode : modes) {
    const Layers layers = portrait(123, 301);
    const Image one = BokehRenderer(Device::cpu(1), strong(mode)).render(layers.scene(Device::cpu(1)));
    for (const int threads : {2, 3}) {
      const Device device = Device::cpu(threads);
      EXPECT_TRUE(test::same(BokehRenderer(device, strong(mode)).render(layers.scene(device)), one)) << threads;
    }
  }
}

TEST(Bokeh, ABatchIsItsSingles) {
  const BokehRenderer renderer(Device::cpu(1), strong());
  const LayeredScene a = portrait(40, 30).scene(), b = portrait(51, 17, test::u16_3).scene();
  std::vector<double> heard;
  const Progress progress([&](double fraction, std::string_view) {
    heard.push_back(fraction);
    return true;
  });
  const std::vector<Image> both = renderer.render({&a, &b}, Focus::on_disparity(0), progress);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_TRUE(test::same(both[0], renderer.render(a, Focus::on_disparity(0))));
  EXPECT_TRUE(test::same(both[1], renderer.render(b, Focus::on_disparity(0))));
  EXPECT_TRUE(std::is_sorted(heard.begin(), heard.end()));
  EXPECT_EQ(heard.back(), 1);
  EXPECT_TRUE(renderer.render(std::vector<const LayeredScene*>()).empty());
  EXPECT_EQ(error_of([&] { renderer.render({&a, nullptr}); }), "invalid_argument: Scene 1 of the batch is null.");
}

TEST(Bokeh, CanBeCancelled) {
  const BokehRenderer renderer(Device::cpu(1), strong());
  const LayeredScene scene = portrait(40, 30).scene();
  const Progress no([](double, std::string_view) { return false; });
  EXPECT_EQ(error_of([&] { renderer.render(scene, {}, no); }), "cancelled: Cancelled during blur.");
  EXPECT_EQ(error_of([&] { renderer.defocus(scene, {}, no); }), "cancelled: Cancelled during blur.");
}

TEST(Bokeh, RefusesAnotherSizeFormatOrDevice) {
  const Device device = Device::cpu(1);
  BokehRenderer renderer(device);
  const LayeredScene scene = portrait(40, 30).scene();
  const auto into = [&](const MutableImageView& out) {
    return error_of([&] { renderer.render_into(scene, {}, out, Stream(device)); });
  };
  Image wide(41, 30, test::u8_3), deep(40, 30, test::u16_3), grey(40, 30, test::u8_1), good(40, 30, test::u8_3);
  EXPECT_EQ(into({}), "invalid_argument: The output is empty.");
  EXPECT_EQ(into(wide.mutable_view()),
            "invalid_argument: The output is 41 x 30 pixels, the scene 40 x 30; they must be the same.");
  EXPECT_EQ(into(deep.mutable_view()),
            "invalid_argument: The output has another pixel format than the scene: 3 channels of 2 bytes; allowed are "
            "3 of 1.");
  EXPECT_EQ(into(grey.mutable_view()),
            "invalid_argument: The output has another pixel format than the scene: 1 channels of 1 bytes; allowed are "
            "3 of 1.");
  MutableImageView elsewhere = good.mutable_view();
  elsewhere.device = {DeviceKind::cuda, 0};
  EXPECT_EQ(into(elsewhere),
            "invalid_argument: The output does not lie in this device's memory; take device.allocate(...) or "
            "device.upload(image).");
  MutableImageView narrow = good.mutable_view();
  narrow.stride = 100;
  EXPECT_EQ(into(narrow), "invalid_argument: The output has a stride of 100 bytes; a row of it takes 120.");
  EXPECT_EQ(into(good.mutable_view()), "nothing");
}

TEST(Bokeh, RefusesOptionsThatAreNoNumber) {
  BokehOptions options;
  visit_fields(options, [&](const Field& field, auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, float>) {
      const float before = value;
      value = std::numeric_limits<float>::quiet_NaN();
      EXPECT_NE(error_of([&] {
                  BokehRenderer(Device::cpu(1), options);
                }).find("invalid_argument: " + std::string(field.name) + " is nan; allowed is "),
                std::string::npos);
      value = before;
    }
  });
}

TEST(Bokeh, RefusesAFocusOutOfRange) {
  const BokehRenderer renderer(Device::cpu(1));
  const LayeredScene scene = portrait(40, 30).scene();
  EXPECT_EQ(error_of([&] { renderer.render(scene, Focus::on_disparity(1.5f)); }),
            "invalid_argument: The focus disparity is 1.5; allowed is 0 (farthest) to 1 (nearest), or below 0 for the "
            "subject.");
  EXPECT_EQ(error_of([&] { renderer.defocus(scene, {std::numeric_limits<float>::quiet_NaN()}); }),
            "invalid_argument: The focus disparity is nan; allowed is 0 (farthest) to 1 (nearest), or below 0 for the "
            "subject.");
}

TEST(Focus, OnAPointIsTheDisparityThatIsSeenThere) {
  const LayeredScene scene = portrait(40, 30).scene();
  EXPECT_FLOAT_EQ(Focus::on_point(scene, 20, 15).disparity, 0.9f);
  EXPECT_FLOAT_EQ(Focus::on_point(scene, 0, 0).disparity, 0);
  EXPECT_FLOAT_EQ(Focus::on_point(scene, 39, 29).disparity, 0.39f);
  const auto sentence = [](const char* point) {
    return "invalid_argument: The focus point " + std::string(point) + " lies outside the scene of 40 x 30 pixels.";
  };
  EXPECT_EQ(error_of([&] { Focus::on_point(scene, -1, 0); }), sentence("(-1, 0)"));
  EXPECT_EQ(error_of([&] { Focus::on_point(scene, 40, 0); }), sentence("(40, 0)"));
  EXPECT_EQ(error_of([&] { Focus::on_point(scene, 0, 30); }), sentence("(0, 30)"));
}

TEST(Focus, OnTheSubjectIsTheMedianOfTheNearestLayer) {
  Layers layers;
  layers.add(test::photo(30, 20), test::flat(30, 20, test::f32_1, 0));
  // Of the columns covered, 10 to 20, the median is that of column 15.
  layers.add(test::photo(30, 20),
             test::make(30, 20, test::f32_1, [](int x, int, int) { return x < 10 ? 1.0 : 0.5 + 0.01 * x; }),
             test::box(30, 20, 10, 0, 21, 20));
  const LayeredScene scene = layers.scene();
  const BokehRenderer renderer(Device::cpu(1), strong());
  EXPECT_TRUE(
      test::same(renderer.render(scene, Focus::on_subject()), renderer.render(scene, Focus::on_disparity(0.65f))));
  EXPECT_FALSE(test::same(renderer.render(scene), renderer.render(scene, Focus::on_disparity(0))));
}

TEST(Defocus, FlattenedItIsCloseToTheRender) {
  const LayeredScene scene = portrait(80, 60).scene();
  BokehOptions options = strong();
  options.highlight_recovery = 0;
  const BokehRenderer renderer(Device::cpu(1), options);
  // With the subject in focus its edge is hard to neither; what differs is light against code values in the mix.
  const LayeredScene blurred = renderer.defocus(scene);
  EXPECT_EQ(blurred.layer_count(), 2);
  EXPECT_EQ(blurred.width(), 80);
  EXPECT_TRUE(test::same(blurred.layer(1).disparity, scene.layer(1).disparity));
  const Image flat = blurred.flatten(), render = renderer.render(scene);
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 80; ++x) {
      const double cover = test::at(blurred.layer(1).coverage, x, y);
      const double tolerance = cover == 0 || cover == 1 ? 0.5 / 255 : 0.1;
      for (int c = 0; c < 3; ++c) EXPECT_NEAR(test::at(flat, x, y, c), test::at(render, x, y, c), tolerance);
    }
  }
}

TEST(Defocus, StrengthZeroIsTheScene) {
  for (const BokehMode mode : modes) {
    BokehOptions options = strong(mode);
    options.strength = 0;
    const LayeredScene scene = portrait(40, 30).scene();
    const LayeredScene same = BokehRenderer(Device::cpu(1), options).defocus(scene);
    EXPECT_TRUE(test::same(same.flatten(), scene.flatten()));
    EXPECT_TRUE(test::same(same.layer(1).coverage, scene.layer(1).coverage));
  }
}

}  // namespace
}  // namespace relievo
