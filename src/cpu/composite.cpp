// Layers over one another, and the way into and out of linear light.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/composite.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstring>

#include "core/with_scalar.hpp"
#include "kernels/blend.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

template <int channels, class T>
void MixRow(const T* color, const std::uint8_t* coverage, T* behind, int width) {
  for (int x = 0; x < width; ++x) {
    for (int c = 0; c < channels; ++c) {
      behind[channels * x + c] = mix(color[channels * x + c], behind[channels * x + c], coverage[x]);
    }
  }
}

void Composite(Scalar scalar, const void* color, const std::uint8_t* coverage, void* behind, int width, int channels) {
  if (coverage == nullptr) {
    std::memcpy(behind, color, std::size_t(width) * std::size_t(channels * bytes_of(scalar)));
    return;
  }
  with_scalar(scalar, [&](auto t) {
    using T = decltype(t);
    const T* const front = static_cast<const T*>(color);
    T* const back = static_cast<T*>(behind);
    if (channels == 1) {
      MixRow<1>(front, coverage, back, width);
    } else if (channels == 3) {
      MixRow<3>(front, coverage, back, width);
    } else {
      MixRow<4>(front, coverage, back, width);
    }
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "cpu/composite.hpp"
#include "cpu/cpu_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(Composite);

}  // namespace

CompositeRow composite_row() { return HWY_DYNAMIC_DISPATCH(Composite); }

void CpuEngine::flatten(const LayerView* layers, int count, const MutableImageView& out) {
  const auto composite = composite_row();
  const PixelFormat format = out.format;
  parallel_rows(out.height, 32, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      if (!layers[0].coverage.empty()) {
        std::memset(out.row<char>(y), 0, std::size_t(out.width) * std::size_t(format.bytes()));
      }
      for (int i = 0; i < count; ++i) {
        const ImageView& coverage = layers[i].coverage;
        composite(format.scalar, layers[i].color.row<char>(y),
                  coverage.empty() ? nullptr : coverage.row<std::uint8_t>(y), out.row<char>(y), out.width,
                  format.channels);
      }
    }
  });
}

void CpuEngine::visible_disparity(const LayerView* layers, int count, const MutableImageView& out) {
  parallel_rows(out.height, 32, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      float* const to = out.row<float>(y);
      std::memcpy(to, layers[0].disparity.row<float>(y), std::size_t(out.width) * sizeof(float));
      for (int i = 1; i < count; ++i) {
        const float* const from = layers[i].disparity.row<float>(y);
        const std::uint8_t* const cover =
            layers[i].coverage.empty() ? nullptr : layers[i].coverage.row<std::uint8_t>(y);
        for (int x = 0; x < out.width; ++x) {
          if (cover == nullptr || cover[x] >= 128) to[x] = from[x];
        }
      }
    }
  });
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
