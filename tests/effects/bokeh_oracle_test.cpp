// The lens against rays: each pixel the mean of what 1,024 points of the aperture see, in float64 and linear light, of
// layers whose hidden parts are known.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
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

// Points of the unit disc, evenly spread (Vogel's spiral).
std::vector<std::array<double, 2>> points_of_disc() {
  std::vector<std::array<double, 2>> points;
  for (int i = 0; i < samples; ++i) {
    const double radius = std::sqrt((i + 0.5) / samples), angle = i * 2.399963229728653;
    points.push_back({radius * std::cos(angle), radius * std::sin(angle)});
  }
  return points;
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
    // Where the ray is as far from the pixel as its disparity says.
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

Result compare(const std::vector<Surface>& surfaces, double focus, const std::function<bool(int x, int y)>& is_edge) {
  std::vector<Sheet> sheets;
  std::vector<LayerView> views;
  for (std::size_t i = 0; i < surfaces.size(); ++i) sheets.push_back(sheet_of(surfaces[i], i == 0));
  for (const Sheet& sheet : sheets) views.push_back({sheet.color, sheet.coverage, sheet.disparity});
  const LayeredScene scene = LayeredScene::from_layers(Device::cpu(2), views.data(), static_cast<int>(views.size()));
  BokehOptions options;
  options.f_number = 1;
  options.strength = static_cast<float>(full_radius / (0.03 * width));
  options.focus_range = 0;
  options.highlight_recovery = 0;
  const Image rendered =
      BokehRenderer(Device::cpu(2), options).render(scene, Focus::on_disparity(static_cast<float>(focus)));
  const Lens lens{focus, full_radius};
  const auto points = points_of_disc();
  double error[2] = {}, count[2] = {};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      Rgb mean{};
      for (const auto& [u, v] : points) {
        const Rgb seen = along_ray(surfaces, lens, x, y, u, v);
        for (std::size_t c = 0; c < 3; ++c) mean[c] += seen[c] / samples;
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
    const Result found = compare({plane(0.1, 0.1, 2), half(0.9, 1)}, focus, is_edge);
    EXPECT_GE(found.all, 40) << "focus " << focus;
    EXPECT_GE(found.edges, 35) << "focus " << focus;
  }
}

TEST(LensOracle, ASlantedPlane) {
  for (const double focus : {0.0, 0.5, 0.8}) {
    EXPECT_GE(compare({plane(0, 1, 1)}, focus, is_nowhere).all, 40) << "focus " << focus;
  }
}

TEST(LensOracle, AFringe) {
  for (const double focus : {0.1, 0.9}) {
    const Result found = compare({plane(0.1, 0.1, 2), fringe(0.9)}, focus, is_edge);
    EXPECT_GE(found.all, 40) << "focus " << focus;
    EXPECT_GE(found.edges, 35) << "focus " << focus;
  }
}

}  // namespace
}  // namespace relievo
