// Networks on CUDA: the launches of a whole network recorded once for each shape of input, and replayed as one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include <ATen/core/Tensor.h>

namespace relievo {
inline namespace v1 {

/// Serves one thread at a time.
class CudaGraphs {
 public:
  /// N x H x W x 3, f32, to N x H x W, f32.
  using Forward = std::function<at::Tensor(const at::Tensor&)>;

  /// Whether this LibTorch finds a GPU that it can use.
  static bool usable();

  /// Not `recorded`, as programs that may wait for the GPU cannot be: launched one by one, each time.
  CudaGraphs(Forward forward, at::Device device, bool recorded);
  ~CudaGraphs();
  /// Enqueues on the CUDA stream: `pixels` (H x W x 3 each, f32, of one size) through the network into `depths` (H x
  /// W). The first call of a shape waits for the GPU; later ones neither wait nor allocate.
  void run(const std::vector<at::Tensor>& pixels, const std::vector<at::Tensor>& depths, void* stream);

 private:
  struct Recorded;
  using Shape = std::tuple<std::size_t, std::int64_t, std::int64_t>;

  Recorded& recording(const Shape& shape);

  Forward forward_;
  at::Device device_;
  bool is_recorded_;
  std::map<Shape, std::unique_ptr<Recorded>> recorded_;
};

}  // namespace v1
}  // namespace relievo
