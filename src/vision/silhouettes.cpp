#include "vision/silhouettes.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "vision/mat.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Of each cell the nearest layer from which a step of disparity leads up to it from a neighbour; 255 = no step.
// A neighbour at the foot of a step is a seed for the layers from its own to the one below the step's top.
struct Foot {
  int x, y, layer, top;
};

std::vector<Foot> feet_of(const ImageView& disparity, const LayerCuts& cuts) {
  std::vector<Foot> feet;
  for (int y = 0; y < disparity.height; ++y) {
    const float* const row = disparity.row<float>(y);
    for (int x = 0; x < disparity.width; ++x) {
      float highest = row[x];
      const auto look = [&](int u, int v) {
        if (u < 0 || v < 0 || u >= disparity.width || v >= disparity.height) return;
        const float there = disparity.row<float>(v)[u];
        if (there - row[x] > cuts.step && there > highest) highest = there;
      };
      look(x - 1, y);
      look(x + 1, y);
      look(x, y - 1);
      look(x, y + 1);
      const int layer = cuts.layer_of(row[x]), top = cuts.layer_of(highest);
      if (top > layer) feet.push_back({x, y, layer, top});
    }
  }
  return feet;
}

// Sets the slope bit of `layer` in what is nearer and within `thickness` cells of it, on a way without a step.
void go_on_along_slopes(const ImageView& disparity, const std::vector<std::uint8_t>& own, const LayerCuts& cuts,
                        int layer, int thickness, const MutableImageView& out) {
  const int width = disparity.width, height = disparity.height;
  const auto at = [&](int x, int y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  };
  const LayerBits bit = LayerBits{1} << (slope_bit + layer);
  struct Cell {
    int x, y;
  };
  std::vector<Cell> edge, next;
  const auto spread_from = [&](Cell from) {
    const float here = disparity.row<float>(from.y)[from.x];
    const auto try_cell = [&](int x, int y) {
      if (x < 0 || y < 0 || x >= width || y >= height || own[at(x, y)] <= layer) return;
      LayerBits& bits = reinterpret_cast<LayerBits*>(out.row<std::uint8_t>(y))[x];
      if ((bits & bit) != 0 || std::fabs(disparity.row<float>(y)[x] - here) > cuts.step) return;
      bits |= bit;
      next.push_back({x, y});
    };
    try_cell(from.x - 1, from.y);
    try_cell(from.x + 1, from.y);
    try_cell(from.x, from.y - 1);
    try_cell(from.x, from.y + 1);
  };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (own[at(x, y)] == layer) spread_from({x, y});
    }
  }
  for (int i = 1; i < thickness && !next.empty(); ++i) {
    edge.swap(next);
    next.clear();
    for (const Cell& cell : edge) spread_from(cell);
  }
}

}  // namespace

Image covering_layers(const ImageView& disparity, const LayerCuts& cuts, float thickness) {
  return with_opencv("Finding silhouettes", [&] {
    const int width = disparity.width, height = disparity.height;
    Image out(width, height, {Scalar::u8, 4});
    std::vector<std::uint8_t> own(std::size_t(width) * std::size_t(height));
    for (int y = 0; y < height; ++y) {
      auto* const bits = reinterpret_cast<LayerBits*>(out.row<std::uint8_t>(y));
      for (int x = 0; x < width; ++x) {
        const int layer = cuts.layer_of(disparity.row<float>(y)[x]);
        own[std::size_t(y) * std::size_t(width) + std::size_t(x)] = static_cast<std::uint8_t>(layer);
        bits[x] = LayerBits{1} << layer;
      }
    }
    const std::vector<Foot> feet = feet_of(disparity, cuts);
    cv::Mat seeds(height, width, CV_8U), distance, nearest;
    for (int layer = 0; layer + 1 < cuts.count; ++layer) {
      go_on_along_slopes(disparity, own, cuts, layer, static_cast<int>(thickness), out.mutable_view());
      seeds.setTo(255);
      bool any = false;
      for (const Foot& foot : feet) {
        if (foot.layer > layer || foot.top <= layer) continue;
        seeds.at<std::uint8_t>(foot.y, foot.x) = 0;
        any = any || foot.layer == layer;
      }
      if (!any) continue;
      cv::distanceTransform(seeds, distance, nearest, cv::DIST_L2, cv::DIST_MASK_5, cv::DIST_LABEL_PIXEL);
      // Labels count seeds in row order.
      std::vector<std::uint8_t> layer_of_seed{0};
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          if (seeds.at<std::uint8_t>(y, x) == 0) {
            layer_of_seed.push_back(own[std::size_t(y) * std::size_t(width) + std::size_t(x)]);
          }
        }
      }
      for (int y = 0; y < height; ++y) {
        auto* const bits = reinterpret_cast<LayerBits*>(out.row<std::uint8_t>(y));
        const float* const away = distance.ptr<float>(y);
        const int* const seed = nearest.ptr<int>(y);
        for (int x = 0; x < width; ++x) {
          const bool hidden = own[std::size_t(y) * std::size_t(width) + std::size_t(x)] > layer;
          if (hidden && away[x] <= thickness && layer_of_seed[static_cast<std::size_t>(seed[x])] == layer) {
            bits[x] |= LayerBits{1} << layer;
          }
        }
      }
    }
    return out;
  });
}

}  // namespace v1
}  // namespace relievo
