// What is drawn of simple scenes, against formulas in double.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <functional>

#include "common/sentence.hpp"
#include "scenes/builder.hpp"
#include "unit/scenes/device.hpp"

namespace relievo {
namespace scenes {
namespace {

using Point = std::array<double, 3>;

constexpr int width = 96, height = 72;

struct Stage {
  Scene scene;
  Random random{1};
  Builder b{scene, random};
  int grey = b.plain({0.5f, 0.5f, 0.5f});

  Stage() {
    scene.around.sky_low = scene.around.sky_high = {1, 1, 1};
    scene.around.ambient = {1, 1, 1};
    scene.view = {{0, 0, 0}, 0.1f, -0.05f, 0.07f, 1};
  }
  Camera camera() const { return camera_of(scene.view, width, height); }
  SceneFrame render(int layers = 1, int samples = 16) {
    scene.index();
    return scenes::render(test::device_under_test(), scene, camera(), width, height, layers, samples);
  }
};

Point point(Vec3 v) { return {v.x, v.y, v.z}; }
Point ray_of(const Camera& camera, double x, double y) {
  Point d;
  const Point right = point(camera.right), down = point(camera.down), forward = point(camera.forward);
  const double u = (x - camera.center_x) / camera.focal_px, v = (y - camera.center_y) / camera.focal_px;
  for (int i = 0; i < 3; ++i) d[i] = forward[i] + u * right[i] + v * down[i];
  return d;
}

std::int32_t id_at(const Image& image, int x, int y) {
  std::int32_t id;
  std::memcpy(&id, image.row<char>(y) + 4 * x, 4);
  return id;
}

struct Expected {
  double depth;  // infinite where nothing is
  Point normal;  // of the world
};
using Formula = std::function<Expected(const Point& direction)>;

// Depth within 1e-4 and normals within 0.2 degrees but for pixels whose neighbours the formula has elsewhere.
void expect_drawn(Stage& stage, const Formula& formula) {
  const SceneFrame frame = stage.render();
  const Camera camera = stage.camera();
  const SceneLayer& layer = frame.layers[0];
  int inside = 0, outside = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      bool edge = false;
      const Expected here = formula(ray_of(camera, x + 0.5, y + 0.5));
      for (double dx : {-0.01, 0.01}) {
        for (double dy : {-0.01, 0.01}) {
          const Expected near = formula(ray_of(camera, x + 0.5 + dx, y + 0.5 + dy));
          edge = edge || std::isfinite(near.depth) != std::isfinite(here.depth) ||
                 std::fabs(near.normal[0] - here.normal[0]) + std::fabs(near.normal[1] - here.normal[1]) > 0.1;
        }
      }
      if (edge) continue;
      const float depth = layer.depth.row<float>(y)[x];
      if (!std::isfinite(here.depth)) {
        ++outside;
        EXPECT_TRUE(std::isinf(depth)) << x << ", " << y;
        EXPECT_EQ(id_at(layer.object, x, y), -1);
        continue;
      }
      ++inside;
      ASSERT_NEAR(depth, here.depth, 1e-4 * here.depth) << x << ", " << y;
      EXPECT_GE(id_at(layer.object, x, y), 0);
      const float* normal = layer.normal.row<float>(y) + 3 * x;
      const Point axes[3] = {point(camera.right), point(camera.down), point(camera.forward)};
      double cosine = 0;
      for (int i = 0; i < 3; ++i) {
        cosine += normal[i] * (axes[i][0] * here.normal[0] + axes[i][1] * here.normal[1] + axes[i][2] * here.normal[2]);
      }
      EXPECT_GT(cosine, std::cos(0.2 * M_PI / 180)) << x << ", " << y;
    }
  }
  EXPECT_GT(inside, 200);
  EXPECT_GT(outside, 200);
}

constexpr Expected nothing{HUGE_VAL, {0, 0, 0}};

TEST(SceneRender, PlaneIsWhereItsEquationSays) {
  Stage stage;
  stage.b.patch(Pose{}.at(0, -1.5f, 0).lying(), 200, 200, Outline::rectangle, stage.grey);
  expect_drawn(stage, [](const Point& d) {
    const double t = -1.5 / d[1];
    return t > 0 && std::fabs(t * d[2]) < 200 && std::fabs(t * d[0]) < 200 ? Expected{t, {0, 1, 0}} : nothing;
  });
}

TEST(SceneRender, BallIsWhereItsEquationSays) {
  Stage stage;
  const Point c{0.6, -0.2, 5}, radii{1.3, 0.9, 1.1};
  stage.b.ball(Pose{}.at(0.6f, -0.2f, 5), {1.3f, 0.9f, 1.1f}, stage.grey);
  expect_drawn(stage, [&](const Point& d) {
    double a = 0, b = 0, e = -1;
    for (int i = 0; i < 3; ++i) {
      a += d[i] * d[i] / (radii[i] * radii[i]);
      b -= d[i] * c[i] / (radii[i] * radii[i]);
      e += c[i] * c[i] / (radii[i] * radii[i]);
    }
    const double q = b * b - a * e;
    if (q <= 0) return nothing;
    const double t = (-b - std::sqrt(q)) / a;
    Point n;
    double square = 0;
    for (int i = 0; i < 3; ++i) {
      n[i] = (t * d[i] - c[i]) / (radii[i] * radii[i]);
      square += n[i] * n[i];
    }
    for (double& v : n) v /= std::sqrt(square);
    return Expected{t, n};
  });
}

TEST(SceneRender, TurnedBoxIsWhereItsSidesAre) {
  Stage stage;
  const double angle = 0.6;
  stage.b.box(Pose{}.at(-0.3f, 0.1f, 4).yawed(float(angle)), {0.8f, 0.5f, 0.6f}, stage.grey);
  const Point axes[3] = {{std::cos(angle), 0, -std::sin(angle)}, {0, 1, 0}, {std::sin(angle), 0, std::cos(angle)}};
  const double half[3] = {0.8, 0.5, 0.6};
  const Point middle{-0.3, 0.1, 4};
  expect_drawn(stage, [&](const Point& d) {
    double first = -HUGE_VAL, last = HUGE_VAL;
    Point normal{};
    for (int i = 0; i < 3; ++i) {
      double o = 0, v = 0;
      for (int k = 0; k < 3; ++k) {
        o -= middle[k] * axes[i][k];
        v += d[k] * axes[i][k];
      }
      const double a = (-half[i] - o) / v, b = (half[i] - o) / v;
      if (std::min(a, b) > first) {
        first = std::min(a, b);
        for (int k = 0; k < 3; ++k) normal[k] = axes[i][k] * (v > 0 ? -1 : 1);
      }
      last = std::min(last, std::max(a, b));
    }
    return first < last && first > 0 ? Expected{first, normal} : nothing;
  });
}

TEST(SceneRender, ConeIsWhereItsEquationSays) {
  Stage stage;
  // From radius 0.7 at y = -0.8 to 0.28 at y = 1, seen from the side: neither cap is.
  stage.b.column(Pose{}.at(0, -0.8f, 4), 0.7f, 1.8f, stage.grey, 0.4f);
  expect_drawn(stage, [](const Point& d) {
    const double k = (0.28 - 0.7) / 1.8, m = 0.7 + 0.8 * k;  // radius = m + k y
    const double a = d[0] * d[0] + d[2] * d[2] - k * k * d[1] * d[1];
    const double b = -4 * d[2] - k * m * d[1], c = 16 - m * m;
    const double q = b * b - a * c;
    if (q <= 0) return nothing;
    const double t = (-b - std::sqrt(q)) / a, y = t * d[1], x = t * d[0], z = t * d[2] - 4;
    // Through the caps the ray meets the inside later; such pixels are edges of the side's silhouette.
    if (y < -0.8 || y > 1) return nothing;
    const double size = std::sqrt(x * x + z * z + k * k * (m + k * y) * (m + k * y));
    return Expected{t, {x / size, -k * (m + k * y) / size, z / size}};
  });
}

TEST(SceneRender, TerrainIsItsBilinearSurface) {
  Stage stage;
  // y = 0.5 + 0.4 u v over 4 m, 1 m high: bilinear itself, whatever the number of cells.
  stage.b.terrain(Pose{}.at(0, -1.5f, 4), {2, 1, 2}, 16, stage.grey,
                  [](float u, float v) { return 0.5f + 0.4f * u * v; });
  expect_drawn(stage, [](const Point& d) {
    // -1.5 + 0.5 + 0.1 x (z - 4) = y along t d.
    const double a = 0.1 * d[0] * d[2], b = -0.4 * d[0] - d[1], c = -1;
    const double q = b * b - 4 * a * c;
    if (q < 0) return nothing;
    double best = HUGE_VAL;
    for (double sign : {-1.0, 1.0}) {
      const double t = 2 * c / (-b + sign * std::sqrt(q));
      if (t > 0 && t < best && std::fabs(t * d[0]) < 2 && std::fabs(t * d[2] - 4) < 2) best = t;
    }
    if (!std::isfinite(best)) return nothing;
    const double x = best * d[0], z = best * d[2];
    Point n{-0.1 * (z - 4), 1, -0.1 * x};
    const double size = std::sqrt(n[0] * n[0] + 1 + n[2] * n[2]);
    const double facing = n[0] * d[0] + n[1] * d[1] + n[2] * d[2];
    for (double& v : n) v /= facing > 0 ? -size : size;
    return Expected{best, n};
  });
}

// A room's worth of things, of which the first object is the nearest for many pixels.
void crowd(Stage& stage, bool with_first = true) {
  Builder& b = stage.b;
  for (int i = 0; i < 8; ++i) {
    b.next_object();
    const float x = 0.5f * float(i % 3) - 0.5f, z = 2 + 0.7f * float(i);
    if (i == 0 && !with_first) continue;
    if (i % 2 == 0) {
      b.ball(Pose{}.at(x, 0.1f * float(i) - 0.2f, z), {0.7f, 0.5f, 0.6f}, stage.grey);
      b.rod({x, -1, z}, {x + 0.3f, 1, z + 0.2f}, 0.05f, 0.03f, stage.grey);
    } else {
      b.box(Pose{}.at(x, -0.2f, z).yawed(0.3f * float(i)), {0.6f, 0.6f, 0.3f}, stage.grey, 1.5f);
    }
  }
  b.next_object();
  b.patch(Pose{}.at(0, -1, 0).lying(), 60, 60, Outline::rectangle, stage.grey);
}

TEST(SceneRender, LayersFollowEachOtherAndShowEachObjectOnce) {
  Stage stage;
  crowd(stage);
  const SceneFrame frame = stage.render(4);
  int four = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int k = 1; k < 4; ++k) {
        const std::int32_t id = id_at(frame.layers[k].object, x, y);
        EXPECT_GE(frame.layers[k].depth.row<float>(y)[x], frame.layers[k - 1].depth.row<float>(y)[x]);
        for (int j = 0; j < k && id >= 0; ++j) EXPECT_NE(id_at(frame.layers[j].object, x, y), id);
        four += k == 3 && id >= 0 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(four, 500);
}

TEST(SceneRender, BehindAnObjectLiesTheSceneWithoutIt) {
  Stage all, rest;
  crowd(all);
  crowd(rest, false);
  const SceneFrame with = all.render(2), without = rest.render(1);
  int hidden = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (id_at(with.layers[0].object, x, y) != 0) continue;
      ++hidden;
      EXPECT_EQ(with.layers[1].depth.row<float>(y)[x], without.layers[0].depth.row<float>(y)[x]);
      EXPECT_EQ(id_at(with.layers[1].object, x, y), id_at(without.layers[0].object, x, y));
    }
  }
  EXPECT_GT(hidden, 300);
}

