// Kernels on their way into a stream, and the operations whose they are.
#include <nvtx3/nvToolsExt.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "state.hpp"

namespace cuda_on_cpu {
namespace {

thread_local std::vector<const char*> operations;

[[noreturn]] void wrong_pointer(std::size_t parameter, std::size_t offset) {
  std::fprintf(stderr,
               "CUDA on the CPU: a kernel of %s gets a pointer to host memory, or to before or behind what was "
               "allocated: parameter %zu of the kernel, counted from 0, byte %zu.\n",
               operations.empty() ? "no operation" : operations.back(), parameter, offset);
  std::fflush(stderr);
  std::abort();
}

// A GPU faults at pointers to the host's own memory; here they would work.
void check_pointers(const Runtime& r, std::span<const Parameter> parameters) {
  constexpr std::uintptr_t lowest = 0x550000000000, highest = 0x7fffffffffff, page = 4096;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].alignment < alignof(void*)) continue;  // There are no pointers in it.
    for (std::size_t offset = 0; offset + sizeof(void*) <= parameters[i].size; offset += sizeof(void*)) {
      std::uintptr_t word = 0;
      std::memcpy(&word, static_cast<const char*>(parameters[i].bytes) + offset, sizeof word);
      // An int with padding behind it looks like a pointer where a pointer was before.
      const auto low = static_cast<std::int32_t>(static_cast<std::uint32_t>(word));
      if (low > -(1 << 20) && low < 1 << 20) continue;
      if (word < lowest || word > highest || r.holding(reinterpret_cast<void*>(word), 0) != nullptr) continue;
      unsigned char resident = 0;
      if (mincore(reinterpret_cast<void*>(word / page * page), 1, &resident) == 0) wrong_pointer(i, offset);
    }
  }
}

}  // namespace

cudaError_t launch(const cudaLaunchConfig_t& config, const void* kernel, std::span<const Parameter> parameters,
                   const void* copied, std::size_t size, void (*thread)(const void*)) {
  return call("cudaLaunchKernelExC", [&](Runtime& r) {
    CUstream_st* const stream = r.find(config.stream);
    if (stream == nullptr || stream->device != current_device) return cudaErrorInvalidResourceHandle;
    const dim3 grid = config.gridDim, block = config.blockDim;
    const std::uint64_t threads = std::uint64_t{block.x} * block.y * block.z;
    if (threads == 0 || threads > 1024 || block.x > 1024 || block.y > 1024 || block.z > 64 || grid.x == 0 ||
        grid.x > 0x7fffffffu || grid.y == 0 || grid.y > 65535 || grid.z == 0 || grid.z > 65535) {
      return cudaErrorInvalidConfiguration;
    }
    const auto granted = r.dynamic_shared.find(kernel);
    const std::size_t allowed = granted != r.dynamic_shared.end()
                                    ? granted->second
                                    : r.machine.gpus[static_cast<std::size_t>(current_device)].shared_per_block;
    if (config.dynamicSmemBytes > allowed) return cudaErrorInvalidValue;
    check_pointers(r, parameters);
    ++r.calls.launches;
    auto kept = std::make_shared<std::vector<std::max_align_t>>(size / sizeof(std::max_align_t) + 1);
    std::memcpy(kept->data(), copied, size);
    const char* const operation = operations.empty() ? "no operation" : operations.back();
    r.submit(*stream, [=, shared = config.dynamicSmemBytes] {
      run({grid, block, shared, operation, thread, kept->data()});
    });
    return cudaSuccess;
  });
}

}  // namespace cuda_on_cpu

using namespace cuda_on_cpu;

int nvtxRangePushA(const char* name) {
  operations.push_back(name);
  return static_cast<int>(operations.size()) - 1;
}
int nvtxRangePop() {
  operations.pop_back();
  return static_cast<int>(operations.size());
}
