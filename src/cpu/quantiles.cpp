// Quantiles of a sample.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cpu/cpu_engine.hpp"
#include "kernels/order.hpp"

namespace relievo {
inline namespace v1 {
namespace {

std::vector<std::uint32_t> take_sample(const ImageView& in, const ImageView& coverage) {
  const std::int64_t pixels = std::int64_t{in.width} * in.height, step = sample_step(pixels);
  std::vector<std::uint32_t> sample;
  sample.reserve(static_cast<std::size_t>((pixels + step - 1) / step));
  std::int64_t x = 0;
  for (int y = 0; y < in.height; ++y) {
    const float* const row = in.row<float>(y);
    const std::uint8_t* const cover = coverage.empty() ? nullptr : coverage.row<std::uint8_t>(y);
    for (; x < in.width; x += step) {
      if (!std::isnan(row[x]) && (cover == nullptr || cover[x] >= 128)) sample.push_back(order_key(row[x]));
    }
    x -= in.width;
  }
  return sample;
}

}  // namespace

void CpuEngine::quantiles(const ImageView& in, const ImageView& coverage, const double* at, int count,
                          const MutableImageView& out) {
  float* const result = out.row<float>(0);
  float least = std::numeric_limits<float>::infinity(), most = -least;
  for (int y = 0; y < in.height; ++y) {
    const float* const row = in.row<float>(y);
    for (int x = 0; x < in.width; ++x) {
      least = row[x] < least ? row[x] : least;
      most = row[x] > most ? row[x] : most;
    }
  }
  result[0] = least + 0.0f;
  result[1] = most + 0.0f;
  std::vector<std::uint32_t> sample = take_sample(in, coverage);
  for (int i = 0; i < count; ++i) {
    if (sample.empty()) {
      result[2 + i] = std::numeric_limits<float>::quiet_NaN();
      continue;
    }
    const auto found =
        sample.begin() + static_cast<std::ptrdiff_t>(quantile_rank(at[i], static_cast<std::int64_t>(sample.size())));
    std::nth_element(sample.begin(), found, sample.end());
    result[2 + i] = from_order_key(*found);
  }
}

}  // namespace v1
}  // namespace relievo
