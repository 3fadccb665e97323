// Quantiles of a sample.
#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
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

struct Range {
  float least = std::numeric_limits<float>::infinity(), most = -least;
};

// NaN counts as nothing.
Range range_of_rows(const ImageView& in, int first, int last) {
  // As many at once as fill vectors.
  constexpr int lanes = 16;
  float least[lanes], most[lanes];
  std::fill_n(least, lanes, Range().least);
  std::fill_n(most, lanes, Range().most);
  for (int y = first; y < last; ++y) {
    const float* const row = in.row<float>(y);
    const auto add = [&](int x, int count) {
      for (int i = 0; i < count; ++i) {
        least[i] = row[x + i] < least[i] ? row[x + i] : least[i];
        most[i] = row[x + i] > most[i] ? row[x + i] : most[i];
      }
    };
    int x = 0;
    for (; x + lanes <= in.width; x += lanes) add(x, lanes);
    add(x, in.width - x);
  }
  return {*std::min_element(least, least + lanes), *std::max_element(most, most + lanes)};
}

}  // namespace

void CpuEngine::quantiles(const ImageView& in, const ImageView& coverage, const double* at, int count,
                          const MutableImageView& out) {
  float* const result = out.row<float>(0);
  Range range;
  std::mutex mutex;
  parallel_rows(in.height, 64, [&](int first, int last, ThreadScratch&) {
    const Range found = range_of_rows(in, first, last);
    const std::lock_guard lock(mutex);
    range = {std::min(range.least, found.least), std::max(range.most, found.most)};
  });
  result[0] = range.least + 0.0f;
  result[1] = range.most + 0.0f;
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
