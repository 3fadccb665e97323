// The CUDA runtime over host memory: checks what it is asked for as the real one does, counts it, and fails on demand.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include "state.hpp"

namespace cuda_on_cpu {
namespace {

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
  if (from_device && !to_device) r.calls.downloaded_bytes += static_cast<long>(width * height);
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
}  // namespace cuda_on_cpu

using namespace cuda_on_cpu;

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
