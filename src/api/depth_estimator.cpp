#include <relievo/depth_estimator.hpp>

#include <algorithm>
#include <iterator>

#include "api/boundary.hpp"
#include "core/module.hpp"
#include "core/options.hpp"
#include "core/views.hpp"
#include "effects/depth_cues.hpp"
#include "effects/sequence_state.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr std::string_view network_models[] = {"dpt-hybrid",
                                               "dpt-large",
                                               "midas-small",
                                               "depth-anything-small",
                                               "depth-anything-v2-small",
                                               "depth-anything-v2-base",
                                               "depth-anything-v2-large",
                                               "gan-depth"};

// The model's own name; networks live in a module.
std::string resolve(std::string_view model) {
  if (model == "auto" || model == "cues") return "cues";
  const bool network =
      std::find(std::begin(network_models), std::end(network_models), model) != std::end(network_models);
  if (network) {
    const ModuleStatus& torch = open_module("torch");
    if (!torch.loaded) {
      fail(ErrorCode::not_found, "The depth model \"", model, "\" needs the module librelievo_torch.so, and ",
           torch.reason, "; the model that works is \"cues\".");
    }
  }
  fail(ErrorCode::not_found, "There is no depth model \"", model, "\"; the model that works is \"cues\".");
}

}  // namespace

struct DepthEstimator::Impl {
  Device device;
  DepthOptions options;
  std::string model;

  // The photo lies in the device's memory, the disparity in the host's.
  Image disparity(const ImageView& photo, const Progress& progress) const {
    return to_host(depth_from_cues(device, photo, options.resolution, options.edge_aware, progress), device);
  }
};

DepthEstimator::DepthEstimator(const Device& device, const DepthOptions* options, std::size_t size)
    : impl_(at_boundary("making a DepthEstimator", [&] {
        const DepthOptions checked = checked_options(options, size);
        auto impl = std::make_unique<Impl>(Impl{device, checked, resolve(checked.model)});
        impl->options.model = {};
        return impl;
      })) {}
DepthEstimator::DepthEstimator(DepthEstimator&&) noexcept = default;
DepthEstimator& DepthEstimator::operator=(DepthEstimator&&) noexcept = default;
DepthEstimator::~DepthEstimator() = default;

DepthMap DepthEstimator::estimate(const ImageView& photo, const Progress& progress) const {
  return at_boundary("estimating depth", [&] {
    check_image(photo, "photo");
    Image keep;
    return DepthMap(impl_->disparity(on_device(photo, impl_->device, keep), progress), DepthKind::disparity);
  });
}

std::vector<DepthMap> DepthEstimator::estimate(const std::vector<ImageView>& photos, const Progress& progress) const {
  std::vector<DepthMap> depths;
  const auto count = static_cast<double>(photos.size());
  for (std::size_t i = 0; i < photos.size(); ++i) {
    const auto done = static_cast<double>(i);
    depths.push_back(estimate(photos[i], progress.part(done / count, (done + 1) / count)));
  }
  return depths;
}

DepthMap DepthEstimator::estimate(const ImageView& frame, Sequence& sequence) const {
  return at_boundary("estimating depth", [&] {
    check_image(frame, "frame");
    Image keep;
    const ImageView photo = on_device(frame, impl_->device, keep);
    Image disparity = impl_->disparity(photo, {});
    return DepthMap(smooth_over_time(sequence.state(), impl_->device, photo, std::move(disparity)),
                    DepthKind::disparity);
  });
}

std::string DepthEstimator::model() const { return impl_->model; }
std::vector<std::string> DepthEstimator::models() { return {"auto", "cues"}; }

}  // namespace v1
}  // namespace relievo
