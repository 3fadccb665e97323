#include "scenes/photograph.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "kernels/noise.hpp"
#include "kernels/transfer.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {
namespace {

using Pixels = std::vector<Vec3>;

struct Picture {
  int width, height;
  Pixels pixels;

  Vec3* row(int y) { return pixels.data() + std::ptrdiff_t(y) * width; }
  const Vec3* row(int y) const { return pixels.data() + std::ptrdiff_t(y) * width; }
};

float luma(Vec3 v) { return 0.2126f * v.x + 0.7152f * v.y + 0.0722f * v.z; }

// Vogel's spiral: taps of equal area.
constexpr int taps = 28;
struct Tap {
  float x, y, r;
};
const std::array<Tap, taps>& spiral() {
  static const std::array<Tap, taps> made = [] {
    std::array<Tap, taps> all{};
    for (int i = 0; i < taps; ++i) {
      const float r = std::sqrt((float(i) + 0.5f) / float(taps)), angle = float(i) * 2.39996323f;
      all[std::size_t(i)] = {r * std::cos(angle), r * std::sin(angle), r};
    }
    return all;
  }();
  return made;
}

// Light of pixels that are out of focus, spread over their circles: what is farther does not cover what is sharp and
// nearer.
void defocus(Picture& picture, const ImageView& depth, const Lens& lens) {
  const int width = picture.width, height = picture.height;
  std::vector<float> disparity(picture.pixels.size()), radius(picture.pixels.size());
  constexpr int cell = 8;
  const int columns = (width + cell - 1) / cell, rows = (height + cell - 1) / cell;
  std::vector<float> largest(std::size_t(columns) * std::size_t(rows), 0);
  for (int y = 0; y < height; ++y) {
    const float* z = depth.row<float>(y);
    for (int x = 0; x < width; ++x) {
      const std::size_t i = std::size_t(y) * std::size_t(width) + std::size_t(x);
      disparity[i] = std::isfinite(z[x]) ? 1 / z[x] : 0;
      radius[i] = std::min(lens.blur_limit, lens.blur * std::fabs(disparity[i] - lens.focus));
      float& most = largest[std::size_t(y / cell) * std::size_t(columns) + std::size_t(x / cell)];
      most = std::max(most, radius[i]);
    }
  }
  const Pixels sharp = picture.pixels;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      float reach = 0;
      for (int j = std::max(y / cell - 1, 0); j <= std::min(y / cell + 1, rows - 1); ++j) {
        for (int i = std::max(x / cell - 1, 0); i <= std::min(x / cell + 1, columns - 1); ++i) {
          reach = std::max(reach, largest[std::size_t(j) * std::size_t(columns) + std::size_t(i)]);
        }
      }
      if (reach < 0.6f) continue;
      const std::size_t own = std::size_t(y) * std::size_t(width) + std::size_t(x);
      const float own_area = 1 / (radius[own] * radius[own] + 0.3f);
      Vec3 sum = sharp[own] * own_area;
      float weight = own_area;
      const float share = reach * reach / float(taps);  // of the disc's area, in px over pi
      for (const Tap& tap : spiral()) {
        const int px = std::clamp(floor_int(float(x) + 0.5f + tap.x * reach), 0, width - 1);
        const int py = std::clamp(floor_int(float(y) + 0.5f + tap.y * reach), 0, height - 1);
        const std::size_t i = std::size_t(py) * std::size_t(width) + std::size_t(px);
        const float r = disparity[i] > disparity[own] ? radius[i] : std::min(radius[i], radius[own]);
        if (r < tap.r * reach) continue;
        const float w = share / (r * r + 0.3f);
        sum = sum + sharp[i] * w;
        weight += w;
      }
      picture.pixels[own] = sum * (1 / weight);
    }
  }
}

// Code values by the square root of light, which spaces them nearly evenly.
constexpr int curve_steps = 1024;
const std::array<float, curve_steps + 2>& srgb_curve() {
  static const std::array<float, curve_steps + 2> made = [] {
    std::array<float, curve_steps + 2> all{};
    for (int i = 0; i < curve_steps + 2; ++i) {
      const float root = float(i) / curve_steps;
      all[std::size_t(i)] = from_linear(0, root * root);
    }
    return all;
  }();
  return made;
}