TEST(SceneRender, ThinPoleCoversItsShareOfAPixel) {
  for (const float radius : {0.004f, 0.01f, 0.03f}) {
    Stage stage;
    stage.scene.view = {{0, 0, 0}, 0, 0, 0, 1};
    stage.b.next_object();
    // The thinnest lies between the centres of pixels.
    const float x = 0.09f, z = 3;
    stage.b.rod({x, -3, z}, {x, 3, z}, radius, radius, stage.grey);
    const SceneFrame frame = stage.render(1, 64);
    const Camera camera = stage.camera();
    // Tangents to the circle from the camera, in px.
    const double distance = std::hypot(x, z), middle = std::atan2(x, z), half = std::asin(radius / distance);
    const double left = camera.center_x + camera.focal_px * std::tan(middle - half);
    const double right = camera.center_x + camera.focal_px * std::tan(middle + half);
    for (int y = 0; y < height; y += 7) {
      for (int px = 0; px < width; ++px) {
        const double share = std::max(0.0, std::min(right, px + 1.0) - std::max(left, double(px)));
        const bool seen = id_at(frame.layers[0].front, px, y) == 0;
        EXPECT_NEAR(seen ? frame.layers[0].coverage.row<float>(y)[px] : 0, share, 2.0 / 64) << px << ", " << y;
      }
    }
  }
}

