// The pixel of a thread, where each has one.
#pragma once

#include "cuda/runtime.hpp"

namespace relievo {
inline namespace v1 {
namespace cuda {

struct Place {
  int x, y;
  bool inside;
};

__device__ inline Place place(int width, int height) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  return {x, y, x < width && y < height};
}

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
