// Cutting a photo into layers (kernels/layers.hpp).
#include "kernels/layers.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/layer_pixels.hpp"
#include "core/with_scalar.hpp"
#include "cpu/cpu_engine.hpp"
#include "cpu/extremes.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr int band = 32;

template <class Body>
void with_pixels(const LayerSources& from, const Body& body) {
  with_scalar(from.color.format.scalar, [&](auto t) {
    using T = decltype(t);
    if (from.color.format.channels == 1) {
      body(layer_pixels<T, 1>(from), t, std::integral_constant<int, 1>{});
    } else {
      body(layer_pixels<T, 3>(from), t, std::integral_constant<int, 3>{});
    }
  });
}

}  // namespace

void CpuEngine::layer_sites(const ImageView& disparity, const ImageView& near, const ImageView& matte,
                            const LayerCuts& cuts, const MutableImageView& front, const MutableImageView& back,
                            const MutableImageView& rim) {
  const int width = disparity.width, height = disparity.height;
  parallel_rows(height, band, [&](int first, int last, ThreadScratch& scratch) {
    const Extremes extremes(scratch, width);
    for (int y = first; y < last; ++y) {
      extremes.around(disparity, y, cuts.reach, 1);
      const float* const row = disparity.row<float>(y);
      const std::uint8_t* const cover = matte.empty() ? nullptr : matte.row<std::uint8_t>(y);
      for (int x = 0; x < width; ++x) {
        LayerSite site;
        if (cover != nullptr && cover[x] != 0 && cover[x] != 255) {
          site = matte_site(cuts, row[x], near.row<float>(y)[x]);
        } else {
          const auto layer = static_cast<std::uint8_t>(cuts.layer_of(extremes.least[x]));
          if (cuts.layer_of(extremes.most[x]) == layer) {
            site = {layer, layer, inside_rim};
          } else {
            site = layer_site(x, y, width, height, cuts, [&](int u, int v) { return disparity.row<float>(v)[u]; });
          }
        }
        front.row<std::uint8_t>(y)[x] = site.front;
        back.row<std::uint8_t>(y)[x] = site.back;
        rim.row<std::uint8_t>(y)[x] = site.rim;
      }
    }
  });
}

void CpuEngine::layer_means(const ImageView& color, const ImageView& disparity, const ImageView& front,
                            const ImageView& rim, const LayerCuts& cuts, int cell, const MutableImageView& out,
                            const MutableImageView& known) {
  const int columns = known.width, cells_down = known.height / cuts.count, colors = color.format.channels;
  parallel_rows(cells_down, 4, [&](int first, int last, ThreadScratch& scratch) {
    // Sums of a row of cells, and how many pixels.
    constexpr int values = 5;
    const std::size_t size = std::size_t(columns) * std::size_t(cuts.count) * values;
    float* const sums = scratch.take<float>(size);
    for (int row = first; row < last; ++row) {
      std::fill_n(sums, size, 0.0f);
      with_scalar(color.format.scalar, [&](auto t) {
        using T = decltype(t);
        for (int y = row * cell; y < std::min(color.height, (row + 1) * cell); ++y) {
          const T* pixel = color.row<T>(y);
          const std::uint8_t* const layer = front.row<std::uint8_t>(y);
          const std::uint8_t* const inside = rim.row<std::uint8_t>(y);
          const float* const d = disparity.row<float>(y);
          for (int column = 0, x = 0; column < columns; ++column) {
            for (const int end = std::min(color.width, x + cell); x < end; ++x, pixel += colors) {
              const float weight = mean_weight(cuts, inside[x], layer[x], d[x]);
              if (weight == 0) continue;
              float* const sum = sums + (std::ptrdiff_t{layer[x]} * columns + column) * values;
              for (int k = 0; k < colors; ++k) sum[k] += weight * to_float(pixel[k]);
              sum[3] += weight * d[x];
              sum[4] += weight;
            }
          }
        }
        for (int layer = 0; layer < cuts.count; ++layer) {
          std::uint8_t* const any = known.row<std::uint8_t>(layer * cells_down + row);
          for (int column = 0; column < columns; ++column) {
            const float* const sum = sums + (std::ptrdiff_t{layer} * columns + column) * values;
            const float scale = sum[4] > 0 ? 1 / sum[4] : 0;
            any[column] = sum[4] > 0 ? 255 : 0;
            for (int k = 0; k < 4; ++k) {
              out.row<float>((4 * layer + k) * cells_down + row)[column] =
                  sum[k] * scale / (k < 3 ? full_scale<T> : 1.0f);
            }
          }
        }
      });
    }
  });
}