TEST(SceneRender, PointsKeepTheirPlaceWhenTheCameraMoves) {
  Stage stage;
  crowd(stage);
  const SceneFrame before = stage.render();
  const Camera a = stage.camera();
  stage.scene.view = moved(stage.scene.view, {0.15f, 0.1f, 0.2f});
  const Vec3 place = a.place + a.right * 0.15f - a.down * 0.1f + a.forward * 0.2f;
  EXPECT_LT(length(stage.scene.view.place - place), 1e-6f);
  stage.scene.view.yaw -= 0.05f;
  stage.scene.view.roll = 0.02f;
  const SceneFrame after = stage.render();
  const Camera b = stage.camera();
  int seen_again = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float z = before.layers[0].depth.row<float>(y)[x];
      if (!std::isfinite(z)) continue;
      const Vec3 p = at(ray_through(a, float(x) + 0.5f, float(y) + 0.5f), z) - b.place;
      const float depth = dot(p, b.forward);
      const float u = b.center_x + b.focal_px * dot(p, b.right) / depth,
                  v = b.center_y + b.focal_px * dot(p, b.down) / depth;
      const int px = int(std::floor(u)), py = int(std::floor(v));
      if (px < 1 || py < 1 || px >= width - 1 || py >= height - 1) continue;
      // The same primitive around the point, so that its depth lies between those of the pixels near by.
      bool same = true;
      float low = HUGE_VALF, high = 0;
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          same = same && id_at(after.layers[0].object, px + dx, py + dy) == id_at(before.layers[0].object, x, y);
          const float there = after.layers[0].depth.row<float>(py + dy)[px + dx];
          low = std::min(low, there);
          high = std::max(high, there);
        }
      }
      if (!same || high > 1.1f * low) continue;
      ++seen_again;
      EXPECT_GT(depth, low * 0.999f - 0.02f);
      EXPECT_LT(depth, high * 1.001f + 0.02f);
    }
  }
  EXPECT_GT(seen_again, 1500);
}

