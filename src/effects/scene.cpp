#include "effects/scene.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "kernels/half.hpp"

namespace relievo {
inline namespace v1 {
namespace {

template <class T>
struct Code {
  static constexpr float unseen = static_cast<float>(std::numeric_limits<T>::max()) / 64;
  static float load(T value) { return static_cast<float>(value); }
  static T store(float value) {
    return static_cast<T>(std::clamp(value, 0.0f, static_cast<float>(std::numeric_limits<T>::max())) + 0.5f);
  }
  static float clamp(float value) { return std::clamp(value, 0.0f, static_cast<float>(std::numeric_limits<T>::max())); }
};
template <>
struct Code<float> {
  static constexpr float unseen = 1.0f / 64;
  static float load(float value) { return value; }
  static float store(float value) { return value; }
  static float clamp(float value) { return std::max(value, 0.0f); }
};
struct HalfCode {
  static constexpr float unseen = 1.0f / 64;
  static float load(std::uint16_t value) { return half_to_float(value); }
  static std::uint16_t store(float value) { return float_to_half(value); }
  static float clamp(float value) { return std::max(value, 0.0f); }
};

// Compositing equation I = a F + (1 - a) B. The plain solution for F amplifies noise where a is
// small, so it is damped there. B takes up a little of what then misses I, too little to be seen: more
// would draw the subject's outline into the background wherever the matte is wrong.
template <class T, class Coder>
void solve(const ImageView& photo, const ImageView& coverage, const MutableImageView& front,
           const MutableImageView& back) {
  const int channels = photo.format.channels;
  for (int y = 0; y < photo.height; ++y) {
    const T* in = photo.row<T>(y);
    const std::uint8_t* cover = coverage.row<std::uint8_t>(y);
    T* f = front.row<T>(y);
    T* b = back.row<T>(y);
    for (int x = 0; x < photo.width; ++x) {
      if (cover[x] == 0 || cover[x] == 255) continue;
      const float a = static_cast<float>(cover[x]) / 255.0f;
      const float gain = a * (1 - a) / (a * a + 0.03f);
      for (int c = x * channels; c < (x + 1) * channels; ++c) {
        const float value = Coder::load(in[c]), behind = Coder::load(b[c]);
        const float solved = Coder::clamp(value + (value - behind) * gain);
        const float missing = value - a * solved - (1 - a) * behind;
        const float rest = Coder::clamp(behind + std::clamp(missing, -Coder::unseen, Coder::unseen));
        f[c] = Coder::store(solved);
        b[c] = Coder::store(rest);
      }
    }
  }
}

}  // namespace

std::vector<LayerView> LayeredScene::Impl::views() const {
  std::vector<LayerView> out;
  for (const Layer& layer : layers) out.push_back(layer.view());
  return out;
}

void decontaminate_edges(const ImageView& photo, const ImageView& coverage, const MutableImageView& front,
                         const MutableImageView& back) {
  switch (photo.format.scalar) {
    case Scalar::u8:
      return solve<std::uint8_t, Code<std::uint8_t>>(photo, coverage, front, back);
    case Scalar::u16:
      return solve<std::uint16_t, Code<std::uint16_t>>(photo, coverage, front, back);
    case Scalar::f16:
      return solve<std::uint16_t, HalfCode>(photo, coverage, front, back);
    case Scalar::f32:
      return solve<float, Code<float>>(photo, coverage, front, back);
  }
}

DisparityStatistics disparity_statistics(const ImageView& disparity, const ImageView& coverage) {
  std::vector<float> sample;
  const std::int64_t count = std::int64_t{disparity.width} * disparity.height;
  const std::int64_t step = std::max<std::int64_t>(1, count >> 20);
  std::int64_t index = 0;
  DisparityStatistics out{INFINITY, 0, -INFINITY};
  for (int y = 0; y < disparity.height; ++y) {
    const float* row = disparity.row<float>(y);
    for (int x = 0; x < disparity.width; ++x, ++index) {
      out.minimum = std::min(out.minimum, row[x]);
      out.maximum = std::max(out.maximum, row[x]);
      if (index % step == 0 && (coverage.data == nullptr || coverage.row<std::uint8_t>(y)[x] >= 128)) {
        sample.push_back(row[x]);
      }
    }
  }
  if (sample.empty()) {
    out.median = (out.minimum + out.maximum) / 2;
  } else {
    const auto middle = sample.begin() + static_cast<std::ptrdiff_t>(sample.size() / 2);
    std::nth_element(sample.begin(), middle, sample.end());
    out.median = *middle;
  }
  return out;
}

}  // namespace v1
}  // namespace relievo
