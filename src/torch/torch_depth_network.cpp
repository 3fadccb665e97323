#include "torch/torch_depth_network.hpp"

#include <functional>
#include <utility>

#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>
#include <relievo/interop/torch.hpp>

#include "core/engine.hpp"
#include "torch/cuda_graphs.hpp"
#include "torch/depth_architecture.hpp"
#include "torch/errors.hpp"
#include "torch/file_weights.hpp"
#include "torch/precision.hpp"
#include "torch/torchscript_network.hpp"
#include "torch/which_architecture.hpp"
#include "torch/working_memory.hpp"

namespace relievo {
inline namespace v1 {
namespace {

#ifdef RELIEVO_TORCH_CUDA
bool runs_on_cuda() { return CudaGraphs::usable(); }
#else
bool runs_on_cuda() { return false; }
#endif

// The network runs where the engine's pixels are, or on the CPU where LibTorch has no CUDA.
at::Device device_of(const Engine& engine) {
  const DeviceId id = engine.id();
  return id.kind == DeviceKind::cuda && runs_on_cuda() ? at::Device(at::kCUDA, static_cast<at::DeviceIndex>(id.index))
                                                       : at::Device(at::kCPU);
}

class TorchDepthNetwork final : public DepthNetwork {
 public:
  TorchDepthNetwork(Engine& engine, const DepthArchitecture& architecture, DepthForward forward, at::ScalarType type,
                    std::int64_t parameters, [[maybe_unused]] bool recorded)
      : engine_(engine.shared_from_this()), device_(device_of(engine)) {
    facts_ = {architecture.name, architecture.input, architecture.kind, parameters,
              type == at::kFloat  ? "f32"
              : type == at::kHalf ? "f16"
                                  : "bf16"};
    const auto channels = [&](const std::array<float, 3>& values) {
      return at::tensor(at::ArrayRef<float>(values.data(), values.size())).view({1, 1, 1, 3}).to(device_);
    };
    // Pixels lie as a network's channels-last input does.
    forward_ = [=, mean = channels(architecture.input.mean), deviation = channels(architecture.input.deviation),
                input = architecture.dpt.vit.products ? at::kFloat : type,
                inverse = architecture.dpt.activation == DepthActivation::exp,
                network = std::move(forward)](const at::Tensor& pixels) {
      const at::Tensor depth = network(pixels.sub(mean).div_(deviation).to(input).permute({0, 3, 1, 2}));
      return inverse ? depth.reciprocal() : depth;
    };
#ifdef RELIEVO_TORCH_CUDA
    if (device_.is_cuda()) graphs_ = std::make_unique<CudaGraphs>(forward_, device_, recorded);
#endif
  }

  const Facts& facts() const override { return facts_; }

  void infer(const ImageView* photos, const MutableImageView* depths, int count) override {
    translated(facts_.architecture, [&] {
      const c10::InferenceMode no_gradients;
      std::vector<at::Tensor> pixels;
      for (int i = 0; i < count; ++i) pixels.push_back(reachable(photos[i]));
#ifdef RELIEVO_TORCH_CUDA
      if (graphs_) {
        std::vector<at::Tensor> outputs;
        for (int i = 0; i < count; ++i) outputs.push_back(interop::as_tensor(depths[i]).squeeze(2));
        graphs_->run(pixels, outputs, engine_->native());
        return;
      }
#endif
      {
        const WorkingMemory::Use memory(&memory_);
        const at::Tensor depth = forward_(at::stack(pixels));
        for (int i = 0; i < count; ++i) put(depth[i], depths[i]);
      }
      memory_.trim();
    });
  }

 private:
  bool staged() const { return device_.is_cpu() && engine_->id().kind != DeviceKind::cpu; }

  at::Tensor reachable(const ImageView& photo) const {
    if (!staged()) return interop::as_tensor(photo);
    at::Tensor copy = at::empty({photo.height, photo.width, photo.format.channels}, at::kFloat);
    engine_->copy(photo, interop::as_mutable_view(copy, photo.color));
    return copy;
  }

  void put(const at::Tensor& depth, const MutableImageView& out) const {
    if (staged()) {
      engine_->copy(interop::as_view(depth.contiguous(), out.color), out);
    } else {
      interop::as_tensor(out).squeeze(2).copy_(depth);
    }
  }

  std::shared_ptr<Engine> engine_;
  at::Device device_;
  std::function<at::Tensor(const at::Tensor&)> forward_;  // from pixels
  Facts facts_;
  WorkingMemory memory_;
#ifdef RELIEVO_TORCH_CUDA
  std::unique_ptr<CudaGraphs> graphs_;
#endif
};

}  // namespace

std::unique_ptr<DepthNetwork> open_torch_depth(Engine& engine, const DepthNetworkRequest& request) {
  return translated(request.file, [&]() -> std::unique_ptr<DepthNetwork> {
    const c10::InferenceMode no_gradients;
    const at::Device device = device_of(engine);
    if (request.torchscript) {
      require(request.precision == Precision::automatic || request.precision == Precision::f32, "precision is ",
              name_of(request.precision), ", which TorchScript does not run in; allowed are auto and f32.");
      require(!request.architecture.empty(),
              "architecture is \"\"; a TorchScript program does not tell, so name the network whose input it expects.");
      const DepthArchitecture& architecture = depth_architecture(request.architecture);
      TorchscriptNetwork network = open_torchscript(request.file, device);
      return std::make_unique<TorchDepthNetwork>(engine, architecture, std::move(network.forward), at::kFloat,
                                                 network.parameters, /*recorded=*/false);
    }
    at::ScalarType type = precision_on(device, request.precision);
    FileWeights weights(WeightFile::open(request.file), request.file, type, device);
    DepthArchitecture architecture = which_architecture(weights, request);
    if (device.is_cpu() && request.precision == Precision::automatic && architecture.name == relievo_tiny) {
      // So small that bf16 makes it no faster, and its depth would come in steps.
      type = at::kFloat;
      weights.give_as(type);
    }
    if (device.is_cpu() && type == at::kBFloat16 && architecture.dpt.vit.width > 0) {
      // A transformer's products take the time; the error comes from all else, which f32 makes no slower.
      architecture.dpt.vit.products = type;
      weights.give_as(at::kFloat);
    }
    DepthForward forward = build_depth(architecture, WeightScope(weights));
    weights.finish();
    return std::make_unique<TorchDepthNetwork>(engine, architecture, std::move(forward), type, weights.taken_elements(),
                                               /*recorded=*/true);
  });
}

}  // namespace v1
}  // namespace relievo
