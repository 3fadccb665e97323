#include "effects/grain.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/with_scalar.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr int patch = 8;
// Of the patches of a brightness, sorted, the noise is that of the one at this share; of noise alone the patches there
// have `share_of_noise` of its deviation.
constexpr double rank = 0.2, share_of_noise = 0.87;
// As few tell nothing.
constexpr std::size_t least_patches = 12;

std::vector<float> luma_of(const ImageView& photo) {
  std::vector<float> luma;
  luma.reserve(static_cast<std::size_t>(photo.width) * photo.height);
  with_scalar(photo.format.scalar, [&](auto t) {
    for (int y = 0; y < photo.height; ++y) {
      const auto* const row = photo.row<decltype(t)>(y);
      for (int x = 0; x < photo.width; ++x) {
        luma.push_back(photo.format.channels == 1
                           ? to_unit(row[x])
                           : luma_709(to_unit(row[3 * x]), to_unit(row[3 * x + 1]), to_unit(row[3 * x + 2])));
      }
    }
  });
  return luma;
}

}  // namespace

Grain grain_of(const ImageView& photo) {
  const std::vector<float> luma = luma_of(photo);
  const auto at = [&](int x, int y) { return double{luma[static_cast<std::size_t>(y) * photo.width + x]}; };
  std::vector<double> found[Grain::steps + 1];
  for (int top = 1; top + patch < photo.height; top += patch) {
    for (int left = 1; left + patch < photo.width; left += patch) {
      double squares = 0, sum = 0, least = 1, most = 0;
      for (int y = top; y < top + patch; ++y) {
        for (int x = left; x < left + patch; ++x) {
          const double corners = at(x - 1, y - 1) + at(x + 1, y - 1) + at(x - 1, y + 1) + at(x + 1, y + 1);
          const double sides = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1);
          const double off = corners - 2 * sides + 4 * at(x, y);
          squares += off * off;
          sum += at(x, y);
          least = std::min(least, at(x, y));
          most = std::max(most, at(x, y));
        }
      }
      // Clipped black and white have lost theirs.
      if (least <= 0 || most >= 1) continue;
      const double mean = sum / (patch * patch);
      found[std::lround(mean * Grain::steps)].push_back(std::sqrt(squares / (patch * patch)) / 6);
    }
  }
  Grain grain;
  bool known[Grain::steps + 1] = {};
  for (int i = 0; i <= Grain::steps; ++i) {
    std::vector<double>& values = found[i];
    if (values.size() < least_patches) continue;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(rank * static_cast<double>(values.size()));
    std::nth_element(values.begin(), middle, values.end());
    grain.sigma[i] = static_cast<float>(*middle / share_of_noise);
    known[i] = true;
  }
  for (int i = 0; i <= Grain::steps; ++i) {
    for (int away = 1; away <= Grain::steps && !known[i]; ++away) {
      for (const int from : {i - away, i + away}) {
        if (grain.sigma[i] == 0 && from >= 0 && from <= Grain::steps && known[from]) grain.sigma[i] = grain.sigma[from];
      }
      if (grain.sigma[i] > 0) break;
    }
  }
  return grain;
}

}  // namespace v1
}  // namespace relievo