void CpuEngine::layers_behind(const ImageView& front, const ImageView& covers, int cell, const MutableImageView& back) {
  parallel_rows(front.height, band, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      const std::uint8_t* const nearest = front.row<std::uint8_t>(y);
      const auto* const bits = reinterpret_cast<const LayerBits*>(covers.row<std::uint8_t>(y / cell));
      std::uint8_t* const to = back.row<std::uint8_t>(y);
      for (int column = 0, x = 0; x < front.width; ++column) {
        const LayerBits here = bits[column] & ((LayerBits{1} << slope_bit) - 1);
        // Most cells have only their own layer.
        const bool one = (here & (here - 1)) == 0;
        for (const int end = std::min(front.width, x + cell); x < end; ++x) {
          if (one && (here >> nearest[x] & 1u) != 0 && to[x] == nearest[x]) continue;
          to[x] = layer_behind(nearest[x], to[x], here);
        }
      }
    }
  });
}

void CpuEngine::guess_behind(const LayerSources& from, const MutableImageView& out) {
  with_pixels(from, [&](const auto& pixels, auto t, auto channels) {
    using T = decltype(t);
    parallel_rows(out.height, band, [&](int first, int last, ThreadScratch&) {
      for (int y = first; y < last; ++y) {
        T* const row = out.row<T>(y);
        std::memcpy(static_cast<void*>(row), from.color.row<T>(y), std::size_t(out.width) * channels * sizeof(T));
        for (int x = 0; x < out.width; ++x) {
          if (pixels.back.row(y)[x] < pixels.front.row(y)[x]) pixels.guess(x, y, row + channels * x);
        }
      }
    });
  });
}

void CpuEngine::compose_layer(const LayerSources& from, int index, const MutableImageView& color,
                              const MutableImageView& coverage, const MutableImageView& disparity) {
  with_pixels(from, [&](const auto& pixels, auto t, auto channels) {
    using T = decltype(t);
    parallel_rows(color.height, band, [&](int first, int last, ThreadScratch& scratch) {
      std::uint8_t* const unseen = scratch.take<std::uint8_t>(std::size_t(color.width));
      for (int y = first; y < last; ++y) {
        T* const to = color.row<T>(y);
        std::uint8_t* const cover = coverage.empty() ? unseen : coverage.row<std::uint8_t>(y);
        float* const value = disparity.row<float>(y);
        const std::uint8_t* const shown = pixels.front.row(y);
        const std::uint8_t *const rim = pixels.rim.row(y), *const back = pixels.back.row(y);
        const LayerBits* const covers = pixels.covers.row(y / from.cell);
        for (int x = 0; x < color.width;) {
          const int cell = x / from.cell, end = std::min(color.width, (cell + 1) * from.cell);
          const bool absent = index > 0 && (covers[cell] & (LayerBits{1} << slope_bit | 1u) << index) == 0;
          const auto beyond = [&](int i) {
            return shown[i] < index || (absent && shown[i] > index && (back[i] & ~goes_on) != index);
          };
          bool all_beyond = true;
          for (int i = x; i < end && all_beyond; ++i) all_beyond = beyond(i);
          // Most cells lie beyond the layer or within it.
          if (all_beyond) {
            pixels.at(index, x, y, to + channels * x, cover[x], value[x]);
            for (int i = x + 1; i < end; ++i) std::copy_n(to + channels * x, int{channels}, to + channels * i);
            std::fill(cover + x + 1, cover + end, cover[x]);
            std::fill(value + x + 1, value + end, value[x]);
          } else if (std::all_of(shown + x, shown + end, [&](std::uint8_t f) { return f == index; }) &&
                     std::all_of(rim + x, rim + end, [](std::uint8_t r) { return r == inside_rim; })) {
            std::copy(pixels.color.row(y) + channels * x, pixels.color.row(y) + channels * end, to + channels * x);
            std::fill(cover + x, cover + end, std::uint8_t{255});
            std::copy(pixels.disparity.row(y) + x, pixels.disparity.row(y) + end, value + x);
          } else {
            for (int i = x; i < end; ++i) pixels.at(index, i, y, to + channels * i, cover[i], value[i]);
          }
          x = end;
        }
      }
    });
  });
}

}  // namespace v1
}  // namespace relievo
