// A moving camera: where layers go, what is uncovered, and that no border shows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <relievo/parallax_animator.hpp>

#include "common/images.hpp"

namespace relievo {
namespace {

using test::at;
using test::error_of;
using test::flat;
using test::Layers;

constexpr int width = 120, height = 80;

// A textured background far away, a textured box near.
Layers boxes(PixelFormat format = test::u8_3) {
  Layers layers;
  layers.add(test::photo(width, height, format), flat(width, height, test::f32_1, 0));
  layers.add(test::make(width, height, format, [](int x, int y, int c) { return test::texture(x + 300, y, c); }),
             flat(width, height, test::f32_1, 1), test::box(width, height, 40, 25, 80, 55));
  return layers;
}

ParallaxOptions by_layers() {
  ParallaxOptions options;
  options.motion = ParallaxMotion::layers;
  return options;
}

// Layers shifted whole by (fx, fy) and (bx, by), borders repeated.
void expect_shifted(const Image& frame, const Layers& layers, int fx, int fy, int bx, int by) {
  const auto moved = [](const Image& image, int x, int y, int dx, int dy, int c) {
    return at(image, std::clamp(x - dx, 0, width - 1), std::clamp(y - dy, 0, height - 1), c);
  };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool front = moved(layers.all[1].coverage, x, y, fx, fy, 0) > 0.5;
      for (int c = 0; c < frame.format().channels; ++c) {
        const double wanted =
            front ? moved(layers.all[1].color, x, y, fx, fy, c) : moved(layers.all[0].color, x, y, bx, by, c);
        ASSERT_EQ(at(frame, x, y, c), wanted) << x << ", " << y;
      }
    }
  }
}

TEST(ParallaxLayers, MoveWholeAgainstTheCameraAndTheBackgroundWithIt) {
  for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
    const Layers layers = boxes(format);
    const LayeredScene scene = layers.scene();
    const ParallaxAnimator animator(Device::cpu(1), by_layers());
    expect_shifted(animator.render_at(scene, 0), layers, 10, 0, -3, 0);  // The camera is at the left, x = -1.
    expect_shifted(animator.render_at(scene, 0.5f), layers, 0, 0, 0, 0);
    expect_shifted(animator.render_at(scene, 1), layers, -10, 0, 3, 0);
  }
}

TEST(ParallaxLayers, CircleMovesThemUpAndDownToo) {
  const Layers layers = boxes();
  ParallaxOptions options = by_layers();
  options.path = CameraPath::circle;
  options.foreground_px = 8;
  options.background_px = 2;
  options.strength = 2;
  // A quarter of the way the camera is below, y = 1, and x = cos(90 degrees), a float's breath from 0.
  const Image frame = ParallaxAnimator(Device::cpu(1), options).render_at(layers.scene(), 0.25f);
  expect_shifted(frame, layers, 0, -16, 0, 4);
}

TEST(ParallaxLayers, HalfAPixelIsTheMean) {
  const Layers layers = boxes();
  ParallaxOptions options = by_layers();
  options.background_px = 0.5f;
  const Image frame = ParallaxAnimator(Device::cpu(1), options).render_at(layers.scene(), 1);
  for (int x = 1; x < 25; ++x) {
    const double mean = (at(layers.all[0].color, x - 1, 5) + at(layers.all[0].color, x, 5)) / 2;
    EXPECT_NEAR(at(frame, x, 5), mean, 0.51 / 255);
  }
}

TEST(ParallaxLayers, ZoomScalesEachAsAWhole) {
  // The background's disparity varies, yet it moves as one: a straight camera leaves it a picture enlarged by
  // 1 + gain about its centre. Its columns move by 2 * px * z * (p / width), p from the centre.
  Layers tilted;
  tilted.add(test::make(width, height, test::f32_3, [](int x, int y, int) { return 0.2 + 0.005 * x + 0.002 * y; }),
             test::make(width, height, test::f32_1, [](int x, int, int) { return x / 119.0; }));
  ParallaxOptions options = by_layers();
  options.path = CameraPath::zoom;
  options.background_px = 12;
  const Image frame = ParallaxAnimator(Device::cpu(1), options).render_at(tilted.scene(), 1);
  const double gain = -2 * 12.0 / width;  // The background recedes.
  for (int y = 20; y < 60; y += 7) {
    for (int x = 20; x < 100; x += 7) {
      const double u = 59.5 + (x - 59.5) / (1 + gain), v = 39.5 + (y - 39.5) / (1 + gain);
      EXPECT_NEAR(at(frame, x, y), 0.2 + 0.005 * u + 0.002 * v, 5e-4) << x << ", " << y;
    }
  }
}

