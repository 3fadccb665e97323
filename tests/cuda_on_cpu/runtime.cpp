// The CUDA runtime over host memory: checks what it is asked for as the real one does, counts it, and fails on demand.
#include <cuda_runtime.h>
#include <nvtx3/nvToolsExt.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
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
namespace {

constexpr int poison_new = 0xC5, poison_freed = 0xD5;

// A point in a stream.
struct Mark {
  CUstream_st* stream;
  bool passed = false;
};

}  // namespace
}  // namespace cuda_on_cpu

struct CUevent_st {
  int device = 0;
  std::shared_ptr<cuda_on_cpu::Mark> mark{};
};

struct CUmemPoolHandle_st {
  int device = 0;
};

namespace cuda_on_cpu {
namespace {

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

thread_local int current_device = 0;
thread_local cudaError_t last_error = cudaSuccess;
thread_local std::vector<const char*> operations;

bool starts_late() {
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

void copy_rows(char* to, std::size_t to_pitch, const char* from, std::size_t from_pitch, std::size_t width,
               std::size_t height) {
  for (std::size_t y = 0; y < height; ++y) std::memmove(to + y * to_pitch, from + y * from_pitch, width);
}

cudaError_t copy(Runtime& r, void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                 std::size_t width, std::size_t height, cudaMemcpyKind kind, cudaStream_t handle) {
  CUstream_st* const stream = r.find(handle);
  if (stream == nullptr) return cudaErrorInvalidResourceHandle;
  if (width == 0 || height == 0) return cudaSuccess;
  if (to_pitch < width || from_pitch < width) return cudaErrorInvalidPitchValue;
  if (to == nullptr || from == nullptr) return cudaErrorInvalidValue;
  const auto on_device = [&](const void* address) {
    const Allocation* const allocation = r.holding(address, 1);
    return allocation != nullptr && allocation->device >= 0;
  };
  bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  if (kind == cudaMemcpyDefault) {
    to_device = on_device(to);
    from_device = on_device(from);
  }
  for (const cudaError_t status : {r.check_side(to, to_pitch, width, height, to_device),
                                   r.check_side(from, from_pitch, width, height, from_device)}) {
    if (status != cudaSuccess) return status;
  }
  ++(to_device ? from_device ? r.calls.device_copies : r.calls.uploads : r.calls.downloads);
  char* const target = static_cast<char*>(to);
  const char* const source = static_cast<const char*>(from);
  if (!from_device && r.holding(from, 1) == nullptr) {
    // Pageable memory has been read when the call returns.
    auto staged = std::make_shared<std::vector<char>>(width * height);
    copy_rows(staged->data(), width, source, from_pitch, width, height);
    r.submit(*stream, [=] { copy_rows(target, to_pitch, staged->data(), width, width, height); });
    return cudaSuccess;
  }
  r.submit(*stream, [=] { copy_rows(target, to_pitch, source, from_pitch, width, height); });
  if (!to_device && r.holding(to, 1) == nullptr) r.finish(*stream);
  return cudaSuccess;
}

cudaError_t fill(Runtime& r, void* memory, std::size_t pitch, int value, std::size_t width, std::size_t height,
                 cudaStream_t handle) {
  CUstream_st* const stream = r.find(handle);
  if (stream == nullptr) return cudaErrorInvalidResourceHandle;
  if (width == 0 || height == 0) return cudaSuccess;
  if (pitch < width) return cudaErrorInvalidPitchValue;
  const cudaError_t status = r.check_side(memory, pitch, width, height, true);
  if (status != cudaSuccess) return status;
  ++r.calls.fills;
  r.submit(*stream, [=] {
    for (std::size_t y = 0; y < height; ++y) std::memset(static_cast<char*>(memory) + y * pitch, value, width);
  });
  return cudaSuccess;
}

cudaError_t make_stream(Runtime& r, cudaStream_t* out, bool waits_for_default) {
  const cudaError_t status = r.driver_status();
  if (status != cudaSuccess) return status;
  auto stream = std::make_unique<CUstream_st>();
  stream->device = current_device;
  stream->waits_for_default = waits_for_default;
  *out = stream.get();
  r.streams[*out] = std::move(stream);
  return cudaSuccess;
}

}  // namespace

Machine& machine() { return Runtime::instance().machine; }

void reset() {
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  r.machine = {};
  r.calls = {};
  r.failures.clear();
  r.lost = cudaSuccess;
  r.late = starts_late();
  r.streams.clear();
  r.events.clear();
  r.pools.clear();
  r.default_streams.clear();
  r.dynamic_shared.clear();
  while (!r.memory.empty()) r.release(const_cast<char*>(r.memory.begin()->first));
  current_device = 0;
  last_error = cudaSuccess;
}

Calls calls() {
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  return r.calls;
}

Living living() {
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  Living living;
  living.streams = static_cast<long>(r.streams.size());
  living.events = static_cast<long>(r.events.size());
  living.pools = static_cast<long>(r.pools.size());
  for (const auto& [address, allocation] : r.memory) {
    if (allocation.freed) continue;
    ++(allocation.device < 0 ? living.host_allocations : living.allocations);
  }
  return living;
}

void fail_call(const std::string& name, cudaError_t error, int skip) {
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  r.failures.push_back({name, skip, error});
}
void fail_call(int number, cudaError_t error) { fail_call(std::string(), error, number); }

void lose_gpus(cudaError_t error) {
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  r.lost = error;
  // What streams still held is never done.
  for (auto& [handle, stream] : r.streams) stream->work.clear();
  for (auto& [handle, event] : r.events) event->mark = nullptr;
}

void run_late(bool late) {
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  r.finish_all();
  r.late = late;
}

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

namespace {

struct ErrorText {
  cudaError_t error;
  const char* name;
  const char* sentence;
};
// In the runtime's own words.
constexpr ErrorText error_texts[] = {
    {cudaSuccess, "cudaSuccess", "no error"},
    {cudaErrorInvalidValue, "cudaErrorInvalidValue", "invalid argument"},
    {cudaErrorMemoryAllocation, "cudaErrorMemoryAllocation", "out of memory"},
    {cudaErrorInitializationError, "cudaErrorInitializationError", "initialization error"},
    {cudaErrorInvalidConfiguration, "cudaErrorInvalidConfiguration", "invalid configuration argument"},
    {cudaErrorInvalidPitchValue, "cudaErrorInvalidPitchValue", "invalid pitch argument"},
    {cudaErrorInvalidMemcpyDirection, "cudaErrorInvalidMemcpyDirection", "invalid copy direction for memcpy"},
    {cudaErrorInsufficientDriver, "cudaErrorInsufficientDriver",
     "CUDA driver version is insufficient for CUDA runtime version"},
    {cudaErrorNoDevice, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    {cudaErrorInvalidDevice, "cudaErrorInvalidDevice", "invalid device ordinal"},
    {cudaErrorInvalidResourceHandle, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    {cudaErrorNotReady, "cudaErrorNotReady", "device not ready"},
    {cudaErrorIllegalAddress, "cudaErrorIllegalAddress", "an illegal memory access was encountered"},
    {cudaErrorLaunchOutOfResources, "cudaErrorLaunchOutOfResources", "too many resources requested for launch"},
    {cudaErrorLaunchFailure, "cudaErrorLaunchFailure", "unspecified launch failure"},
    {cudaErrorNotSupported, "cudaErrorNotSupported", "operation not supported"},
    {cudaErrorSystemDriverMismatch, "cudaErrorSystemDriverMismatch",
     "system has unsupported display driver / cuda driver combination"},
    {cudaErrorUnknown, "cudaErrorUnknown", "unknown error"},
};

}  // namespace

const char* cudaGetErrorName(cudaError_t error) {
  for (const ErrorText& text : error_texts) {
    if (text.error == error) return text.name;
  }
  return "unrecognized error code";
}
const char* cudaGetErrorString(cudaError_t error) {
  for (const ErrorText& text : error_texts) {
    if (text.error == error) return text.sentence;
  }
  return "unrecognized error code";
}
cudaError_t cudaGetLastError() {
  const cudaError_t error = last_error;
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  // A lost GPU stays lost.
  last_error = r.lost;
  return r.lost != cudaSuccess ? r.lost : error;
}
cudaError_t cudaPeekAtLastError() { return last_error; }

cudaError_t cudaDriverGetVersion(int* version) {
  return call("cudaDriverGetVersion", [&](Runtime& r) {
    *version = r.machine.driver;
    return cudaSuccess;
  });
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  return call("cudaRuntimeGetVersion", [&](Runtime&) {
    *version = CUDART_VERSION;
    return cudaSuccess;
  });
}
cudaError_t cudaGetDeviceCount(int* count) {
  return call("cudaGetDeviceCount", [&](Runtime& r) {
    *count = 0;
    const cudaError_t status = r.driver_status();
    if (status == cudaSuccess) *count = static_cast<int>(r.machine.gpus.size());
    return status;
  });
}
cudaError_t cudaGetDevice(int* device) {
  return call("cudaGetDevice", [&](Runtime& r) {
    const cudaError_t status = r.driver_status();
    if (status == cudaSuccess) *device = current_device;
    return status;
  });
}
cudaError_t cudaSetDevice(int device) {
  return call("cudaSetDevice", [&](Runtime& r) {
    const cudaError_t status = r.driver_status();
    if (status != cudaSuccess) return status;
    if (!r.has(device)) return cudaErrorInvalidDevice;
    current_device = device;
    return cudaSuccess;
  });
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  return call("cudaGetDeviceProperties", [&](Runtime& r) {
    if (!r.has(device)) return cudaErrorInvalidDevice;
    const Gpu& gpu = r.machine.gpus[static_cast<std::size_t>(device)];
    *properties = {};
    std::snprintf(properties->name, sizeof properties->name, "%s", gpu.name.c_str());
    properties->totalGlobalMem = gpu.memory;
    properties->sharedMemPerBlock = gpu.shared_per_block;
    properties->sharedMemPerBlockOptin = gpu.shared_per_block_optin;
    properties->warpSize = warpSize;
    properties->maxThreadsPerBlock = 1024;
    properties->major = gpu.major;
    properties->minor = gpu.minor;
    properties->multiProcessorCount = 1;
    properties->memoryPoolsSupported = gpu.memory_pools;
    return cudaSuccess;
  });
}
cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total) {
  return call("cudaMemGetInfo", [&](Runtime& r) {
    *total = r.machine.gpus[static_cast<std::size_t>(current_device)].memory;
    *free_bytes = *total - std::min(*total, r.used(current_device));
    return cudaSuccess;
  });
}
cudaError_t cudaDeviceSynchronize() {
  return call("cudaDeviceSynchronize", [&](Runtime& r) {
    ++r.calls.synchronisations;
    r.finish_all();
    return cudaSuccess;
  });
}

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  return call("cudaStreamCreate", [&](Runtime& r) { return make_stream(r, stream, true); });
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  return call("cudaStreamCreateWithFlags",
              [&](Runtime& r) { return make_stream(r, stream, flags != cudaStreamNonBlocking); });
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  return call("cudaStreamDestroy", [&](Runtime& r) {
    if (r.streams.count(stream) == 0) return cudaErrorInvalidResourceHandle;
    r.finish(*stream);
    r.streams.erase(stream);
    return cudaSuccess;
  });
}
cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
  return call("cudaStreamSynchronize", [&](Runtime& r) {
    CUstream_st* const stream = r.find(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    ++r.calls.synchronisations;
    r.finish(*stream);
    return cudaSuccess;
  });
}
cudaError_t cudaStreamQuery(cudaStream_t handle) {
  return call("cudaStreamQuery", [&](Runtime& r) {
    CUstream_st* const stream = r.find(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    return stream->work.empty() ? cudaSuccess : cudaErrorNotReady;
  });
}
cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned) {
  return call("cudaStreamWaitEvent", [&](Runtime& r) {
    CUstream_st* const stream = r.find(handle);
    if (stream == nullptr || r.events.count(event) == 0) return cudaErrorInvalidResourceHandle;
    if (event->mark != nullptr) r.submit(*stream, [&r, mark = event->mark] { r.reach(*mark); });
    return cudaSuccess;
  });
}
cudaError_t cudaStreamGetDevice(cudaStream_t handle, int* device) {
  return call("cudaStreamGetDevice", [&](Runtime& r) {
    const CUstream_st* const stream = r.find(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    *device = stream->device;
    return cudaSuccess;
  });
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  return call("cudaEventCreateWithFlags", [&](Runtime& r) {
    auto made = std::make_unique<CUevent_st>();
    made->device = current_device;
    *event = made.get();
    r.events[*event] = std::move(made);
    return cudaSuccess;
  });
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  return call("cudaEventDestroy",
              [&](Runtime& r) { return r.events.erase(event) != 0 ? cudaSuccess : cudaErrorInvalidResourceHandle; });
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t handle) {
  return call("cudaEventRecord", [&](Runtime& r) {
    CUstream_st* const stream = r.find(handle);
    if (stream == nullptr || r.events.count(event) == 0 || event->device != stream->device) {
      return cudaErrorInvalidResourceHandle;
    }
    event->mark = std::make_shared<Mark>(Mark{stream});
    r.submit(*stream, [mark = event->mark] { mark->passed = true; });
    return cudaSuccess;
  });
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  return call("cudaEventSynchronize", [&](Runtime& r) {
    if (r.events.count(event) == 0) return cudaErrorInvalidResourceHandle;
    ++r.calls.synchronisations;
    if (event->mark != nullptr) r.reach(*event->mark);
    return cudaSuccess;
  });
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
  return call("cudaEventQuery", [&](Runtime& r) {
    if (r.events.count(event) == 0) return cudaErrorInvalidResourceHandle;
    return event->mark == nullptr || event->mark->passed ? cudaSuccess : cudaErrorNotReady;
  });
}

cudaError_t cudaMemPoolCreate(cudaMemPool_t* pool, const cudaMemPoolProps* properties) {
  return call("cudaMemPoolCreate", [&](Runtime& r) {
    const int device = properties->location.id;
    if (!r.has(device)) return cudaErrorInvalidDevice;
    if (properties->allocType != cudaMemAllocationTypePinned ||
        properties->location.type != cudaMemLocationTypeDevice) {
      return cudaErrorInvalidValue;
    }
    if (!r.machine.gpus[static_cast<std::size_t>(device)].memory_pools) return cudaErrorNotSupported;
    auto made = std::make_unique<CUmemPoolHandle_st>();
    made->device = device;
    *pool = made.get();
    r.pools[*pool] = std::move(made);
    return cudaSuccess;
  });
}
cudaError_t cudaMemPoolDestroy(cudaMemPool_t pool) {
  return call("cudaMemPoolDestroy",
              [&](Runtime& r) { return r.pools.erase(pool) != 0 ? cudaSuccess : cudaErrorInvalidValue; });
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t pool, cudaMemPoolAttr, void*) {
  return call("cudaMemPoolSetAttribute",
              [&](Runtime& r) { return r.pools.count(pool) != 0 ? cudaSuccess : cudaErrorInvalidValue; });
}
cudaError_t cudaMallocFromPoolAsync(void** memory, std::size_t bytes, cudaMemPool_t pool, cudaStream_t handle) {
  return call("cudaMallocFromPoolAsync", [&](Runtime& r) {
    CUstream_st* const stream = r.find(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    if (r.pools.count(pool) == 0) return cudaErrorInvalidValue;
    const cudaError_t status = r.allocate(memory, bytes, pool->device);
    if (status != cudaSuccess) return status;
    ++r.calls.allocations;
    // It may be used from this point of the stream on.
    char* const address = static_cast<char*>(*memory);
    ASAN_POISON_MEMORY_REGION(address, bytes);
    r.submit(*stream, [=] { ASAN_UNPOISON_MEMORY_REGION(address, bytes); });
    return cudaSuccess;
  });
}
cudaError_t cudaFreeAsync(void* memory, cudaStream_t handle) {
  return call("cudaFreeAsync", [&](Runtime& r) {
    CUstream_st* const stream = r.find(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    char* const address = static_cast<char*>(memory);
    const auto found = r.memory.find(address);
    if (found == r.memory.end() || found->second.freed || found->second.device < 0) return cudaErrorInvalidValue;
    ++r.calls.frees;
    found->second.freed = true;
    r.submit(*stream, [&r, address] { r.release(address); });
    return cudaSuccess;
  });
}
cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  return call("cudaMalloc", [&](Runtime& r) {
    const cudaError_t status = r.driver_status();
    if (status != cudaSuccess) return status;
    ++r.calls.allocations;
    return r.allocate(memory, bytes, current_device);
  });
}
cudaError_t cudaFree(void* memory) {
  return call("cudaFree", [&](Runtime& r) {
    if (memory == nullptr) return cudaSuccess;
    r.finish_all();
    const auto found = r.memory.find(static_cast<char*>(memory));
    if (found == r.memory.end() || found->second.freed || found->second.device < 0) return cudaErrorInvalidValue;
    ++r.calls.frees;
    r.release(static_cast<char*>(memory));
    return cudaSuccess;
  });
}
cudaError_t cudaMallocHost(void** memory, std::size_t bytes, unsigned) {
  return call("cudaMallocHost", [&](Runtime& r) {
    const cudaError_t status = r.driver_status();
    if (status != cudaSuccess) return status;
    ++r.calls.host_allocations;
    return r.allocate(memory, bytes, -1);
  });
}
cudaError_t cudaFreeHost(void* memory) {
  return call("cudaFreeHost", [&](Runtime& r) {
    if (memory == nullptr) return cudaSuccess;
    r.finish_all();
    const auto found = r.memory.find(static_cast<char*>(memory));
    if (found == r.memory.end() || found->second.device >= 0) return cudaErrorInvalidValue;
    r.release(static_cast<char*>(memory));
    return cudaSuccess;
  });
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  return call("cudaMemcpyAsync", [&](Runtime& r) { return copy(r, to, bytes, from, bytes, bytes, 1, kind, stream); });
}
cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind kind, cudaStream_t stream) {
  return call("cudaMemcpy2DAsync",
              [&](Runtime& r) { return copy(r, to, to_pitch, from, from_pitch, width, height, kind, stream); });
}
cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream) {
  return call("cudaMemsetAsync", [&](Runtime& r) { return fill(r, memory, bytes, value, bytes, 1, stream); });
}
cudaError_t cudaMemset2DAsync(void* memory, std::size_t pitch, int value, std::size_t width, std::size_t height,
                              cudaStream_t stream) {
  return call("cudaMemset2DAsync", [&](Runtime& r) { return fill(r, memory, pitch, value, width, height, stream); });
}

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute attribute, int value) {
  return call("cudaFuncSetAttribute", [&](Runtime& r) {
    const Gpu& gpu = r.machine.gpus[static_cast<std::size_t>(current_device)];
    if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize || value < 0 ||
        static_cast<std::size_t>(value) > gpu.shared_per_block_optin) {
      return cudaErrorInvalidValue;
    }
    r.dynamic_shared[kernel] = static_cast<std::size_t>(value);
    return cudaSuccess;
  });
}
