// Cutting a photo into layers by its disparity, pixel by pixel.
#pragma once

#include <cstdint>

#include "kernels/blend.hpp"
#include "kernels/decontaminate.hpp"
#include "kernels/host_device.hpp"
#include "kernels/layer_cuts.hpp"
#include "kernels/rows.hpp"
#include "kernels/sampling.hpp"
#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {

/// What a pixel shows.
struct LayerSite {
  std::uint8_t front;  ///< the nearest layer that may be seen in it
  std::uint8_t back;   ///< the layer behind that; `front` where there is none
  std::uint8_t rim;    ///< of 255, what `front` covers of it as far as disparity tells; or one of the two below
};
/// In `rim`: all of the pixel is of its front; the matte says how much is.
constexpr std::uint8_t inside_rim = 255, matte_rim = 254;
/// In `back`: the photo's pixel belongs to this layer, too, since disparity goes on from one to the other.
constexpr std::uint8_t goes_on = 0x80;

/// The layers that cover a cell, bit i for layer i; and bit slope_bit + i where layer i goes on in the photo's own
/// pixels, since disparity leads from it to what is seen there without a step.
using LayerBits = std::uint32_t;
constexpr int slope_bit = 16;
static_assert(most_layers <= slope_bit);
RELIEVO_HD inline int nearest_of(LayerBits bits) {
  int layer = -1;
  for (int i = 0; i < most_layers; ++i) layer = (bits >> i & 1u) != 0 ? i : layer;
  return layer;
}

/// The site of (x, y) by disparity alone; `disparity(x, y)` is asked within the picture.
template <class Disparity>
RELIEVO_HD LayerSite layer_site(int x, int y, int width, int height, const LayerCuts& cuts,
                                const Disparity& disparity) {
  const float here = disparity(x, y);
  const int own = cuts.layer_of(here);
  const int none = cuts.reach + 1;
  int front = own, to_near = none, to_far = none, linked = -1;
  for (int v = y - cuts.reach; v <= y + cuts.reach; ++v) {
    if (v < 0 || v >= height) continue;
    for (int u = x - cuts.reach; u <= x + cuts.reach; ++u) {
      if (u < 0 || u >= width) continue;
      const float there = disparity(u, v);
      const int layer = cuts.layer_of(there);
      if (layer == own) continue;
      const int across = u < x ? x - u : u - x, down = v < y ? y - v : v - y;
      const int away = across > down ? across : down;
      if (there - here > cuts.step) {
        front = layer > front ? layer : front;
        to_near = away < to_near ? away : to_near;
      } else if (here - there > cuts.step) {
        to_far = away < to_far ? away : to_far;
      } else if (layer < own && layer > linked) {
        linked = layer;
      }
    }
  }
  LayerSite site;
  site.front = static_cast<std::uint8_t>(front);
  site.back = static_cast<std::uint8_t>(front > own ? own : linked >= 0 ? linked | goes_on : front);
  // The outline lies between the last pixel of one side and the first of the other.
  const int inwards = front > own ? 1 - 2 * to_near : 2 * to_far - 1;
  site.rim = static_cast<std::uint8_t>(front == own && to_far == none ? inside_rim
                                                                      : 127 + 127 * inwards / (2 * cuts.reach + 1));
  return site;
}

/// The site of a pixel that the matte covers in part, of disparity `here`, where what it outlines has `near`.
RELIEVO_HD inline LayerSite matte_site(const LayerCuts& cuts, float here, float near) {
  const int own = cuts.layer_of(here), front = cuts.layer_of(near);
  if (front <= own) return {static_cast<std::uint8_t>(own), static_cast<std::uint8_t>(own), matte_rim};
  return {static_cast<std::uint8_t>(front), static_cast<std::uint8_t>(own), matte_rim};
}

/// What a pixel counts in the mean of its front: at silhouettes, where it may be a mixture, only where nothing else is,
/// as in what is thin; nothing where a matte says that it is one.
RELIEVO_HD inline float mean_weight(const LayerCuts& cuts, std::uint8_t rim, std::uint8_t front, float disparity) {
  if (rim == inside_rim) return 1;
  if (rim == matte_rim) return 0;
  return cuts.layer_of(disparity) == front ? 1.0f / 64 : 0.0f;
}

/// The layer behind `front`, of those that cover the cell and what the pixel itself says.
RELIEVO_HD inline std::uint8_t layer_behind(std::uint8_t front, std::uint8_t back, LayerBits covers) {
  const int nearest = nearest_of(covers & ((LayerBits{1} << front) - 1));
  if ((back & goes_on) != 0) return nearest > (back & ~goes_on) ? static_cast<std::uint8_t>(nearest) : back;
  if (nearest < 0) return back;
  return back == front || nearest > back ? static_cast<std::uint8_t>(nearest) : back;
}