TEST(ParallaxLayers, WhatTheSubjectUncoversIsTheBackground) {
  Layers layers;
  layers.add(flat(width, height, test::u8_3, 0.2), flat(width, height, test::f32_1, 0));
  layers.add(flat(width, height, test::u8_3, 0.8), flat(width, height, test::f32_1, 1),
             test::box(width, height, 40, 25, 80, 55));
  const LayeredScene scene = layers.scene();
  for (const ParallaxMotion motion : {ParallaxMotion::layers, ParallaxMotion::depth}) {
    ParallaxOptions options = by_layers();
    options.motion = motion;
    options.amplitude = 0.1f;
    for (const float t : {0.0f, 0.3f, 1.0f}) {
      const Image frame = ParallaxAnimator(Device::cpu(1), options).render_at(scene, t);
      int front = 0;
      for (int x = 0; x < width; ++x) {
        const double value = at(frame, x, 40);
        EXPECT_GE(value, 0.2);
        EXPECT_LE(value, 0.8);
        front += value > 0.5;
      }
      EXPECT_NEAR(front, motion == ParallaxMotion::layers ? 40 : 44, 3) << "the subject keeps its size";
    }
  }
}

TEST(Parallax, NoStrengthIsThePhotoBitForBit) {
  for (const ParallaxMotion motion : {ParallaxMotion::layers, ParallaxMotion::depth}) {
    for (const CameraPath path : {CameraPath::sway, CameraPath::circle, CameraPath::swing, CameraPath::zoom}) {
      for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
        ParallaxOptions options;
        options.motion = motion;
        options.path = path;
        options.strength = 0;
        const LayeredScene scene = boxes(format).scene();
        EXPECT_TRUE(test::same(ParallaxAnimator(Device::cpu(1), options).render_at(scene, 0.3f), scene.flatten()));
      }
    }
  }
}

// Where the light column of a picture has gone, by its centre of mass over row y.
double column(const Image& frame, int y) {
  double sum = 0, moment = 0;
  for (int x = 0; x < frame.width(); ++x) {
    sum += at(frame, x, y);
    moment += x * at(frame, x, y);
  }
  return moment / sum;
}

Image stripe(int x0) {
  return test::make(400, 100, test::f32_3, [&](int x, int, int) { return std::max(0.0, 1 - std::fabs(x - x0) / 8); });
}

TEST(ParallaxDepth, NearMovesAgainstTheCameraAndFarWithIt) {
  ParallaxOptions options;
  options.amplitude = 0.02f;  // 8 px a unit of disparity.
  const ParallaxAnimator animator(Device::cpu(1), options);
  // Enlarged so that no border shows: the farthest move is 0.5 * 8 px to either side of a line of 399 px.
  const double zoom = 1 / (1 - 2 * 4 / 399.0);
  struct Case {
    float disparity;
    double moved;  // at camera x = 1, before the enlargement
  };
  for (const Case& c : {Case{1, -4}, Case{0.5f, 0}, Case{0, 4}, Case{0.75f, -2}}) {
    for (const int x : {100, 200, 320}) {
      const LayeredScene scene = test::plane(stripe(x), c.disparity);
      const auto wanted = [&](double camera) { return 199.5 + (x + c.moved * camera - 199.5) * zoom; };
      EXPECT_NEAR(column(animator.render_at(scene, 1), 50), wanted(1), 0.1) << c.disparity;
      EXPECT_NEAR(column(animator.render_at(scene, 0), 50), wanted(-1), 0.1) << c.disparity;
      EXPECT_NEAR(column(animator.render_at(scene, 0.25f), 50), wanted(-0.6875), 0.1) << c.disparity;
    }
  }
}