void develop(Picture& picture, const Lens& lens) {
  const auto& curve = srgb_curve();
  float logs = 0;
  int counted = 0;
  for (std::size_t i = 0; i < picture.pixels.size(); i += 5, ++counted)
    logs += std::log(luma(picture.pixels[i]) + 1e-4f);
  const float gain = lens.exposure * 0.16f / std::exp(logs / float(counted));
  const float cx = 0.5f * float(picture.width), cy = 0.5f * float(picture.height);
  const float corner = 1 / (cx * cx + cy * cy);
  for (int y = 0; y < picture.height; ++y) {
    Vec3* row = picture.row(y);
    for (int x = 0; x < picture.width; ++x) {
      const float dx = float(x) + 0.5f - cx, dy = float(y) + 0.5f - cy;
      Vec3 v = row[x] * lens.white * (gain * (1 - lens.vignette * (dx * dx + dy * dy) * corner));
      const auto code = [&](float light) {
        // Reinhard's shoulder: twice white saturates.
        const float soft = light * (1 + light * 0.16f) / (1 + light * 0.55f);
        const float at = std::sqrt(std::clamp(soft, 0.0f, 1.0f)) * curve_steps;
        const int i = static_cast<int>(at);
        const float c = mix(curve[std::size_t(i)], curve[std::size_t(i + 1)], at - float(i));
        return 0.45f + (c - 0.45f) * lens.contrast;
      };
      v = {code(v.x), code(v.y), code(v.z)};
      const float grey = luma(v);
      v = Vec3{grey, grey, grey} + (v - Vec3{grey, grey, grey}) * lens.saturation;
      if (lens.noise > 0) {
        // Triangular noise of four bytes: one for light, the others for colour.
        const std::uint32_t h = cell_hash(x, y, 0, lens.seed), k = mixed(h ^ lens.seed);
        const auto bytes = [](std::uint32_t bits) { return (float(bits & 255) + float(bits >> 8 & 255) - 255) / 104; };
        const float sigma = lens.noise * (0.6f + 0.8f * (1 - grey));
        const float all = bytes(h);
        v = v +
            Vec3{0.8f * all + 0.6f * bytes(h >> 16), 0.8f * all + 0.4f * bytes(k), 0.8f * all + 0.7f * bytes(k >> 16)} *
                sigma;
      }
      row[x] = v;
    }
  }
}

void soften(Picture& picture, float share) {
  const float own = 1 - 2 * share;
  for (int y = 0; y < picture.height; ++y) {
    Vec3* row = picture.row(y);
    Vec3 before = row[0];
    for (int x = 0; x < picture.width; ++x) {
      const Vec3 here = row[x], after = row[std::min(x + 1, picture.width - 1)];
      row[x] = here * own + (before + after) * share;
      before = here;
    }
  }
  Pixels above(picture.row(0), picture.row(0) + picture.width);
  for (int y = 0; y < picture.height; ++y) {
    Vec3* row = picture.row(y);
    const Vec3* below = picture.row(std::min(y + 1, picture.height - 1));
    for (int x = 0; x < picture.width; ++x) {
      const Vec3 here = row[x];
      row[x] = here * own + (above[std::size_t(x)] + below[x]) * share;
      above[std::size_t(x)] = here;
    }
  }
}