/// What the cells of the working grid know of a layer: the mean colour (0..1) and disparity of what is seen of it,
/// continued smoothly. Four pictures, one below the other.
struct LayerMeans {
  Rows<float> pixels;
  int columns, rows, cell;

  /// Planes `first` to `first + count - 1` at (x, y), between cells.
  RELIEVO_HD void at(int x, int y, int first, int count, float* out) const {
    const float inverse = 1 / static_cast<float>(cell);
    const float u = clamp_to((static_cast<float>(x) + 0.5f) * inverse - 0.5f, static_cast<float>(columns - 1));
    const float v = clamp_to((static_cast<float>(y) + 0.5f) * inverse - 0.5f, static_cast<float>(rows - 1));
    const int left = static_cast<int>(u), top = static_cast<int>(v);
    const int right = left + 1 < columns ? left + 1 : left, bottom = top + 1 < rows ? top + 1 : top;
    for (int k = 0; k < count; ++k) {
      const float *const above = pixels.row((first + k) * rows + top), *const below =
                                                                           pixels.row((first + k) * rows + bottom);
      out[k] = bilinear(above[left], above[right], below[left], below[right], u - static_cast<float>(left),
                        v - static_cast<float>(top));
    }
  }
  RELIEVO_HD float nearest(int x, int y, int plane) const { return pixels.row(plane * rows + y / cell)[x / cell]; }
};
constexpr int disparity_plane = 3;

/// Coverage of a layer of colour about `front` before one of colour `back` in a pixel of colour `seen`: where it lies
/// between both, as far as they differ, and what is left of `rim`, which disparity says.
RELIEVO_HD inline int rim_coverage(const float* seen, const float* front, const float* back, int channels, int rim) {
  // What textures differ by from their mean.
  constexpr float doubt = 0.08f;
  float along = 0, apart = 0;
  for (int k = 0; k < channels; ++k) {
    const float way = front[k] - back[k];
    along += (seen[k] - back[k]) * way;
    apart += way * way;
  }
  const float trust = apart / (apart + doubt * doubt);
  const float by_color = apart > 0 ? clamp_unit(along / apart) : 0;
  const float by_disparity = static_cast<float>(rim) / 255.0f;
  const float cover = 255 * (by_color * trust + by_disparity * (1 - trust));
  return cover < 24 ? 0 : cover > 231 ? 255 : static_cast<int>(cover + 0.5f);
}

/// The code that gives `seen` when it covers `cover` (1 to 255) of `back`; false where none does.
template <class T>
RELIEVO_HD bool uncovered(T seen, T back, unsigned cover, T& code) {
  const float wanted =
      (to_float(seen) * 255.0f - to_float(back) * static_cast<float>(255 - cover)) / static_cast<float>(cover);
  if constexpr (full_scale<T> == 1) {
    code = from_float<T>(wanted);
    return true;
  } else {
    const int start = static_cast<int>(clamp_code<T>(wanted) + 0.5f);
    for (int i = 0; i < 3; ++i) {
      const int tried = start + (i == 0 ? 0 : i == 1 ? -1 : 1);
      if (tried < 0 || static_cast<float>(tried) > full_scale<T>) continue;
      code = static_cast<T>(tried);
      if (mix(code, back, cover) == seen) return true;
    }
    return false;
  }
}

/// The least coverage, of 255, with which a colour from black to white turns `back` into `seen`.
template <class T>
RELIEVO_HD float least_cover(T seen, T back) {
  const float s = to_float(seen), b = to_float(back);
  if (s < b) return 255 * (1 - s / b);
  return full_scale<T> > 1 && s > b ? 255 * (s - b) / (full_scale<T> - b) : 0;
}

/// A pixel at a silhouette: how much of it the front covers, and with which colour.
template <class T>
struct RimPixel {
  unsigned cover;
  T front[3];
};

/// The front that covers `cover` of `back`, or where no colour does that as little more as it takes, so that both mix
/// to the photo's, bit for bit of integers. What is behind stays clean of what stands before it.
template <class T>
RELIEVO_HD RimPixel<T> rim_pixel(const T* seen, const T* back, int channels, unsigned cover) {
  for (int k = 0; k < channels; ++k) {
    const float least = least_cover(seen[k], back[k]);
    if (static_cast<float>(cover) < least) cover = static_cast<unsigned>(least) + 1;
  }
  RimPixel<T> out;
  out.cover = cover < 255 ? cover : 255;
  bool exact = out.cover > 0;
  for (int k = 0; k < channels && exact; ++k) exact = uncovered(seen[k], back[k], out.cover, out.front[k]);
  if (!exact) {
    out.cover = 255;
    for (int k = 0; k < channels; ++k) out.front[k] = seen[k];
  }
  return out;
}

/// What a bake composes layers from, as one pixel asks for it. `T` is the photo's scalar type.
template <class T, int channels>
struct LayerPixels {
  Rows<T> color, filled;
  Rows<float> disparity;
  Rows<std::uint8_t> front, back, rim, matte;
  Rows<LayerBits> covers;
  Rows<float> means;
  int columns, rows, cell;
  LayerCuts cuts;

