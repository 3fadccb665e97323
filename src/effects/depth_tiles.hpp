// Depth of a large photo out of tiles: order from a look at the whole, detail from a look at each part.
#pragma once

#include <vector>

#include <relievo/device.hpp>

#include "effects/network_size.hpp"

namespace relievo {
inline namespace v1 {

/// Where the tiles of a photo lie, on a copy of it at the scale at which the network sees them.
struct TilePlan {
  NetworkSize tile{};         ///< px; of every tile
  int width = 0, height = 0;  ///< px; of the copy, and of the depth that tiles make
  std::vector<int> x, y;      ///< px; first columns and rows of tiles, each row has all columns

  struct Place {
    int x, y;
  };

  /// 0 where the photo is seen as a whole only.
  int count() const { return static_cast<int>(x.size() * y.size()); }
  /// Row by row.
  Place place(int index) const {
    const int columns = static_cast<int>(x.size());
    return {x[static_cast<std::size_t>(index % columns)], y[static_cast<std::size_t>(index / columns)]};
  }
};

/// `tiles` along the longer side of the photo, a third of each shared with the next, about square where the photo is
/// wide enough, and as many along the shorter side as cover it. Fewer where they would enlarge the photo, and none
/// where they would show the network no more of it than `whole`, the size at which it sees the whole.
TilePlan plan_tiles(const NetworkInput& input, int width, int height, int resolution, int tiles, NetworkSize whole);

/// Puts what tiles see into depth of the whole photo, all of it disparity in host memory, f32, 1 channel.
///
/// A network that sees a part of a photo answers in a scale, shift and tilt of its own, which vary over the part. Of a
/// tile only what is finer than the whole's depth resolves is taken, in the slope at which both agree around each
/// pixel (local linear models as of the guided filter, from a grid as coarse as the whole's: He and Sun, Fast Guided
/// Filter, 2015), and only where they agree at all: a sky that is a guess in one of them, and what a tile turns inside
/// out, stays as the whole has it. Tiles fade into each other by raised cosines.
class TiledDepth final {
 public:
  /// `whole`: 0..1, no hole. `plan` has tiles.
  TiledDepth(const Device& host, const ImageView& whole, TilePlan plan);
  /// Depth of tile `index` (row by row), 0..1 over the tile, at the tile's size.
  void add(int index, const ImageView& tile);
  /// Depth of the plan's size within the range of the whole's.
  Image take();

 private:
  Image coefficients(const ImageView& base, const ImageView& tile) const;

  Device host_;
  TilePlan plan_;
  NetworkSize coarse_;  ///< px; a tile in the whole's depth
  std::vector<std::vector<float>> across_, down_;
  Image base_, detail_;
};

}  // namespace v1
}  // namespace relievo
