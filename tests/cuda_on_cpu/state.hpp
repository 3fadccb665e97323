// What the emulated CUDA runtime knows: its machine, streams, events and memory, and what it was asked for.
#pragma once

#include <cuda_runtime.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cuda_on_cpu/machine.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(memory, bytes) static_cast<void>(memory)
#define ASAN_UNPOISON_MEMORY_REGION(memory, bytes) static_cast<void>(memory)
#endif

struct CUstream_st {
  int device = 0;
  bool waits_for_default = false;
  std::deque<std::function<void()>> work{};
};

namespace cuda_on_cpu {

constexpr int poison_new = 0xC5, poison_freed = 0xD5;

// A point in a stream.
struct Mark {
  CUstream_st* stream;
  bool passed = false;
};

}  // namespace cuda_on_cpu

struct CUevent_st {
  int device = 0;
  std::shared_ptr<cuda_on_cpu::Mark> mark{};
};

struct CUmemPoolHandle_st {
  int device = 0;
};

namespace cuda_on_cpu {

struct Allocation {
  std::size_t bytes = 0;
  int device = -1;  // -1: pinned memory of the host
  bool freed = false;
};

struct Failure {
  std::string name;  // empty: any
  int skip = 0;
  cudaError_t error = cudaSuccess;
};

inline thread_local int current_device = 0;
inline thread_local cudaError_t last_error = cudaSuccess;

inline bool starts_late() {
  const char* const late = std::getenv("RELIEVO_CUDA_LATE");
  return late != nullptr && std::strcmp(late, "1") == 0;
}

class Runtime {
 public:
  static Runtime& instance() {
    static Runtime* const the = new Runtime;
    return *the;
  }

  std::mutex mutex;
  Machine machine;
  Calls calls;
  std::vector<Failure> failures;
  cudaError_t lost = cudaSuccess;
  bool late = starts_late();
  std::map<CUstream_st*, std::unique_ptr<CUstream_st>> streams;
  std::map<CUevent_st*, std::unique_ptr<CUevent_st>> events;
  std::map<CUmemPoolHandle_st*, std::unique_ptr<CUmemPoolHandle_st>> pools;
  std::map<int, CUstream_st> default_streams;
  std::map<const char*, Allocation> memory;
  std::map<const void*, std::size_t> dynamic_shared;  // granted to a kernel

  cudaError_t planned(const char* name) {
    for (auto failure = failures.begin(); failure != failures.end(); ++failure) {
      if (!failure->name.empty() && failure->name != name) continue;
      if (failure->skip-- > 0) continue;
      const cudaError_t error = failure->error;
      failures.erase(failure);
      return error;
    }
    return cudaSuccess;
  }

  cudaError_t driver_status() const {
    if (machine.count_error != cudaSuccess) return machine.count_error;
    if (machine.driver / 1000 < CUDART_VERSION / 1000) return cudaErrorInsufficientDriver;
    return machine.gpus.empty() ? cudaErrorNoDevice : cudaSuccess;
  }
  bool has(int device) const { return device >= 0 && static_cast<std::size_t>(device) < machine.gpus.size(); }

  CUstream_st* find(cudaStream_t stream) {
    if (stream == nullptr) {
      CUstream_st& standard = default_streams[current_device];
      standard.device = current_device;
      return &standard;
    }
    return streams.count(stream) != 0 ? stream : nullptr;
  }

  void step(CUstream_st& stream) {
    const std::function<void()> work = std::move(stream.work.front());
    stream.work.pop_front();
    work();
  }
  void finish(CUstream_st& stream) {
    while (!stream.work.empty()) step(stream);
  }
  void finish_all() {
    for (auto& [handle, stream] : streams) finish(*stream);
    for (auto& [device, stream] : default_streams) finish(stream);
  }
  void reach(Mark& mark) {
    while (!mark.passed) step(*mark.stream);
  }
  void submit(CUstream_st& stream, std::function<void()> work) {
    const bool standard = streams.count(&stream) == 0;
    if (standard) {
      for (auto& [handle, other] : streams) {
        if (other->device == stream.device && other->waits_for_default) finish(*other);
      }
    }
    stream.work.push_back(std::move(work));
    if (!late || standard) finish(stream);
  }

  // The allocation in which these bytes lie, of those not yet freed.
  const Allocation* holding(const void* address, std::size_t bytes) const {
    const char* const first = static_cast<const char*>(address);
    auto found = memory.upper_bound(first);
    if (found == memory.begin()) return nullptr;
    --found;
    const bool within = first + bytes <= found->first + found->second.bytes;
    return within && !found->second.freed ? &found->second : nullptr;
  }
  std::size_t used(int device) const {
    std::size_t sum = 0;
    for (const auto& [address, allocation] : memory) sum += allocation.device == device ? allocation.bytes : 0;
    return sum;
  }

  cudaError_t allocate(void** out, std::size_t bytes, int device) {
    *out = nullptr;
    if (bytes == 0) return cudaSuccess;
    if (device >= 0 && used(device) + bytes > machine.gpus[static_cast<std::size_t>(device)].memory) {
      return cudaErrorMemoryAllocation;
    }
    if (posix_memalign(out, 256, bytes) != 0) return cudaErrorMemoryAllocation;
    std::memset(*out, poison_new, bytes);
    memory[static_cast<char*>(*out)] = {bytes, device};
    return cudaSuccess;
  }
  void release(char* address) {
    const auto found = memory.find(address);
    ASAN_UNPOISON_MEMORY_REGION(address, found->second.bytes);
    std::memset(address, poison_freed, found->second.bytes);
    memory.erase(found);
    std::free(address);
  }

  // Which way a copy goes, and whether its memory is where it says; rows are `width` bytes, `pitch` apart.
  cudaError_t check_side(const void* address, std::size_t pitch, std::size_t width, std::size_t height,
                         bool on_device) {
    const std::size_t bytes = pitch * (height - 1) + width;
    const Allocation* const allocation = holding(address, bytes);
    if (on_device) return allocation != nullptr && allocation->device >= 0 ? cudaSuccess : cudaErrorInvalidValue;
    const Allocation* const start = holding(address, 1);
    if (start == nullptr) return cudaSuccess;  // Pageable.
    return start->device < 0 && allocation != nullptr ? cudaSuccess : cudaErrorInvalidValue;
  }
};

// Every function of the interface goes through here: counted, failing where that was asked for.
template <class Body>
cudaError_t call(const char* name, const Body& body) {
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  ++r.calls.all;
  cudaError_t status = r.planned(name);
  if (status == cudaSuccess) status = r.lost;
  if (status == cudaSuccess) {
    status = body(r);
  } else if (r.lost == cudaSuccess &&
             (std::strstr(name, "Destroy") != nullptr || std::strstr(name, "Free") != nullptr)) {
    // What these report is the failure of something before; they have done their own work.
    body(r);
  }
  if (status != cudaSuccess && status != cudaErrorNotReady) last_error = status;
  return status;
}

}  // namespace cuda_on_cpu
