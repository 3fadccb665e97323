// Depth from one photo.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <relievo/depth_map.hpp>
#include <relievo/device.hpp>
#include <relievo/progress.hpp>
#include <relievo/sequence.hpp>

namespace relievo {
inline namespace v1 {

/// Options of DepthEstimator.
struct DepthOptions {
  /// Name of the model; "auto" is the best one present. Unit: none. Range: a name listed by
  /// DepthEstimator::models(). Default: "auto".
  std::string_view model = "auto";
  /// Longer side the model works at. Unit: px. Range: 64 to 4096. Default: 384.
  int resolution = 384;
  /// Follow the photo's edges when bringing depth up to its size. Unit: none. Range: on or off.
  /// Default: on.
  bool edge_aware = true;
};

template <class Visitor>
void visit_fields(DepthOptions& o, Visitor&& visit) {
  visit(Field{"model", "depth model", ""}, o.model);
  visit(Field{"resolution", "longer side the model works at", "px", 64, 4096}, o.resolution);
  visit(Field{"edge_aware", "follow the photo's edges", ""}, o.edge_aware);
}

/// Estimates relative disparity from a single photo.
///
/// Model `cues` needs no network: it weighs ground plane, defocus and contrast, the figure against
/// the border, and faces. It is deterministic.
///
/// Input: 1, 3 or 4 channels of any scalar type, host or device memory. Output: DepthMap of the
/// photo's size, kind `disparity`. An object serves one thread at a time.
class RELIEVO_API DepthEstimator final {
 public:
  /// Throws Error{not_found} for a model that is absent (naming the file or module it needs and the
  /// models that work), Error{invalid_argument} for an option out of range.
  explicit DepthEstimator(const Device& device, const DepthOptions& options = {})
      : DepthEstimator(device, &options, sizeof options) {}
  DepthEstimator(DepthEstimator&&) noexcept;
  DepthEstimator& operator=(DepthEstimator&&) noexcept;
  ~DepthEstimator();

  /// Depth of one photo. Throws Error{invalid_argument} for an empty image.
  DepthMap estimate(const ImageView& photo, const Progress& progress = {}) const;
  /// Depth of each photo of a batch.
  std::vector<DepthMap> estimate(const std::vector<ImageView>& photos, const Progress& progress = {}) const;
  /// Depth of the next frame of a video; `sequence` keeps the range steady between cuts.
  DepthMap estimate(const ImageView& frame, Sequence& sequence) const;

  /// The model in use ("auto" resolved).
  std::string model() const;
  /// Names accepted as `model`.
  static std::vector<std::string> models();

 private:
  DepthEstimator(const Device& device, const DepthOptions* options, std::size_t size);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v1
}  // namespace relievo
