#include "cuda/runtime.hpp"

namespace relievo {
inline namespace v1 {
namespace cuda {

void check(cudaError_t status, const char* doing) {
  if (status == cudaSuccess) return;
  // What failed must not fail the next call as well.
  cudaGetLastError();
  if (status == cudaErrorMemoryAllocation) {
    fail(ErrorCode::out_of_memory, "The GPU has no memory left for ", doing, ".");
  }
  fail(ErrorCode::device, "The GPU failed at ", doing, ": ", cudaGetErrorString(status), " (", cudaGetErrorName(status),
       ").");
}

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
