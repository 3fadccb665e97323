// Scenes for tests of their files.
#pragma once

#include <functional>
#include <vector>

#include <relievo/layered_scene.hpp>

#include "formats/support.hpp"

namespace relievo_tests {

/// Layers that own their pixels.
struct Layers {
  struct Layer {
    relievo::Image color, coverage, disparity;
  };
  std::vector<Layer> layers;
  relievo::Image alpha;
  relievo::DepthScale scale;
  float subject_disparity = 0.375f;

  relievo::LayeredScene scene() const {
    std::vector<relievo::LayerView> views;
    for (const Layer& layer : layers) views.push_back({layer.color, layer.coverage, layer.disparity});
    return relievo::LayeredScene::from_layers(relievo::Device::cpu(2), views.data(), static_cast<int>(views.size()),
                                              scale, alpha, subject_disparity);
  }
};

inline relievo::Image filled(int width, int height, relievo::PixelFormat format,
                             const std::function<double(int x, int y, int c)>& value, relievo::Color color = {}) {
  relievo::Image image(width, height, format, color);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < format.channels; ++c) {
        const int at = x * format.channels + c;
        const double v = value(x, y, c);
        if (format.scalar == relievo::Scalar::u8) image.row<std::uint8_t>(y)[at] = static_cast<std::uint8_t>(v);
        if (format.scalar == relievo::Scalar::u16) image.row<std::uint16_t>(y)[at] = static_cast<std::uint16_t>(v);
        if (format.scalar == relievo::Scalar::f32) image.row<float>(y)[at] = static_cast<float>(v);
      }
    }
  }
  return image;
}

/// Every sample any bits at all, but disparity, which is any number within 0 to 1.
inline Layers noise_layers(int count, int width, int height, relievo::PixelFormat format, bool alpha = false,
                           relievo::Color color = {}) {
  std::uint32_t seed = 0;
  const auto any_bits = [&](relievo::PixelFormat f, relievo::Color meaning) {
    relievo::Image image(width, height, f, meaning);
    for (int y = 0; y < height; ++y) {
      for (int i = 0; i < width * f.bytes(); ++i) {
        image.row<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(noise(++seed));
      }
    }
    return image;
  };
  Layers made;
  for (int i = 0; i < count; ++i) {
    Layers::Layer layer;
    layer.color = any_bits(format, color);
    if (i > 0) layer.coverage = any_bits({relievo::Scalar::u8, 1}, {});
    layer.disparity = filled(width, height, {relievo::Scalar::f32, 1},
                             [&](int, int, int) { return static_cast<double>(noise(++seed)) / 4294967295.0; });
    made.layers.push_back(std::move(layer));
  }
  if (alpha) made.alpha = any_bits({format.scalar, 1}, color);
  return made;
}

/// What a photo's bake is like: a smooth background, before it a disc whose colour is the photo's everywhere.
inline Layers disc_layers(int width, int height, relievo::PixelFormat format = {relievo::Scalar::u8, 3}) {
  const auto inside = [=](int x, int y) {
    const double dx = x - width / 2.0, dy = y - height / 2.0, r = std::min(width, height) / 3.0;
    return std::min(255.0, std::max(0.0, (r - std::sqrt(dx * dx + dy * dy)) * 64 + 128));
  };
  const double most = format.scalar == relievo::Scalar::u8 ? 255 : format.scalar == relievo::Scalar::u16 ? 65535 : 1;
  const auto back = [=](int x, int y, int c) {
    return most * (0.5 + 0.2 * std::sin(x * 0.03 + c) + 0.2 * std::cos(y * 0.05));
  };
  Layers made;
  made.layers.resize(2);
  made.layers[0].color = filled(width, height, format, back);
  made.layers[0].disparity =
      filled(width, height, {relievo::Scalar::f32, 1}, [=](int, int y, int) { return 0.5 * y / height; });
  made.layers[1].color = filled(width, height, format, [=](int x, int y, int c) {
    return inside(x, y) > 0 ? most * (0.2 + 0.1 * c) : back(x, y, c);
  });
  made.layers[1].coverage =
      filled(width, height, {relievo::Scalar::u8, 1}, [=](int x, int y, int) { return inside(x, y); });
  made.layers[1].disparity = filled(width, height, {relievo::Scalar::f32, 1}, [](int, int, int) { return 0.9; });
  return made;
}

inline void expect_same_scene(const relievo::LayeredScene& a, const relievo::LayeredScene& b) {
  ASSERT_EQ(a.layer_count(), b.layer_count());
  EXPECT_TRUE(a.format() == b.format());
  EXPECT_TRUE(a.color() == b.color());
  const relievo::DepthScale &s = a.depth_scale(), &t = b.depth_scale();
  EXPECT_EQ(s.kind, t.kind);
  EXPECT_EQ(s.at_zero, t.at_zero);
  EXPECT_EQ(s.at_one, t.at_one);
  EXPECT_EQ(s.fov_degrees, t.fov_degrees);
  ASSERT_EQ(a.alpha().empty(), b.alpha().empty());
  EXPECT_EQ(a.subject_disparity(), b.subject_disparity());
  if (!a.alpha().empty()) expect_same_pixels(a.alpha(), b.alpha());
  for (int i = 0; i < a.layer_count(); ++i) {
    const relievo::LayerView m = a.layer(i), n = b.layer(i);
    expect_same_pixels(m.color, n.color);
    expect_same_pixels(m.disparity, n.disparity);
    ASSERT_EQ(m.coverage.empty(), n.coverage.empty());
    if (!m.coverage.empty()) expect_same_pixels(m.coverage, n.coverage);
  }
}

}  // namespace relievo_tests