// Blocks of 8 x 8 as JPEG keeps them: cosine coefficients in steps that grow with frequency, colour more coarsely.
void compress(Picture& picture, float step) {
  static const auto cosine = [] {
    std::array<std::array<float, 8>, 8> all{};
    for (int u = 0; u < 8; ++u) {
      for (int x = 0; x < 8; ++x) {
        all[std::size_t(u)][std::size_t(x)] =
            (u == 0 ? std::sqrt(0.125f) : 0.5f) * std::cos(float(2 * x + 1) * float(u) * 3.14159265f / 16);
      }
    }
    return all;
  }();
  const auto transform = [](float(&block)[8][8], bool back) {
    for (int pass = 0; pass < 2; ++pass) {
      float out[8][8] = {};
      for (int i = 0; i < 8; ++i) {
        for (int k = 0; k < 8; ++k) {
          const float v = block[i][k];
          // Transposed on the way out, so that the second pass takes the other direction.
          for (int u = 0; u < 8; ++u) {
            out[i][u] += v * (back ? cosine[std::size_t(k)][std::size_t(u)] : cosine[std::size_t(u)][std::size_t(k)]);
          }
        }
      }
      for (int i = 0; i < 8; ++i) {
        for (int u = 0; u < 8; ++u) block[u][i] = out[i][u];
      }
    }
  };
  for (int y0 = 0; y0 < picture.height; y0 += 8) {
    for (int x0 = 0; x0 < picture.width; x0 += 8) {
      float planes[3][8][8];
      for (int y = 0; y < 8; ++y) {
        const Vec3* row = picture.row(std::min(y0 + y, picture.height - 1));
        for (int x = 0; x < 8; ++x) {
          const Vec3 v = row[std::min(x0 + x, picture.width - 1)] * 255;
          const float grey = 0.299f * v.x + 0.587f * v.y + 0.114f * v.z;
          planes[0][y][x] = grey - 128;
          planes[1][y][x] = 0.564f * (v.z - grey);
          planes[2][y][x] = 0.713f * (v.x - grey);
        }
      }
      for (int c = 0; c < 3; ++c) {
        transform(planes[c], false);
        for (int v = 0; v < 8; ++v) {
          for (int u = 0; u < 8; ++u) {
            const float q = step * (c == 0 ? 1.0f : 1.6f) * (1 + 0.45f * float(u + v));
            float& p = planes[c][v][u];
            p = float(floor_int(p / q + 0.5f)) * q;
          }
        }
        transform(planes[c], true);
      }
      for (int y = y0; y < std::min(y0 + 8, picture.height); ++y) {
        Vec3* row = picture.row(y);
        for (int x = x0; x < std::min(x0 + 8, picture.width); ++x) {
          const float grey = planes[0][y - y0][x - x0] + 128, cb = planes[1][y - y0][x - x0],
                      cr = planes[2][y - y0][x - x0];
          row[x] = Vec3{grey + 1.403f * cr, grey - 0.344f * cb - 0.714f * cr, grey + 1.773f * cb} * (1.0f / 255);
        }
      }
    }
  }
}

}  // namespace

Lens any_lens(Random& random, float near, float focus) {
  Lens lens;
  lens.focus = focus;
  if (random.chance(0.3f)) lens.blur = random.between(1, 7) / std::max(near, 1e-3f);
  lens.blur_limit = 7;
  lens.exposure = random.between(0.6f, 1.7f);
  const float warm = 1 + 0.12f * random.normal(), tint = 1 + 0.04f * random.normal();
  lens.white = {warm, tint, 1 / std::max(warm, 0.5f)};
  lens.vignette = random.chance(0.5f) ? random.between(0, 0.5f) : 0;
  lens.noise = random.chance(0.7f) ? 0.025f * random.unit() * random.unit() + 0.003f : 0;
  lens.contrast = random.between(0.85f, 1.2f);
  lens.saturation = random.chance(0.06f) ? 0 : random.between(0.6f, 1.25f);
  lens.softness = random.chance(0.6f) ? random.between(0, 0.22f) : 0;
  lens.compression = random.chance(0.5f) ? random.between(2, 14) : 0;
  lens.seed = random.seed();
  return lens;
}

Image photograph(const ImageView& color, const ImageView& depth, const Lens& lens) {
  Picture picture{color.width, color.height, Pixels(std::size_t(color.width) * std::size_t(color.height))};
  for (int y = 0; y < color.height; ++y) {
    const float* from = color.row<float>(y);
    Vec3* to = picture.row(y);
    for (int x = 0; x < color.width; ++x) to[x] = {from[3 * x], from[3 * x + 1], from[3 * x + 2]};
  }
  if (lens.blur > 0) defocus(picture, depth, lens);
  develop(picture, lens);
  if (lens.softness > 0) soften(picture, lens.softness);
  if (lens.compression > 0) compress(picture, lens.compression);
  Image out(color.width, color.height, {Scalar::u8, 3});
  for (int y = 0; y < color.height; ++y) {
    const Vec3* from = picture.row(y);
    std::uint8_t* to = out.row<std::uint8_t>(y);
    for (int x = 0; x < color.width; ++x) {
      const float codes[3] = {from[x].x, from[x].y, from[x].z};
      for (int c = 0; c < 3; ++c)
        to[3 * x + c] = static_cast<std::uint8_t>(std::clamp(codes[c], 0.0f, 1.0f) * 255 + 0.5f);
    }
  }
  return out;
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