// 0 inside; the outermost line of pixels is 1, and so is everything a border repeats.
LayeredScene framed(int w, int h, float near) {
  Image color = test::make(w, h, test::f32_1,
                           [&](int x, int y, int) { return x == 0 || y == 0 || x == w - 1 || y == h - 1 ? 1.0 : 0.0; });
  return test::plane(std::move(color), near);
}

TEST(ParallaxDepth, NoFrameShowsABorder) {
  for (const CameraPath path : {CameraPath::sway, CameraPath::circle, CameraPath::swing, CameraPath::zoom}) {
    for (const float convergence : {0.0f, 0.5f, 0.8f}) {
      for (const float amplitude : {0.012f, 0.08f}) {
        ParallaxOptions options;
        options.path = path;
        options.convergence = convergence;
        options.amplitude = amplitude;
        for (const auto& [w, h] : {std::pair{200, 100}, std::pair{100, 160}}) {
          const double reach = std::max(convergence, 1 - convergence);
          if (double(amplitude) * reach > 0.05 && path != CameraPath::sway) continue;  // Beyond the enlargement's end.
          for (const float disparity : {0.0f, 1.0f}) {
            const LayeredScene scene = framed(w, h, disparity);
            const ParallaxAnimator animator(Device::cpu(1), options);
            for (int i = 0; i <= 8; ++i) {
              const Image frame = animator.render_at(scene, static_cast<float>(i) / 8);
              // A border that is merely touched shows once; one that is repeated shows as a band.
              double most = 0;
              for (int y = 2; y < h - 2; ++y) most = std::max({most, at(frame, 1, y), at(frame, w - 2, y)});
              for (int x = 2; x < w - 2; ++x) most = std::max({most, at(frame, x, 1), at(frame, x, h - 2)});
              EXPECT_LT(most, 0.9) << name_of(path) << " t " << i / 8.0 << ", d " << disparity << ", amplitude "
                                   << amplitude << ", convergence " << convergence << ", " << w << " x " << h;
            }
          }
        }
      }
    }
  }
}

TEST(ParallaxDepth, SwayIsEnlargedJustEnough) {
  // At the end of the path the nearest has come to the border it moved away from: the line of pixels there is seen.
  ParallaxOptions options;
  options.amplitude = 0.05f;
  const Image frame = ParallaxAnimator(Device::cpu(1), options).render_at(framed(200, 100, 1), 1);
  double most = 0;
  for (int y = 40; y < 60; ++y) most = std::max({most, at(frame, 0, y), at(frame, 199, y)});
  EXPECT_GT(most, 0.95);
}

TEST(Parallax, FramesFollowTheLoop) {
  const LayeredScene scene = boxes().scene();
  for (const int count : {2, 7, 12, 30}) {
    for (const ParallaxLoop loop : {ParallaxLoop::back_and_forth, ParallaxLoop::continuous}) {
      ParallaxOptions options = by_layers();
      options.frames = count;
      options.loop = loop;
      options.fps = 24;
      const ParallaxAnimator animator(Device::cpu(1), options);
      EXPECT_EQ(animator.frame_count(), count);
      EXPECT_EQ(animator.fps(), 24);
      std::vector<Image> frames;
      animator.render(scene, [&](int index, const ImageView& frame) {
        EXPECT_EQ(index, static_cast<int>(frames.size()));
        frames.push_back(Image::copy_of(frame));
      });
      ASSERT_EQ(static_cast<int>(frames.size()), count);
      EXPECT_TRUE(test::same(frames[0], animator.render_at(scene, 0)));
      for (int i = 1; i < count; ++i) {
        if (loop == ParallaxLoop::back_and_forth) {
          EXPECT_TRUE(test::same(frames[i], frames[count - i])) << i << " of " << count;
        } else {
          EXPECT_TRUE(test::same(frames[i], animator.render_at(scene, static_cast<float>(i) / count))) << i;
        }
      }
      if (loop == ParallaxLoop::back_and_forth && count % 2 == 0) {
        EXPECT_TRUE(test::same(frames[count / 2], animator.render_at(scene, 1)));
      }
    }
  }
}

