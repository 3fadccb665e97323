#include "core/quantiles.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/order.hpp"

namespace relievo {
inline namespace v1 {
namespace {

void find_extremes(const ImageView& in, std::uint32_t& least, std::uint32_t& most) {
  for (int y = 0; y < in.height; ++y) {
    const float* const row = in.row<float>(y);
    for (int x = 0; x < in.width; ++x) {
      // A key above all and one below all, which nothing replaces: without a branch the loop runs in vectors.
      const bool known = row[x] == row[x];
      const std::uint32_t key = order_key(row[x]);
      least = std::min(least, known ? key : 0xffffffffu);
      most = std::max(most, known ? key : 0u);
    }
  }
}

std::vector<std::uint32_t> take_sample(const ImageView& in, const ImageView& coverage) {
  const std::int64_t pixels = std::int64_t{in.width} * in.height, step = sample_step(pixels);
  std::vector<std::uint32_t> sample;
  sample.reserve(static_cast<std::size_t>((pixels + step - 1) / step));
  for (std::int64_t index = 0; index < pixels; index += step) {
    const auto x = static_cast<int>(index % in.width), y = static_cast<int>(index / in.width);
    const float value = in.row<float>(y)[x];
    if (std::isnan(value)) continue;
    if (!coverage.empty() && coverage.row<std::uint8_t>(y)[x] < 128) continue;
    sample.push_back(order_key(value));
  }
  return sample;
}

}  // namespace

void find_quantiles(const ImageView& in, const ImageView& coverage, const double* at, int count, float* out) {
  std::uint32_t least = 0xffffffffu, most = 0;
  find_extremes(in, least, most);
  constexpr float infinity = std::numeric_limits<float>::infinity();
  out[0] = most > 0 ? from_order_key(least) : infinity;
  out[1] = most > 0 ? from_order_key(most) : -infinity;
  std::vector<std::uint32_t> sample = take_sample(in, coverage);
  for (int i = 0; i < count; ++i) {
    if (sample.empty()) {
      out[2 + i] = std::numeric_limits<float>::quiet_NaN();
      continue;
    }
    const auto found =
        sample.begin() + static_cast<std::ptrdiff_t>(quantile_rank(at[i], static_cast<std::int64_t>(sample.size())));
    std::nth_element(sample.begin(), found, sample.end());
    out[2 + i] = from_order_key(*found);
  }
}

}  // namespace v1
}  // namespace relievo
