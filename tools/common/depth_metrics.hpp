// How far an estimate of depth is from measured depth, by the measures of the literature.
#pragma once

#include <cstddef>

#include <relievo/depth_map.hpp>

namespace tool {

/// Over the pixels that both maps know; NaN where the truth does not allow a measure.
///
/// An estimate is first brought onto the truth by the scale s and shift t of least squares in disparity,
/// sum (s p + t - q)^2 (Ranftl et al., TPAMI 2022), also where it is metric; s is at least 0, so that
/// one with near and far swapped counts as flat. Depth is 1 / max(s p + t, least q): no farther than the farthest of
/// the truth.
struct DepthMetrics {
  std::size_t pixels = 0;
  double abs_rel = 0;   ///< Mean of |depth - truth| / truth. NaN for truth of kind `disparity`, which has no scale.
  double rmse_m = 0;    ///< Metres. NaN but for truth in metres.
  double delta1 = 0;    ///< Part of the pixels whose depth is within a factor of 1.25 of the truth. NaN as abs_rel.
  double spearman = 0;  ///< Rank correlation of disparities, ties by their mean rank, without alignment.
  /// F1 of occluding edges after alignment (Bochkovskii et al., "Depth Pro", ICLR 2025, 4.2): neighbours whose
  /// disparities differ by more than a factor of 1.05 to 1.25, in ten steps weighted by themselves; precision and
  /// recall are means over the four directions. 0 to 1. NaN as abs_rel.
  double boundary_f1 = 0;
};

/// The estimate is brought to the truth's size where it has another. Throws Error{invalid_argument} where the maps
/// share no known pixel.
DepthMetrics depth_metrics(const relievo::DepthMap& estimate, const relievo::DepthMap& truth);

}  // namespace tool
