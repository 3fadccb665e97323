#include "torch/precision.hpp"

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

at::ScalarType precision_on(at::Device device, Precision wish) {
  switch (wish) {
    case Precision::automatic:
      if (device.is_cuda()) return at::kHalf;
      // Without units for it, LibTorch's bf16 is an order of magnitude slower than f32.
      return __builtin_cpu_supports("avx512bf16") != 0 ? at::kBFloat16 : at::kFloat;
    case Precision::f32:
      return at::kFloat;
    case Precision::bf16:
      return at::kBFloat16;
    case Precision::f16:
      require(device.is_cuda(), "precision is f16, which networks run in on CUDA only; allowed here are f32 and bf16.");
      return at::kHalf;
  }
  return at::kFloat;
}

}  // namespace v1
}  // namespace relievo
