#include <relievo/depth_estimator.hpp>

#include <optional>
#include <string>
#include <utility>

#include <relievo/models.hpp>

#include "api/boundary.hpp"
#include "core/model_registry.hpp"
#include "core/networks.hpp"
#include "core/options.hpp"
#include "core/views.hpp"
#include "effects/depth_cues.hpp"
#include "effects/depth_network.hpp"
#include "effects/sequence_state.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr int cues_side = 384;
constexpr int least_resolution = 64;

DepthOptions checked_depth_options(const DepthOptions* options, std::size_t size) {
  const DepthOptions checked = checked_options(options, size);
  require(checked.resolution == 0 || checked.resolution >= least_resolution, "resolution is ", checked.resolution,
          "; allowed is 0 (the model's own) or ", least_resolution, " to 4096 px.");
  return checked;
}

std::string names_of_models() {
  std::string names;
  for (const std::string& name : DepthEstimator::models()) names += (names.empty() ? "" : ", ") + name;
  return names;
}

struct Chosen {
  std::string model = "cues";
  std::unique_ptr<DepthNetwork> network;  ///< none of `cues`
};

Chosen open_network(Engine& engine, const ModelEntry& entry, const DepthOptions& options) {
  const std::string name = entry.info.name.empty() ? std::string(options.model) : entry.info.name;
  const std::string architecture(options.architecture.empty() ? std::string_view(entry.info.architecture)
                                                              : options.architecture);
  const DepthNetworkRequest request{entry.info.file, architecture, options.precision, options.torchscript};
  NetworkLibrary& library = networks("The depth model " + name);
  try {
    return {name, library.open_depth(engine, request)};
  } catch (const Error& error) {
    const ErrorCode code = error.code();
    const bool by_file = code == ErrorCode::corrupt_data || code == ErrorCode::unsupported || code == ErrorCode::io;
    if (!entry.info.built_in || !by_file) throw;
    std::string why = error.what();
    why.pop_back();
    fail(code, why, "; this file comes with relievo: install relievo again, or choose the model cues.");
  }
}

Chosen choose(Engine& engine, const DepthOptions& options) {
  if (options.model == "cues") return {};
  if (options.model == "auto") {
    const std::optional<ModelEntry> best = best_depth_model();
    if (!best || networks_if_present() == nullptr) return {};
    return open_network(engine, *best, options);
  }
  const std::optional<ModelEntry> entry = find_model(options.model);
  if (!entry) {
    fail(ErrorCode::not_found, "There is no depth model \"", options.model, "\" and no file of that name; there are ",
         names_of_models(), ".");
  }
  if (!entry->info.task.empty() && entry->info.task != "depth") {
    fail(ErrorCode::invalid_argument, "The model \"", options.model, "\" is for ", entry->info.task,
         ", not for depth.");
  }
  // Says how to fetch it where it is absent.
  if (entry->info.file.empty()) model_file(entry->info.name);
  return open_network(engine, *entry, options);
}

}  // namespace

struct DepthEstimator::Impl {
  Device device;
  DepthOptions options;
  std::string model;
  std::unique_ptr<DepthNetwork> network;

  std::vector<DepthMap> depths(const std::vector<ImageView>& photos, const Progress& progress) const {
    std::vector<Image> keep(photos.size());
    std::vector<ImageView> there;
    for (std::size_t i = 0; i < photos.size(); ++i) {
      check_image(photos[i], "photo");
      there.push_back(on_device(photos[i], device, keep[i]));
    }
    if (network) return depth_by_network(device, *network, there, options, progress);
    const int side = options.resolution > 0 ? options.resolution : cues_side;
    std::vector<DepthMap> made;
    const auto count = static_cast<double>(photos.size());
    for (const ImageView& photo : there) {
      const auto done = static_cast<double>(made.size());
      Image disparity =
          depth_from_cues(device, photo, side, options.edge_aware, progress.part(done / count, (done + 1) / count));
      made.emplace_back(to_host(std::move(disparity), device), DepthKind::disparity);
    }
    return made;
  }
};

DepthEstimator::DepthEstimator(const Device& device, const DepthOptions* options, std::size_t size)
    : impl_(at_boundary("making a DepthEstimator", [&] {
        const DepthOptions checked = checked_depth_options(options, size);
        Chosen chosen = choose(device.engine(), checked);
        require(chosen.network || checked.tiles == 1, "tiles is ", checked.tiles,
                "; the model is cues, which sees the photo as a whole: allowed is 1.");
        auto impl = std::make_unique<Impl>(Impl{device, checked, std::move(chosen.model), std::move(chosen.network)});
        impl->options.model = {};
        impl->options.architecture = {};
        return impl;
      })) {}
DepthEstimator::DepthEstimator(DepthEstimator&&) noexcept = default;
DepthEstimator& DepthEstimator::operator=(DepthEstimator&&) noexcept = default;
DepthEstimator::~DepthEstimator() = default;

DepthMap DepthEstimator::estimate(const ImageView& photo, const Progress& progress) const {
  return at_boundary("estimating depth", [&] { return std::move(impl_->depths({photo}, progress).front()); });
}

std::vector<DepthMap> DepthEstimator::estimate(const std::vector<ImageView>& photos, const Progress& progress) const {
  return at_boundary("estimating depth", [&] { return impl_->depths(photos, progress); });
}

DepthMap DepthEstimator::estimate(const ImageView& frame, Sequence& sequence) const {
  return at_boundary("estimating depth", [&] {
    const DepthMap depth = std::move(impl_->depths({frame}, {}).front());
    Image keep;
    const ImageView photo = on_device(frame, impl_->device, keep);
    return DepthMap(smooth_over_time(sequence.state(), impl_->device, photo, Image::copy_of(depth.values())),
                    depth.kind());
  });
}

std::string DepthEstimator::model() const { return impl_->model; }
std::string DepthEstimator::architecture() const {
  return impl_->network ? impl_->network->facts().architecture : std::string();
}
std::vector<std::string> DepthEstimator::models() {
  return at_boundary("listing models", [] {
    std::vector<std::string> names{"auto", "cues"};
    for (const ModelInfo& model : v1::models()) {
      if (model.task == "depth") names.push_back(model.name);
    }
    return names;
  });
}
std::vector<std::string> DepthEstimator::architectures() {
  return at_boundary("listing architectures", [] {
    const NetworkLibrary* library = networks_if_present();
    return library != nullptr ? library->depth_architectures() : std::vector<std::string>();
  });
}

}  // namespace v1
}  // namespace relievo