TEST(SceneRender, ShadowLiesWhereTheSunIsHidden) {
  Stage stage;
  stage.scene.view = {{0, 2, 0}, 0, -0.5f, 0, 1};
  stage.scene.around.sun_direction = {0, 1, 0};
  stage.scene.around.sun = {2, 2, 2};
  stage.b.next_object();
  stage.b.patch(Pose{}.lying(), 100, 100, Outline::rectangle, stage.grey);
  stage.b.next_object();
  stage.b.patch(Pose{}.at(0, 1.2f, 4).lying(), 0.5f, 0.5f, Outline::disc, stage.grey);
  const SceneFrame frame = stage.render();
  const Camera camera = stage.camera();
  // Straight below the disc the floor has only the sky's light, 0.5 times 1, elsewhere the sun's 0.5 times 2 as well.
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (id_at(frame.layers[0].object, x, y) != 0) continue;
      const Vec3 p = at(ray_through(camera, float(x) + 0.5f, float(y) + 0.5f), frame.layers[0].depth.row<float>(y)[x]);
      const float from = std::hypot(p.x, p.z - 4);
      if (p.z > 20 || (from > 0.4f && from < 0.6f)) continue;
      bool edge = false;
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          edge = edge || id_at(frame.layers[0].object, std::clamp(x + dx, 0, width - 1),
                               std::clamp(y + dy, 0, height - 1)) != 0;
        }
      }
      if (edge) continue;
      EXPECT_NEAR(frame.layers[0].color.row<float>(y)[3 * x], from < 0.5f ? 0.5 : 1.5, 1e-3) << x << ", " << y;
    }
  }
}

TEST(SceneRender, RefusesNumbersOutOfRange) {
  Stage stage;
  crowd(stage);
  expect_refused([&] { stage.render(5); }, "layers is 5; 1 to 4 are allowed.");
  expect_refused([&] { stage.render(1, 6); }, "samples is 6; 1, 2, 4, 8, 16, 32 and 64 are allowed.");
}

}  // namespace
}  // namespace scenes
}  // namespace relievo
