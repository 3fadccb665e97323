#include "torch/torch_depth_network.hpp"

#include <functional>
#include <utility>

#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>
#include <relievo/interop/torch.hpp>

#include "core/check.hpp"
#include "core/engine.hpp"
#include "torch/depth_architecture.hpp"
#include "torch/file_weights.hpp"
#include "torch/midas_small.hpp"
#include "torch/precision.hpp"
#include "torch/which_architecture.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using Forward = std::function<at::Tensor(const at::Tensor&)>;

Forward built(const DepthArchitecture& architecture, FileWeights& weights) {
  const WeightScope scope(weights);
  if (architecture.name == "midas-small") return MidasSmall(scope);
  return Dpt(scope, architecture.dpt);
}

class TorchDepthNetwork final : public DepthNetwork {
 public:
  TorchDepthNetwork(const DepthArchitecture& architecture, Forward forward, at::Device device, at::ScalarType type,
                    std::int64_t parameters)
      : architecture_(&architecture), forward_(std::move(forward)), device_(device), type_(type) {
    facts_ = {architecture.name, architecture.input, architecture.kind, parameters,
              type == at::kFloat  ? "f32"
              : type == at::kHalf ? "f16"
                                  : "bf16"};
    const auto channels = [&](const std::array<float, 3>& values) {
      return at::tensor(at::ArrayRef<float>(values.data(), values.size())).view({1, 1, 1, 3}).to(device);
    };
    mean_ = channels(architecture.input.mean);
    deviation_ = channels(architecture.input.deviation);
  }

  const Facts& facts() const override { return facts_; }

  void infer(const ImageView* photos, const MutableImageView* depths, int count) override {
    const c10::InferenceMode no_gradients;
    std::vector<at::Tensor> pixels;
    for (int i = 0; i < count; ++i) pixels.push_back(interop::as_tensor(photos[i]));
    // Pixels lie as a network's channels-last input does.
    const at::Tensor input = at::stack(pixels).to(device_).sub_(mean_).div_(deviation_).to(type_).permute({0, 3, 1, 2});
    at::Tensor depth = forward_(input);
    if (architecture_->dpt.activation == DepthActivation::exp) depth.reciprocal_();
    for (int i = 0; i < count; ++i) interop::as_tensor(depths[i]).squeeze(2).copy_(depth[i]);
  }

 private:
  const DepthArchitecture* architecture_;
  Forward forward_;
  at::Device device_;
  at::ScalarType type_;
  Facts facts_;
  at::Tensor mean_, deviation_;
};

}  // namespace

std::unique_ptr<DepthNetwork> open_torch_depth(Engine&, const DepthNetworkRequest& request) {
  const c10::InferenceMode no_gradients;
  const at::Device device(at::kCPU);
  const at::ScalarType type = precision_on(device, request.precision);
  FileWeights weights(WeightFile::open(request.file), request.file, type, device);
  const DepthArchitecture& architecture = which_architecture(weights, request);
  Forward forward = built(architecture, weights);
  weights.finish();
  return std::make_unique<TorchDepthNetwork>(architecture, std::move(forward), device, type, weights.taken_elements());
}

}  // namespace v1
}  // namespace relievo
