#include "effects/refine.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "core/views.hpp"
#include "effects/working_copy.hpp"
#include "vision/refine.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr int tile_side = 64;
constexpr int small_side = 256;
constexpr int most_small_side = 1024;  // the host keeps twenty numbers for each pixel

// Bilinear samples along one side of a larger image: left neighbour and weight of the right one, borders repeated.
class Samples {
 public:
  Samples(int from, int to) : from_(from), factor_(static_cast<float>(from) / static_cast<float>(to)) {}
  struct At {
    int left, right;
    float t;
  };
  At at(int x) const {
    const float place =
        std::clamp((static_cast<float>(x) + 0.5f) * factor_ - 0.5f, 0.0f, static_cast<float>(from_ - 1));
    const int left = static_cast<int>(place);
    return {left, std::min(left + 1, from_ - 1), place - static_cast<float>(left)};
  }

 private:
  int from_;
  float factor_;
};

// The one value of the matte in a tile; -1 where there are several.
int constant_in(const Image& model, const Samples& columns, const Samples& rows, int left, int top, int right,
                int bottom) {
  const int last_column = columns.at(right - 1).right, last_row = rows.at(bottom - 1).right;
  const float first = model.row<float>(rows.at(top).left)[4 * columns.at(left).left + 3];
  for (int y = rows.at(top).left; y <= last_row; ++y) {
    const auto* const row = model.row<float>(y);
    for (int x = columns.at(left).left; x <= last_column; ++x) {
      const float* const m = row + 4 * x;
      if (m[0] != 0 || m[1] != 0 || m[2] != 0 || m[3] != first) return -1;
    }
  }
  return first == 0 ? 0 : first == 1 ? 255 : -1;
}

void apply(const Image& model, const Samples& columns, const Samples::At& row, const std::uint8_t* rgb, int left,
           int right, std::vector<float>& between, std::uint8_t* out) {
  const int first = columns.at(left).left, last = columns.at(right - 1).right;
  between.resize(4 * static_cast<std::size_t>(last - first + 1));
  const float *above = model.row<float>(row.left) + 4 * first, *below = model.row<float>(row.right) + 4 * first;
  for (std::size_t i = 0; i < between.size(); ++i) between[i] = above[i] + row.t * (below[i] - above[i]);
  for (int x = left; x < right; ++x, rgb += 3) {
    const Samples::At at = columns.at(x);
    const float *a = between.data() + 4 * (at.left - first), *b = between.data() + 4 * (at.right - first);
    const auto weight = [&](int c) { return a[c] + at.t * (b[c] - a[c]); };
    const float level = weight(0) * rgb[0] + weight(1) * rgb[1] + weight(2) * rgb[2] + 255 * weight(3);
    out[x] = static_cast<std::uint8_t>(std::clamp(level + 0.5f, 0.0f, 255.0f));
  }
}

}  // namespace

Image photo_for_refining(const Device& device, const ImageView& photo, int pixel) {
  const int longer = std::max(photo.width, photo.height);
  const int side = pixel > 0
                       ? std::min(most_small_side, static_cast<int>(std::lround(static_cast<double>(longer) / pixel)))
                       : small_side;
  return to_host(small_rgb(device, photo, std::max(1, side)), device);
}

Image refined_matte(const Device& device, const ImageView& photo, const Image& small, const ImageView& matte,
                    const ImageView& sure, const Progress& progress) {
  const Device host = host_device(device);
  const auto as_small = [&](const ImageView& mask) {
    return mask.empty() ? Image() : resized(host, mask, small.width(), small.height(), ResizeFilter::area);
  };
  const Image model = matte_model(small, as_small(matte), as_small(sure));
  Image out(photo.width, photo.height, u8_1);
  const Samples columns(small.width(), photo.width), rows(small.height(), photo.height);
  std::vector<float> between;
  for (int top = 0; top < photo.height; top += tile_side) {
    progress.report(static_cast<double>(top) / photo.height, "matte");
    const int bottom = std::min(photo.height, top + tile_side);
    // Tiles side by side that see the outline come to the host as one.
    int open = 0;
    const auto close = [&](int end) {
      if (open == end) return;
      const Image strip = to_host(rgb8(device, part_of(photo, open, top, end - open, bottom - top)), device);
      for (int y = top; y < bottom; ++y) {
        apply(model, columns, rows.at(y), strip.row<std::uint8_t>(y - top), open, end, between,
              out.row<std::uint8_t>(y));
      }
    };
    for (int left = 0; left < photo.width; left += tile_side) {
      const int right = std::min(photo.width, left + tile_side);
      const int constant = constant_in(model, columns, rows, left, top, right, bottom);
      if (constant < 0) continue;
      close(left);
      open = right;
      for (int y = top; y < bottom; ++y) {
        std::memset(out.row<std::uint8_t>(y) + left, constant, static_cast<std::size_t>(right - left));
      }
    }
    close(photo.width);
  }
  progress.report(1, "matte");
  return out;
}

}  // namespace v1
}  // namespace relievo
