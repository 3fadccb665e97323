// The CUDA runtime with its errors as relievo's, and the one way to start a kernel.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

#include "core/check.hpp"

// Dynamic shared memory of the running block as an array of T.
#if !defined(RELIEVO_DYNAMIC_SHARED)
#define RELIEVO_DYNAMIC_SHARED(T, name)                                          \
  extern __shared__ __align__(16) unsigned char relievo_dynamic_shared_memory[]; \
  T* const name = reinterpret_cast<T*>(relievo_dynamic_shared_memory)
#endif

namespace relievo {
inline namespace v1 {
namespace cuda {

/// Throws Error{out_of_memory} or Error{device} with `doing` and the runtime's name and words for `status`.
void check(cudaError_t status, const char* doing);

/// A grid of blocks, in order on a stream.
struct Grid {
  dim3 blocks;
  dim3 threads;
  cudaStream_t stream;
  std::size_t shared_bytes = 0;
};

/// Blocks of `threads` that cover width x height.
inline dim3 blocks_for(int width, int height, dim3 threads) {
  return dim3((static_cast<unsigned>(width) + threads.x - 1) / threads.x,
              (static_cast<unsigned>(height) + threads.y - 1) / threads.y, 1);
}

/// Starts a kernel; its arguments are converted to the kernel's own types. A kernel that needs over 48 KiB of dynamic
/// shared memory is granted it.
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), const Grid& grid, Arguments... arguments) {
  if (grid.shared_bytes > 48 * 1024) {
    check(
        cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(grid.shared_bytes)),
        "taking shared memory for a kernel");
  }
  cudaLaunchConfig_t config{};
  config.gridDim = grid.blocks;
  config.blockDim = grid.threads;
  config.dynamicSmemBytes = grid.shared_bytes;
  config.stream = grid.stream;
  check(cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...), "starting a kernel");
}

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
