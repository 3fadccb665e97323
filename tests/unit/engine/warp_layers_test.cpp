#include <cmath>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr PixelFormat formats[] = {
    {Scalar::u8, 1}, {Scalar::u8, 3}, {Scalar::u16, 3}, {Scalar::f32, 1}, {Scalar::f32, 3}};

Picture smooth_picture(int width, int height, PixelFormat format, double phase) {
  Picture picture(width, height, format);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < format.channels; ++c) {
        const double value = 0.5 + 0.45 * std::sin(0.11 * x + phase + c) * std::cos(0.13 * y - phase);
        picture.set(x, y, c, value * full(format.scalar));
      }
    }
  }
  return picture;
}

double bilinear_at(const Picture& in, double x, double y, int c) {
  x = std::clamp(x, 0.0, in.width() - 1.0);
  y = std::clamp(y, 0.0, in.height() - 1.0);
  const int x0 = int(x), y0 = int(y);
  const double tx = x - x0, ty = y - y0;
  return (in.at(x0, y0, c) * (1 - tx) + in.repeated(x0 + 1, y0, c) * tx) * (1 - ty) +
         (in.repeated(x0, y0 + 1, c) * (1 - tx) + in.repeated(x0 + 1, y0 + 1, c) * tx) * ty;
}

struct Scene {
  std::vector<Picture> colors, coverages, disparities;
  std::vector<LayerView> layers;

  Scene(int width, int height, PixelFormat format, bool smooth) {
    for (int i = 0; i < 2; ++i) {
      colors.push_back(smooth ? smooth_picture(width, height, format, i)
                              : random_picture(width, height, format, unsigned(i)));
      coverages.push_back(disc_coverage(width, height, 0.3 * width));
      disparities.push_back(smooth_picture(width, height, {Scalar::f32, 1}, 2 + i));
    }
    layers = {{colors[0], {}, disparities[0]}, {colors[1], coverages[1], disparities[1]}};
  }

  double oracle(const std::vector<LayerMotion>& motions, double zoom, int qx, int qy, int c) const {
    const double cx = 0.5 * (colors[0].width() - 1), cy = 0.5 * (colors[0].height() - 1);
    const double px = cx + (qx - cx) / zoom, py = cy + (qy - cy) / zoom;
    double value = 0;
    for (int i = 0; i < 2; ++i) {
      double x = px, y = py;
      const LayerMotion& m = motions[i];
      for (int step = 0; step < 3; ++step) {
        const double off = bilinear_at(disparities[i], x, y, 0) - m.convergence;
        const double nx = px - (m.shift_x + off * (m.gain_x + m.gain_z * (x - cx)));
        y = py - (m.shift_y + off * (m.gain_y + m.gain_z * (y - cy)));
        x = nx;
      }
      const double alpha = i == 0 ? 1 : bilinear_at(coverages[i], x, y, 0) / 255;
      value += alpha * (bilinear_at(colors[i], x, y, c) - value);
    }
    return value;
  }
};

TEST(WarpLayers, WithoutMotionIsFlattenBitForBit) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    for (const Size size : sizes()) {
      const Scene scene(size.width, size.height, format, false);
      Picture flat(size.width, size.height, format), out(size.width, size.height, format);
      engine.flatten(scene.layers.data(), 2, flat);
      LayerMotion still[2];
      engine.warp_layers(scene.layers.data(), still, 2, 1, out);
      EXPECT_TRUE(out.same_bits(flat)) << size.width << " x " << size.height;
      // By the path of moving layers, where every step stays in place.
      const Picture level = constant_picture(size.width, size.height, {Scalar::f32, 1}, 0.5);
      std::vector<LayerView> layers = scene.layers;
      for (LayerView& layer : layers) layer.disparity = level;
      LayerMotion held[2];
      for (LayerMotion& motion : held) motion = {0, 0, 30, 20, 0.1f, 0.5f};
      Picture moved(size.width, size.height, format);
      engine.warp_layers(layers.data(), held, 2, 1, moved);
      EXPECT_TRUE(moved.same_bits(flat)) << size.width << " x " << size.height;
    }
  }
}

TEST(WarpLayers, ShiftsAndZoomsLayers) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    for (const Size size : {Size{1, 1}, Size{1, 9}, Size{61, 47}, Size{600, 23}}) {
      const Scene scene(size.width, size.height, format, true);
      for (const float zoom : {1.0f, 1.07f}) {
        std::vector<LayerMotion> motions(2);
        motions[0].shift_x = -3.3f;
        motions[0].shift_y = 1.6f;
        motions[1].shift_x = 7.25f;
        motions[1].shift_y = -50.5f;
        Picture out(size.width, size.height, format);
        engine.warp_layers(scene.layers.data(), motions.data(), 2, zoom, out);
        const double tolerance = format.scalar == Scalar::u8 ? 2.2 : format.scalar == Scalar::u16 ? 400 : 6e-3;
        EXPECT_TRUE(near(out, tolerance, [&](int x, int y, int c) { return scene.oracle(motions, zoom, x, y, c); }));
      }
    }
  }
}

TEST(WarpLayers, MovesEachPixelByItsDisparity) {
  TestEngine engine(2);
  // Across the plane; along the rows, as a camera that sways; one layer by its disparity and one by a shift.
  const std::vector<LayerMotion> motions[] = {{{0.3f, -0.2f, 4, -3, 0.02f, 0.5f}, {-1, 2, -5, 2, -0.03f, 0.4f}},
                                              {{0, 0, 4, 0, 0, 0.5f}, {0, 0, -9, 0, 0, 0.4f}},
                                              {{-2.25f, 1.5f, 0, 0, 0, 0}, {0, 0, 7, 0, 0, 0.1f}}};
  for (const PixelFormat format : formats) {
    for (const Size size : {Size{1, 1}, Size{61, 47}, Size{300, 40}}) {
      const Scene scene(size.width, size.height, format, true);
      for (const std::vector<LayerMotion>& motion : motions) {
        for (const float zoom : {1.0f, 1.1f}) {
          Picture out(size.width, size.height, format);
          engine.warp_layers(scene.layers.data(), motion.data(), 2, zoom, out);
          const double tolerance = format.scalar == Scalar::u8 ? 2.2 : format.scalar == Scalar::u16 ? 400 : 6e-3;
          EXPECT_TRUE(near(out, tolerance, [&](int x, int y, int c) { return scene.oracle(motion, zoom, x, y, c); }));
        }
      }
    }
  }
}

TEST(WarpLayers, AConstantDisparityMovesAsAShift) {
  TestEngine engine(1);
  const Scene scene(131, 67, {Scalar::u8, 3}, false);
  const Picture level = constant_picture(131, 67, {Scalar::f32, 1}, 0.75);
  std::vector<LayerView> layers = scene.layers;
  for (LayerView& layer : layers) layer.disparity = level;
  std::vector<LayerMotion> by_gain(2), by_shift(2);
  for (int i = 0; i < 2; ++i) {
    by_gain[i].gain_x = 8 - 16 * float(i);
    by_gain[i].gain_y = 3;
    by_shift[i].shift_x = 6 - 12 * float(i);
    by_shift[i].shift_y = 2.25f;
  }
  Picture a(131, 67, {Scalar::u8, 3}), b(131, 67, {Scalar::u8, 3});
  engine.warp_layers(layers.data(), by_gain.data(), 2, 1, a);
  engine.warp_layers(layers.data(), by_shift.data(), 2, 1, b);
  EXPECT_TRUE(a.same_bits(b));
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