  RELIEVO_HD LayerMeans means_of(int layer) const {
    return {{reinterpret_cast<const unsigned char*>(means.row(4 * rows * layer)), means.pitch}, columns, rows, cell};
  }

  /// Colour, coverage and disparity of layer `index` at (x, y).
  RELIEVO_HD void at(int index, int x, int y, T* to, std::uint8_t& coverage, float& value) const {
    const int f = front.row(y)[x];
    const T* const seen = color.row(y) + channels * x;
    if (f < index) {
      // Beyond the layer: near it samples between pixels look here, and the warp on its way.
      const LayerMeans mean = means_of(index);
      for (int k = 0; k < channels; ++k) to[k] = from_unit<T>(mean.nearest(x, y, k));
      coverage = 0;
      value = clamp_unit(mean.nearest(x, y, disparity_plane));
      return;
    }
    const int b = back.row(y)[x], behind = b & ~goes_on, rim_code = rim.row(y)[x];
    const float here = disparity.row(y)[x];
    const bool hides = b < f;
    if (f > index && behind != index) {
      // Under what is nearer, and behind another layer under that.
      const LayerBits bits = covers.row(y / cell)[x / cell];
      const bool is_own = rim_code == inside_rim && (bits >> f & 1u) != 0 && cuts.layer_of(here) == f;
      if (is_own && (bits >> (slope_bit + index) & 1u) != 0) {
        // Layers that part on a slope overlap, so that out of focus nothing shows through between them.
        for (int k = 0; k < channels; ++k) to[k] = seen[k];
        coverage = 255;
        value = here;
        return;
      }
      const LayerMeans mean = means_of(index);
      const bool covers_it = index == 0 || (bits >> index & 1u) != 0;
      float of[disparity_plane + 1];
      if (covers_it) {
        mean.at(x, y, 0, disparity_plane + 1, of);
      } else {
        for (int k = 0; k <= disparity_plane; ++k) of[k] = mean.nearest(x, y, k);
      }
      for (int k = 0; k < channels; ++k) to[k] = from_unit<T>(of[k]);
      coverage = covers_it ? 255 : 0;
      value = clamp_unit(of[disparity_plane]);
      return;
    }
    const bool own = (b & goes_on) != 0 || cuts.layer_of(here) == index;
    value = here;
    if (!own) {
      means_of(index).at(x, y, disparity_plane, 1, &value);
      value = clamp_unit(value);
    }
    coverage = 255;
    if (!hides) {
      for (int k = 0; k < channels; ++k) to[k] = seen[k];
      return;
    }
    const bool whole = rim_code == inside_rim;
    if (whole && f == index) {
      for (int k = 0; k < channels; ++k) to[k] = seen[k];
      return;
    }
    const T* const hidden = filled.row(y) + channels * x;
    if (whole) {
      for (int k = 0; k < channels; ++k) to[k] = hidden[k];
      return;
    }
    const int cover = rim_code == matte_rim ? matte.row(y)[x] : cover_at(x, y, f, behind, seen, rim_code);
    if (f == index && cover > 0) {
      const RimPixel<T> mixed = rim_pixel(seen, hidden, channels, static_cast<unsigned>(cover));
      for (int k = 0; k < channels; ++k) to[k] = mixed.front[k];
      coverage = static_cast<std::uint8_t>(mixed.cover);
      return;
    }
    // With nothing before it what is behind is what is seen.
    for (int k = 0; k < channels; ++k) to[k] = cover > 0 ? hidden[k] : seen[k];
    if (f == index) coverage = 0;
  }

  /// What (x, y) hides, on average; the photo where it hides nothing.
  RELIEVO_HD void guess(int x, int y, T* to) const {
    const int b = back.row(y)[x];
    const T* const seen = color.row(y) + channels * x;
    if (b >= front.row(y)[x]) {
      for (int k = 0; k < channels; ++k) to[k] = seen[k];
      return;
    }
    float mean[channels];
    means_of(b).at(x, y, 0, channels, mean);
    for (int k = 0; k < channels; ++k) to[k] = from_unit<T>(mean[k]);
  }

  /// How much of the silhouette's pixel `seen` layer `f` covers before layer `behind`.
  RELIEVO_HD int cover_at(int x, int y, int f, int behind, const T* seen, int rim_code) const {
    float near[channels], far[channels], seen_unit[channels];
    means_of(f).at(x, y, 0, channels, near);
    means_of(behind).at(x, y, 0, channels, far);
    for (int k = 0; k < channels; ++k) seen_unit[k] = to_unit(seen[k]);
    return rim_coverage(seen_unit, near, far, channels, rim_code);
  }
};

}  // namespace v1
}  // namespace relievo
