// The lens against rays: each pixel the mean of what 1,024 points of the aperture's true shape see, in float64 and
// linear light, of layers whose hidden parts are known.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include <relievo/bokeh_renderer.hpp>
#include <relievo/layered_scene.hpp>

#include "common/images.hpp"

namespace relievo {
namespace {

constexpr int width = 96, height = 60, samples = 1024;
// Of the circle of confusion at a difference of disparity of 1, px.
constexpr double full_radius = 12;

using Rgb = std::array<double, 3>;

double to_linear(double code) { return code <= 0.04045 ? code / 12.92 : std::pow((code + 0.055) / 1.055, 2.4); }
double to_code(double light) { return light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055; }

// A surface: code values of colour, coverage and disparity at any place.
struct Surface {
  std::function<double(double x, double y, int c)> color;
  std::function<double(double x, double y)> coverage, disparity;
};

struct Sheet {
  Image color, coverage, disparity;
};

Sheet sheet_of(const Surface& surface, bool opaque) {
  Sheet sheet;
  sheet.color = test::make(width, height, test::u16_3, [&](int x, int y, int c) { return surface.color(x, y, c); });
  if (!opaque) {
    sheet.coverage = test::make(width, height, test::u8_1, [&](int x, int y, int) { return surface.coverage(x, y); });
  }
  sheet.disparity = test::make(width, height, test::f32_1, [&](int x, int y, int) { return surface.disparity(x, y); });
  return sheet;
}

// Points of an aperture whose circumcircle is the unit circle, y down.
using Points = std::vector<std::array<double, 2>>;
using Inside = std::function<bool(double u, double v)>;

// Evenly spread over the square around it (the R2 sequence of Roberts); those that lie inside.
Points points_of(const Inside& inside) {
  constexpr double plastic = 1.32471795724474602596;
  Points points;
  for (int i = 1; points.size() < samples; ++i) {
    const double u = 2 * std::fmod(0.5 + i / plastic, 1) - 1, v = 2 * std::fmod(0.5 + i / (plastic * plastic), 1) - 1;
    if (inside(u, v)) points.push_back({u, v});
  }
  return points;
}

bool in_disc(double u, double v) { return std::hypot(u, v) <= 1; }

// A corner up; by the angle from the middle of the side that the point lies beside.
Inside polygon(int corners, double roundness = 0) {
  return [=](double u, double v) {
    const double side = 2 * std::numbers::pi / corners;
    const double off = std::fmod(std::atan2(u, -v) + 2 * std::numbers::pi, side) - side / 2;
    const double straight = std::cos(side / 2) / std::cos(off);
    return std::hypot(u, v) * ((1 - roundness) / straight + roundness) <= 1;
  };
}
// Turned, as much smaller as keeps it in the square.
Inside heart(double degrees = 0) {
  const double c = std::cos(degrees * std::numbers::pi / 180), s = std::sin(degrees * std::numbers::pi / 180);
  const auto in_curve = [](double x, double y) { return std::pow(x * x + y * y - 1, 3) <= x * x * y * y * y; };
  double extent = 1.2;
  for (int i = -1500; i <= 1500; ++i) {
    for (int j = -1500; j <= 1500; ++j) {
      const double u = i / 1000.0, v = j / 1000.0;
      if (in_curve(u, v))
        extent = std::max({extent, std::fabs(c * u - s * (0.1 - v)), std::fabs(s * u + c * (0.1 - v))});
    }
  }
  return [=](double u, double v) { return in_curve(extent * (c * u + s * v), 0.1 - extent * (c * v - s * u)); };
}
Inside turned(const Inside& inside, double degrees) {
  const double c = std::cos(degrees * std::numbers::pi / 180), s = std::sin(degrees * std::numbers::pi / 180);
  return [=](double u, double v) { return inside(c * u + s * v, c * v - s * u); };
}
Inside squeezed(const Inside& inside, double times) {
  return [=](double u, double v) { return inside(times * u, v); };
}
Inside ring(double from, double to) {
  return [=](double u, double v) { return std::hypot(u, v) >= from && std::hypot(u, v) <= to; };
}
Points line(double degrees) {
  Points points;
  for (int i = 0; i < samples; ++i) {
    const double along = 2 * (i + 0.5) / samples - 1, angle = degrees * std::numbers::pi / 180;
    points.push_back({along * std::cos(angle), along * std::sin(angle)});
  }
  return points;
}

// What is rendered: options, the picture of shape `image`, and the points of the aperture that a pixel sees through.
struct Shape {
  std::string name;
  BokehOptions options;
  std::function<Points(int x, int y)> points_at;
  Image picture;
};

Shape shape_of(const std::string& name, const Points& points, const std::function<void(BokehOptions&)>& set = {}) {
  Shape shape{name, {}, [points](int, int) { return points; }, {}};
  if (set) set(shape.options);
  return shape;
}
Shape disc() { return shape_of("disc", points_of(in_disc)); }

std::vector<Shape> shapes() {
  const auto of = [](Aperture aperture) { return [=](BokehOptions& o) { o.shape = aperture; }; };
  std::vector<Shape> all;
  all.push_back(shape_of("hexagon", points_of(polygon(6)), of(Aperture::hexagon)));
  all.push_back(shape_of("octagon", points_of(polygon(8)), of(Aperture::octagon)));
  all.push_back(shape_of("heart", points_of(heart()), of(Aperture::heart)));
  for (const int blades : {5, 9}) {
    for (const double roundness : {0.0, 0.5}) {
      all.push_back(shape_of(std::to_string(blades) + " blades, round " + std::to_string(roundness),
                             points_of(polygon(blades, roundness)), [=](BokehOptions& o) {
                               o.blades = blades;
                               o.roundness = static_cast<float>(roundness);
                             }));
    }
  }
  all.push_back(shape_of("3 blades", points_of(polygon(3)), [](BokehOptions& o) { o.blades = 3; }));
  all.push_back(shape_of("turned hexagon", points_of(turned(polygon(6), 30)), [](BokehOptions& o) {
    o.shape = Aperture::hexagon;
    o.rotation = 30;
  }));
  all.push_back(shape_of("turned heart", points_of(heart(30)), [](BokehOptions& o) {
    o.shape = Aperture::heart;
    o.rotation = 30;
  }));
  all.push_back(shape_of("squeezed disc", points_of(squeezed(in_disc, 2)), [](BokehOptions& o) { o.squeeze = 2; }));
  all.push_back(shape_of("squeezed pentagon", points_of(squeezed(turned(polygon(5), 30), 2)), [](BokehOptions& o) {
    o.blades = 5;
    o.rotation = 30;
    o.squeeze = 2;
  }));
  for (const int degrees : {0, 30, 90}) {
    all.push_back(shape_of("line at " + std::to_string(degrees), line(degrees), [=](BokehOptions& o) {
      o.shape = Aperture::line;
      o.rotation = static_cast<float>(degrees);
    }));
  }
  all.push_back(shape_of("ring", points_of(ring(0.5, 0.9)), of(Aperture::image)));
  all.back().picture = test::make(200, 200, test::u8_1, [](int x, int y, int) {
    return ring(0.5, 0.9)((x - 99.5) / 100, (y - 99.5) / 100) ? 1.0 : 0.0;
  });
  return all;
}

struct Lens {
  double focus, radius;  // of the circle of confusion at a difference of disparity of 1, px
};

// What a ray through (u, v) of the aperture sees at a pixel: each surface where it meets it, near before far.
Rgb along_ray(const std::vector<Surface>& surfaces, const Lens& lens, double x, double y, double u, double v) {
  Rgb sum{};
  double left = 1;
  for (std::size_t i = surfaces.size(); i-- > 0 && left > 0;) {
    const Surface& surface = surfaces[i];
    // Where the ray is as far from the pixel as its disparity says. Beyond the focus a light shows the aperture
    // upright, so a pixel looks the other way; before it turned by half a turn.
    double at_x = x, at_y = y, away = 0;
    for (int round = 0; round < 20; ++round) {
      const double next = lens.radius * (surface.disparity(at_x, at_y) - lens.focus);
      at_x = x + next * u;
      at_y = y + next * v;
      if (std::fabs(next - away) < 1e-9) break;
      away = next;
    }
    // Beyond the picture its border goes on.
    at_x = std::clamp(at_x, 0.0, width - 1.0);
    at_y = std::clamp(at_y, 0.0, height - 1.0);
    const double cover = i == 0 ? 1 : surface.coverage(at_x, at_y);
    for (int c = 0; c < 3; ++c) {
      sum[static_cast<std::size_t>(c)] += left * cover * to_linear(surface.color(at_x, at_y, c));
    }
    left *= 1 - cover;
  }
  return sum;
}

struct Result {
  double all = 0, edges = 0;  // PSNR of codes, dB
};

// With all that is hidden.
LayeredScene known_scene(const std::vector<Surface>& surfaces) {
  std::vector<Sheet> sheets;
  std::vector<LayerView> views;
  for (std::size_t i = 0; i < surfaces.size(); ++i) sheets.push_back(sheet_of(surfaces[i], i == 0));
  for (const Sheet& sheet : sheets) views.push_back({sheet.color, sheet.coverage, sheet.disparity});
  return LayeredScene::from_layers(Device::cpu(2), views.data(), static_cast<int>(views.size()));
}

// Of the photo and its depth alone, with what is hidden filled.
LayeredScene baked_scene(const std::vector<Surface>& surfaces) {
  const Image depth = test::make(width, height, test::f32_1, [&](int x, int y, int) {
    std::size_t i = surfaces.size() - 1;
    while (i > 0 && surfaces[i].coverage(x, y) < 0.5) --i;
    return surfaces[i].disparity(x, y);
  });
  return LayeredScene::bake(Device::cpu(2), known_scene(surfaces).flatten(),
                            DepthMap(depth.clone(), DepthKind::disparity));
}

// Every pixel, or one of `step` x `step`.
Result compare(const LayeredScene& scene, const std::vector<Surface>& surfaces, double focus,
               const std::function<bool(int x, int y)>& is_edge, const Shape& shape, int step) {
  BokehOptions options = shape.options;
  options.f_number = 1;
  // A baked scene has disparity of its own scale.
  const DepthScale& depth = scene.depth_scale();
  const double span = depth.at_one - depth.at_zero;
  options.strength = static_cast<float>(full_radius * span / (0.03 * width));
  options.focus_range = 0;
  options.highlight_recovery = 0;
  BokehRenderer renderer(Device::cpu(2), options);
  if (!shape.picture.empty()) renderer.set_aperture(shape.picture);
  const double at = std::clamp((focus - depth.at_zero) / span, 0.0, 1.0);
  const Image rendered = renderer.render(scene, Focus::on_disparity(static_cast<float>(at)));
  const Lens lens{focus, full_radius};
  double error[2] = {}, count[2] = {};
  for (int y = 0; y < height; y += step) {
    for (int x = 0; x < width; x += step) {
      Rgb mean{};
      const Points points = shape.points_at(x, y);
      for (const auto& [u, v] : points) {
        const Rgb seen = along_ray(surfaces, lens, x, y, u, v);
        for (std::size_t c = 0; c < 3; ++c) mean[c] += seen[c] / static_cast<double>(points.size());
      }
      const int k = is_edge(x, y) ? 1 : 0;
      for (int c = 0; c < 3; ++c) {
        const double apart = test::at(rendered, x, y, c) - to_code(mean[static_cast<std::size_t>(c)]);
        error[k] += apart * apart;
        ++count[k];
      }
    }
  }
  const auto psnr = [](double sum, double n) { return n == 0 ? 99 : -10 * std::log10(sum / n + 1e-12); };
  return {psnr(error[0], count[0]), psnr(error[1], count[1])};
}
Result compare(const std::vector<Surface>& surfaces, double focus, const std::function<bool(int x, int y)>& is_edge,
               const Shape& shape, int step) {
  return compare(known_scene(surfaces), surfaces, focus, is_edge, shape, step);
}

double texture(double x, double y, int c) {
  return 0.45 + 0.2 * std::sin(0.31 * x + c) + 0.15 * std::sin(0.23 * y - 0.17 * x) +
         0.1 * std::cos(0.11 * x * (c + 1));
}

Surface plane(double left, double right, int tint) {
  return {
      [tint](double x, double y, int c) { return std::clamp(texture(x, y, c) + (c == tint ? 0.15 : -0.1), 0.0, 1.0); },
      [](double, double) { return 1.0; },
      [left, right](double x, double) { return left + (right - left) * std::clamp(x / width, 0.0, 1.0); }};
}

// A plane that covers the right half, or teeth of it.
Surface half(double disparity, double edge) {
  Surface near = plane(disparity, disparity, 0);
  near.coverage = [edge](double x, double) { return std::clamp((x - width / 2.0) / edge + 0.5, 0.0, 1.0); };
  return near;
}
Surface fringe(double disparity) {
  Surface near = plane(disparity, disparity, 0);
  near.coverage = [](double x, double y) {
    const double reach = 6 * (1 + std::sin(0.9 * y));
    return std::clamp((x - width / 2.0 + reach) / 5, 0.0, 1.0);
  };
  return near;
}

bool is_edge(int x, int) { return std::abs(x - width / 2) < 26; }
bool is_nowhere(int, int) { return false; }

TEST(LensOracle, TwoPlanes) {
  for (const double focus : {0.1, 0.5, 0.9}) {
    const Result found = compare({plane(0.1, 0.1, 2), half(0.9, 1)}, focus, is_edge, disc(), 1);
    EXPECT_GE(found.all, 40) << "focus " << focus;
    EXPECT_GE(found.edges, 35) << "focus " << focus;
  }
}

// Beside what is known: what a photo and its depth alone give.
TEST(LensOracle, TwoPlanesWhoseHiddenPartIsFilled) {
  const std::vector<Surface> surfaces{plane(0.1, 0.1, 2), half(0.9, 1)};
  for (const double focus : {0.1, 0.5, 0.9}) {
    try {
      const Result found = compare(baked_scene(surfaces), surfaces, focus, is_edge, disc(), 1);
      RecordProperty("all_focus_" + std::to_string(std::lround(10 * focus)), std::to_string(found.all));
      RecordProperty("edges_focus_" + std::to_string(std::lround(10 * focus)), std::to_string(found.edges));
      EXPECT_GE(found.all, 40) << "focus " << focus;
      EXPECT_GE(found.edges, 25) << "focus " << focus;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::unsupported) throw;
      GTEST_SKIP() << error.what();
    }
  }
}

TEST(LensOracle, ASlantedPlane) {
  for (const double focus : {0.0, 0.5, 0.8}) {
    EXPECT_GE(compare({plane(0, 1, 1)}, focus, is_nowhere, disc(), 1).all, 40) << "focus " << focus;
  }
}

TEST(LensOracle, AFringe) {
  for (const double focus : {0.1, 0.9}) {
    const Result found = compare({plane(0.1, 0.1, 2), fringe(0.9)}, focus, is_edge, disc(), 1);
    EXPECT_GE(found.all, 40) << "focus " << focus;
    EXPECT_GE(found.edges, 35) << "focus " << focus;
  }
}

TEST(LensOracle, EveryShapeBeforeAndBehindTheFocus) {
  for (const Shape& shape : shapes()) {
    for (const double focus : {0.1, 0.9}) {
      const Result found = compare({plane(0.1, 0.1, 2), half(0.9, 1)}, focus, is_edge, shape, 4);
      EXPECT_GE(found.all, 38) << shape.name << ", focus " << focus;
      EXPECT_GE(found.edges, 35) << shape.name << ", focus " << focus;
    }
  }
}

TEST(LensOracle, EveryShapeOnASlantedPlane) {
  for (const Shape& shape : shapes()) {
    for (const double focus : {0.0, 0.5}) {
      const double found = compare({plane(0, 1, 1)}, focus, is_nowhere, shape, 4).all;
      EXPECT_GE(found, 38) << shape.name << ", focus " << focus;
    }
  }
}

// The barrel is as wide as the aperture and off it towards the middle of the photo, so that it cuts the outer side of
// the discs of lights beyond the focus.
TEST(LensOracle, TheCatsEye) {
  constexpr int across = 480, down = 300;
  constexpr double radius = 12;
  const double half_diagonal = 0.5 * std::hypot(across, down);
  const auto color = [](double x, double y, int c) { return std::clamp(texture(x, y, c), 0.0, 1.0); };
  const Image photo = test::make(across, down, test::u16_3, color);
  for (const float cats_eye : {0.5f, 1.0f}) {
    for (const double disparity : {0.0, 1.0}) {
      const Image depth = test::make(across, down, test::f32_1, [&](int, int, int) { return disparity; });
      const LayerView layer{photo, {}, depth};
      BokehOptions options;
      options.f_number = 1;
      options.strength = static_cast<float>(radius / (0.03 * across));
      options.focus_range = 0;
      options.highlight_recovery = 0;
      options.cats_eye = cats_eye;
      const Image out = BokehRenderer(Device::cpu(2), options)
                            .render(LayeredScene::from_layers(Device::cpu(2), &layer, 1),
                                    Focus::on_disparity(static_cast<float>(1 - disparity)));
      double error = 0;
      int count = 0;
      for (int y = 20; y < down - 20; y += 17) {
        for (int x = 20; x < across - 20; x += 17) {
          const double sx = cats_eye * (x + 0.5 - 0.5 * across) / half_diagonal;
          const double sy = cats_eye * (y + 0.5 - 0.5 * down) / half_diagonal;
          const Points points =
              points_of([&](double u, double v) { return in_disc(u, v) && std::hypot(u + sx, v + sy) <= 1; });
          const double side = disparity == 0 ? -radius : radius;
          for (int c = 0; c < 3; ++c) {
            double light = 0;
            for (const auto& [u, v] : points) light += to_linear(color(x + side * u, y + side * v, c)) / samples;
            error += std::pow(test::at(out, x, y, c) - to_code(light), 2);
            ++count;
          }
        }
      }
      EXPECT_GE(-10 * std::log10(error / count), 38) << cats_eye << ", disparity " << disparity;
    }
  }
}

}  // namespace
}  // namespace relievo