TEST(Parallax, ZoomEndsAtItsEnlargement) {
  ParallaxOptions options = by_layers();
  options.strength = 0;
  options.zoom = 2;
  const LayeredScene scene = test::plane(stripe(300), 0.5f);
  const ParallaxAnimator animator(Device::cpu(1), options);
  EXPECT_TRUE(test::same(animator.render_at(scene, 0), stripe(300)));
  EXPECT_NEAR(column(animator.render_at(scene, 0.5f), 50), 199.5 + 1.5 * (300 - 199.5), 0.05);
  const LayeredScene inner = test::plane(stripe(250), 0.5f);
  EXPECT_NEAR(column(animator.render_at(inner, 1), 50), 199.5 + 2 * (250 - 199.5), 0.05);
}

TEST(Parallax, EveryWayOfAskingGivesTheSameFrame) {
  const Layers layers = boxes();
  const Image wanted = ParallaxAnimator(Device::cpu(1)).render_at(layers.scene(), 0.2f);
  for (const int threads : {1, 2, 3}) {
    const Device device = Device::cpu(threads);
    const LayeredScene scene = layers.scene(device);
    ParallaxAnimator animator(device);
    animator.reserve(width, height);
    const std::size_t bytes = animator.scratch_bytes();
    Image out(width, height, test::u8_3);
    animator.render_into(scene, 0.2f, out.mutable_view(), Stream(device));
    EXPECT_TRUE(test::same(out, wanted)) << threads;
    EXPECT_EQ(animator.scratch_bytes(), bytes);
  }
}

TEST(Parallax, BatchesGoToTheirSinks) {
  ParallaxOptions options;
  options.frames = 3;
  const ParallaxAnimator animator(Device::cpu(1), options);
  const LayeredScene a = boxes().scene(), b = test::plane(test::photo(33, 22, test::u16_3), 1);
  std::vector<std::string> seen;
  const auto sink = [&](const char* name) {
    return [&seen, name](int i, const ImageView& frame) {
      seen.push_back(name + std::to_string(i) + ":" + std::to_string(frame.width));
    };
  };
  animator.render({&a, &b}, {sink("a"), sink("b")});
  EXPECT_EQ(seen, (std::vector<std::string>{"a0:120", "a1:120", "a2:120", "b0:33", "b1:33", "b2:33"}));
  EXPECT_EQ(error_of([&] {
              animator.render({&a, &b}, {sink("a")});
            }),
            "invalid_argument: There are 2 scenes and 1 frame sinks; each scene needs one.");
  EXPECT_EQ(error_of([&] { animator.render(std::vector<const LayeredScene*>{nullptr}, {sink("a")}); }),
            "invalid_argument: Scene 0 of the batch is null.");
  EXPECT_EQ(error_of([&] { animator.render(a, nullptr); }), "invalid_argument: The frame sink is empty.");
}

TEST(Parallax, CancelsBetweenFrames) {
  ParallaxOptions options;
  options.frames = 10;
  int frames = 0;
  const Progress progress([](double fraction, std::string_view) { return fraction < 0.35; });
  EXPECT_EQ(error_of([&] {
              ParallaxAnimator(Device::cpu(1), options)
                  .render(
                      boxes().scene(), [&](int, const ImageView&) { ++frames; }, progress);
            }),
            "cancelled: Cancelled during frames.");
  EXPECT_EQ(frames, 4);
}

TEST(Parallax, RefusesATimeBesideThePath) {
  const ParallaxAnimator animator(Device::cpu(1));
  const LayeredScene scene = boxes().scene();
  EXPECT_EQ(error_of([&] { animator.render_at(scene, -0.5f); }), "invalid_argument: t is -0.5; allowed is 0 to 1.");
  EXPECT_EQ(error_of([&] { animator.render_at(scene, 1.5f); }), "invalid_argument: t is 1.5; allowed is 0 to 1.");
  EXPECT_EQ(error_of([&] { animator.render_at(scene, std::nanf("")); }),
            "invalid_argument: t is nan; allowed is 0 to 1.");
}

}  // namespace
}  // namespace relievo
