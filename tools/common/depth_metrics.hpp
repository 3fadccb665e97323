// How far an estimate of depth is from measured depth, by the measures of the literature.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <relievo/depth_map.hpp>
#include <relievo/fields.hpp>

namespace tool {

/// How an estimate is brought onto the truth before depths are compared.
enum class Alignment : std::uint8_t {
  /// By the scale s and shift t of least squares in disparity, sum (s p + t - q)^2 (Ranftl et al., TPAMI 2022), also
  /// where it is metric; s is at least 0, so that one with near and far swapped counts as flat. Depth is
  /// 1 / max(s p + t, least q): no farther than the farthest of the truth.
  scale_shift = 0,
  median = 1,  ///< By the ratio of the medians of depth (Zhou et al., CVPR 2017).
  none = 2,    ///< As it is.
};

/// Which pixels count, and how estimates are aligned on them.
struct DepthProtocol {
  Alignment align = Alignment::scale_shift;
  /// Columns 41 to 600 and rows 45 to 470 of NYU Depth v2's 640 x 480 alone, scaled to the truth's size (Eigen et al.,
  /// NIPS 2014).
  bool eigen_crop = false;
  /// Truth in metres counts strictly between these, and estimates of it are clamped to them. Other truth always counts.
  double min_depth_m = 0, max_depth_m = std::numeric_limits<double>::infinity();

  /// That of NYU Depth v2: its crop, and 0.001 to 10 m.
  static DepthProtocol nyu(Alignment align = Alignment::scale_shift) { return {align, true, 1e-3, 10}; }
};

/// Means over the pixels that count and that both maps know; NaN where the kinds do not allow a measure.
///
/// Truth of kind `disparity`, whose scale and shift are not known, allows Spearman alone: every other measure is of
/// ratios of depths. Estimates of that kind allow Spearman alone where they are aligned by `median` or `none`, as no
/// scale makes up for an unknown shift. With `none` both must be of the same kind.
struct DepthMetrics {
  std::size_t pixels = 0;
  double abs_rel = 0;                         ///< |depth - truth| / truth
  double sq_rel_m = 0;                        ///< (depth - truth)^2 / truth, metres. NaN but for truth in metres.
  double rmse_m = 0;                          ///< Root of the mean of (depth - truth)^2, metres. NaN as before.
  double rmse_log = 0;                        ///< Root of the mean of (ln depth - ln truth)^2.
  double log10 = 0;                           ///< |log10 depth - log10 truth|
  double delta1 = 0, delta2 = 0, delta3 = 0;  ///< Part of the pixels within a factor of 1.25, its square, its cube.
  double spearman = 0;  ///< Rank correlation of disparities, ties by their mean rank, without alignment.
  /// F1 of occluding edges after alignment (Bochkovskii et al., "Depth Pro", ICLR 2025, 4.2): neighbours whose
  /// disparities differ by more than a factor of 1.05 to 1.25, in ten steps weighted by themselves; precision and
  /// recall are means over the four directions. 0 to 1.
  double boundary_f1 = 0;
};

/// A member of DepthMetrics for reports.
struct DepthMeasure {
  const char* name;   ///< As in JSON.
  const char* title;  ///< At the head of a table.
  double DepthMetrics::*value;
  bool is_brief;  ///< Whether reports on something else show it.
};
inline constexpr std::array<DepthMeasure, 10> depth_measures{{
    {"abs_rel", "AbsRel", &DepthMetrics::abs_rel, true},
    {"sq_rel_m", "SqRel, m", &DepthMetrics::sq_rel_m, false},
    {"rmse_m", "RMSE, m", &DepthMetrics::rmse_m, true},
    {"rmse_log", "RMSE log", &DepthMetrics::rmse_log, false},
    {"log10", "log10", &DepthMetrics::log10, false},
    {"delta1", "delta1", &DepthMetrics::delta1, true},
    {"delta2", "delta2", &DepthMetrics::delta2, false},
    {"delta3", "delta3", &DepthMetrics::delta3, false},
    {"spearman", "Spearman", &DepthMetrics::spearman, true},
    {"boundary_f1", "boundary F1", &DepthMetrics::boundary_f1, true},
}};

/// The estimate is brought to the truth's size where it has another. Throws Error{invalid_argument} where no pixel
/// counts that both maps know.
DepthMetrics depth_metrics(const relievo::DepthMap& estimate, const relievo::DepthMap& truth,
                           const DepthProtocol& protocol = {});

/// DepthMetrics::spearman alone, of any two maps; NaN where either is flat.
double rank_correlation(const relievo::DepthMap& estimate, const relievo::DepthMap& truth);

/// The mean of the middle two of an even number. At least one value.
double median(std::vector<double> values);

}  // namespace tool

namespace relievo {
inline namespace v1 {
template <>
struct EnumNames<tool::Alignment> {
  static constexpr std::string_view names[] = {"scale-shift", "median", "none"};
};
}  // namespace v1
}  // namespace relievo
