// The one file here that sees CUDA; compiled against a LibTorch that was built with it.
#include "torch/cuda_graphs.hpp"

#include <ATen/Context.h>
#include <ATen/cuda/CUDAGraph.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

namespace relievo {
inline namespace v1 {
namespace {

// Each keeps the network's working memory; photos of a folder rarely have more shapes.
constexpr std::size_t most_shapes = 8;
// cuDNN and cuBLAS choose their kernels and take their memory in the first runs, which must not be recorded.
constexpr int warm_ups = 3;

}  // namespace

struct CudaGraphs::Recorded {
  at::Tensor input, output;
  at::cuda::CUDAGraph graph;
};

bool CudaGraphs::usable() { return at::globalContext().hasCUDA() && c10::cuda::device_count() > 0; }

CudaGraphs::CudaGraphs(Forward forward, at::Device device, bool recorded)
    : forward_(std::move(forward)), device_(device), is_recorded_(recorded) {}
CudaGraphs::~CudaGraphs() = default;

CudaGraphs::Recorded& CudaGraphs::recording(const Shape& shape) {
  const auto found = recorded_.find(shape);
  if (found != recorded_.end()) return *found->second;
  const auto& [count, height, width] = shape;
  // Replays of what is let go of may still be under way.
  c10::cuda::device_synchronize();
  if (recorded_.size() >= most_shapes) recorded_.clear();
  auto made = std::make_unique<Recorded>();
  const c10::cuda::CUDAStreamGuard aside(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device_.index()));
  made->input = at::zeros({static_cast<std::int64_t>(count), height, width, 3},
                          at::TensorOptions().dtype(at::kFloat).device(device_));
  for (int i = 0; i < warm_ups; ++i) forward_(made->input);
  c10::cuda::device_synchronize();
  made->graph.capture_begin();
  made->output = forward_(made->input);
  made->graph.capture_end();
  return *recorded_.emplace(shape, std::move(made)).first->second;
}

void CudaGraphs::run(const std::vector<at::Tensor>& pixels, const std::vector<at::Tensor>& depths, void* stream) {
  const c10::InferenceMode no_gradients;
  const c10::cuda::CUDAGuard on_device(device_);
  const auto callers = c10::cuda::getStreamFromExternal(static_cast<cudaStream_t>(stream), device_.index());
  if (!is_recorded_) {
    const c10::cuda::CUDAStreamGuard on_stream(callers);
    const at::Tensor output = forward_(at::stack(pixels));
    for (std::size_t i = 0; i < depths.size(); ++i) {
      depths[i].copy_(output[static_cast<std::int64_t>(i)], /*non_blocking=*/true);
    }
    return;
  }
  Recorded& network = recording({pixels.size(), pixels[0].size(0), pixels[0].size(1)});
  const c10::cuda::CUDAStreamGuard on_stream(callers);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    network.input[static_cast<std::int64_t>(i)].copy_(pixels[i], /*non_blocking=*/true);
  }
  network.graph.replay();
  for (std::size_t i = 0; i < depths.size(); ++i) {
    depths[i].copy_(network.output[static_cast<std::int64_t>(i)], /*non_blocking=*/true);
  }
}

}  // namespace v1
}  // namespace relievo
