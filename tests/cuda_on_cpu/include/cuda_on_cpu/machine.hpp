// The machine that the emulated CUDA runtime finds, for tests: its driver and GPUs, what fails on it, what was asked of
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cuda_runtime.h"

namespace cuda_on_cpu {

/// As weak as the oldest GPU the kernels are built for, so that what fits here fits everywhere.
struct Gpu {
  std::string name = "GPU on the CPU";
  int major = 7, minor = 5;
  bool memory_pools = true;
  std::size_t memory = std::size_t{4} << 30;
  std::size_t shared_per_block = 48 * 1024, shared_per_block_optin = 64 * 1024;
};

struct Machine {
  int driver = CUDART_VERSION;  ///< 0: none is loaded
  std::vector<Gpu> gpus{Gpu{}};
  cudaError_t count_error = cudaSuccess;  ///< what cudaGetDeviceCount says instead
};

/// What was asked of the runtime since `reset`.
struct Calls {
  long all = 0;
  long allocations = 0, frees = 0, host_allocations = 0;
  long uploads = 0, downloads = 0, device_copies = 0, fills = 0;
  long downloaded_bytes = 0;
  long launches = 0;
  long synchronisations = 0;  ///< the host waits for a stream, an event or a GPU
};

/// What has been made and not been given back.
struct Living {
  long streams = 0, events = 0, pools = 0, allocations = 0, host_allocations = 0;
  bool operator==(const Living&) const = default;
};

/// May be changed between the calls of one thread.
Machine& machine();
/// A machine with one GPU on which nothing fails; calls are counted from 0.
void reset();

Calls calls();
Living living();

/// The call named so, after `skip` others of that name, does nothing and returns `error`.
void fail_call(const std::string& name, cudaError_t error, int skip = 0);
/// So does call number `number` from now on, whatever its name, first is 0.
void fail_call(int number, cudaError_t error);
/// A fault on this GPU: every later call fails with `error`, in every thread, until `reset`.
void lose_gpus(cudaError_t error = cudaErrorIllegalAddress);

/// Whether work given to a stream waits until somebody waits for it, or runs at once. Both are orders that a GPU may
/// take; what is not ordered by events differs. RELIEVO_CUDA_LATE=1 starts with true.
void run_late(bool late);

}  // namespace cuda_on_cpu
