#include "cuda/cuda_device.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "cuda/runtime.hpp"

namespace relievo {
inline namespace v1 {
namespace cuda {
namespace {

constexpr std::size_t staging_bytes = std::size_t{4} << 20;
// The oldest GPU the kernels are built for, as compute capability.
constexpr int least_major = 7, least_minor = 5;

template <class... Parts>
[[noreturn]] void absent(const Parts&... reason) {
  fail(ErrorCode::not_found, "There is no CUDA device: ", reason..., "; use the device cpu.");
}

std::string version_text(int version) { return sentence(version / 1000, ".", version % 1000 / 10); }

int device_count() {
  int driver = 0, runtime = 0, count = 0;
  check(cudaDriverGetVersion(&driver), "asking for the driver's version");
  if (driver == 0) absent("no NVIDIA driver is loaded on this machine");
  check(cudaRuntimeGetVersion(&runtime), "asking for the runtime's version");
  if (driver / 1000 < runtime / 1000) {
    absent("the NVIDIA driver serves CUDA ", version_text(driver), " and this build needs ", runtime / 1000, ".0");
  }
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess) {
    cudaGetLastError();
    absent(cudaGetErrorString(status), " (", cudaGetErrorName(status), ")");
  }
  if (count == 0) absent("this machine has no GPU that CUDA sees");
  return count;
}

}  // namespace

Current::Current(int device) {
  int now = 0;
  check(cudaGetDevice(&now), "asking for the current GPU");
  if (now == device) return;
  check(cudaSetDevice(device), "choosing the GPU");
  before_ = now;
}

Current::~Current() {
  if (before_ >= 0) cudaSetDevice(before_);
}

OwnedStream make_stream() {
  cudaStream_t stream = nullptr;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "making a stream");
  return OwnedStream(stream);
}

OwnedEvent make_event() {
  cudaEvent_t event = nullptr;
  check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "making an event");
  return OwnedEvent(event);
}

namespace {

using Pinned = Owned<char*, cudaFreeHost>;

Pinned make_pinned(std::size_t bytes) {
  void* memory = nullptr;
  check(cudaMallocHost(&memory, bytes), "pinned memory for copies");
  return Pinned(static_cast<char*>(memory));
}

OwnedPool make_pool(int device) {
  cudaMemPoolProps properties{};
  properties.allocType = cudaMemAllocationTypePinned;
  properties.location.type = cudaMemLocationTypeDevice;
  properties.location.id = device;
  cudaMemPool_t made = nullptr;
  check(cudaMemPoolCreate(&made, &properties), "making a memory pool");
  OwnedPool pool(made);
  // Memory stays with the pool, so that allocating it again is free.
  std::uint64_t all = UINT64_MAX;
  check(cudaMemPoolSetAttribute(made, cudaMemPoolAttrReleaseThreshold, &all), "making a memory pool");
  return pool;
}

}  // namespace

// Two pinned buffers, so that one is copied by the host while the GPU copies the other.
struct CudaDevice::Staging {
  std::mutex mutex;
  std::array<Pinned, 2> buffers{make_pinned(staging_bytes), make_pinned(staging_bytes)};
  std::array<OwnedEvent, 2> done{make_event(), make_event()};
};

CudaDevice::CudaDevice(int index) : index_(index) {
  const int count = device_count();
  if (index >= count) {
    fail(ErrorCode::not_found, "There is no CUDA device ", index, ": this machine has ", count, ", numbered from 0.");
  }
  const Current current(index);
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, index), "asking what the GPU is");
  if (properties.major < least_major || (properties.major == least_major && properties.minor < least_minor)) {
    absent("the ", properties.name, " has compute capability ", properties.major, ".", properties.minor, " and ",
           least_major, ".", least_minor, " is needed");
  }
  if (properties.memoryPoolsSupported == 0) absent("the ", properties.name, " does not support memory pools");
  name_ = properties.name;
  pool_ = make_pool(index);
  own_ = make_stream();
  event_ = make_event();
}

CudaDevice::~CudaDevice() {
  int before = 0;
  cudaGetDevice(&before);
  cudaSetDevice(index_);
  for (const auto& [host, memory] : tables_) cudaFreeAsync(memory, own_.get());
  cudaStreamSynchronize(own_.get());
  cudaSetDevice(before);
}

void CudaDevice::order(cudaStream_t first, cudaStream_t then) {
  check(cudaEventRecord(event_.get(), first), "ordering streams");
  check(cudaStreamWaitEvent(then, event_.get(), 0), "ordering streams");
}

// For destructors. What fails is a lost GPU, and every later call says so; or a stream its owner has destroyed, which
// has finished.
void CudaDevice::order_if_alive(cudaStream_t first, cudaStream_t then) {
  if (cudaEventRecord(event_.get(), first) != cudaSuccess ||
      cudaStreamWaitEvent(then, event_.get(), 0) != cudaSuccess) {
    cudaGetLastError();
  }
}

void CudaDevice::join(cudaStream_t stream) {
  const std::lock_guard lock(mutex_);
  order(own_.get(), stream);
  streams_.push_back(stream);
}

void CudaDevice::leave(cudaStream_t stream) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find(streams_.begin(), streams_.end(), stream);
  if (found == streams_.end()) return;
  streams_.erase(found);
  // Memory freed from now on is still behind what this stream was given.
  order_if_alive(stream, own_.get());
}

// With the lock held.
void* CudaDevice::take(std::size_t bytes) {
  void* memory = nullptr;
  const cudaError_t status = cudaMallocFromPoolAsync(&memory, bytes, pool_.get(), own_.get());
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    std::size_t free_bytes = 0, total = 0;
    cudaMemGetInfo(&free_bytes, &total);
    fail(ErrorCode::out_of_memory, "No memory on cuda:", index_, " for ", bytes, " bytes; ", free_bytes, " of ", total,
         " are free.");
  }
  check(status, "allocating memory");
  return memory;
}

std::shared_ptr<void> CudaDevice::allocate(std::size_t bytes) {
  const Current current(index_);
  void* memory = nullptr;
  {
    const std::lock_guard lock(mutex_);
    memory = take(bytes);
  }
  // Made without the lock, which its end takes as well.
  std::shared_ptr<void> owner(memory, [device = shared_from_this()](void* taken) { device->free(taken); });
  const std::lock_guard lock(mutex_);
  if (!streams_.empty()) {
    check(cudaEventRecord(event_.get(), own_.get()), "ordering streams");
    for (const cudaStream_t stream : streams_) {
      check(cudaStreamWaitEvent(stream, event_.get(), 0), "ordering streams");
    }
  }
  return owner;
}

// Nothing can be thrown here.
void CudaDevice::free(void* memory) {
  int before = 0;
  cudaGetDevice(&before);
  if (before != index_) cudaSetDevice(index_);
  {
    const std::lock_guard lock(mutex_);
    for (const cudaStream_t stream : streams_) order_if_alive(stream, own_.get());
    cudaFreeAsync(memory, own_.get());
  }
  if (before != index_) cudaSetDevice(before);
}

CudaDevice::Staging& CudaDevice::staging() {
  const std::lock_guard lock(mutex_);
  if (staging_ == nullptr) staging_ = std::make_unique<Staging>();
  return *staging_;
}

namespace {

std::size_t row_bytes(const ImageView& image) {
  return static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.format.bytes());
}

// Rows that fit a staging buffer; the widest row is a quarter of one.
int rows_at_once(const ImageView& image) { return static_cast<int>(staging_bytes / row_bytes(image)); }

}  // namespace

void CudaDevice::upload(const ImageView& from, const MutableImageView& to, cudaStream_t stream) {
  const Current current(index_);
  Staging& staging = this->staging();
  const std::lock_guard lock(staging.mutex);
  const std::size_t bytes = row_bytes(from);
  const int step = rows_at_once(from);
  std::size_t turn = 0;
  for (int y = 0; y < from.height; y += step, turn = 1 - turn) {
    const int rows = std::min(step, from.height - y);
    check(cudaEventSynchronize(staging.done[turn].get()), "an upload");
    char* const buffer = staging.buffers[turn].get();
    for (int i = 0; i < rows; ++i)
      std::memcpy(buffer + bytes * static_cast<std::size_t>(i), from.row<char>(y + i), bytes);
    check(cudaMemcpy2DAsync(to.row<char>(y), static_cast<std::size_t>(to.stride), buffer, bytes, bytes,
                            static_cast<std::size_t>(rows), cudaMemcpyHostToDevice, stream),
          "an upload");
    check(cudaEventRecord(staging.done[turn].get(), stream), "an upload");
  }
  check(cudaStreamSynchronize(stream), "an upload");
}

void CudaDevice::download(const ImageView& from, const MutableImageView& to, cudaStream_t stream) {
  const Current current(index_);
  Staging& staging = this->staging();
  const std::lock_guard lock(staging.mutex);
  {
    // What other streams still write may be what is asked for.
    const std::lock_guard streams(mutex_);
    if (stream != own_.get()) order(own_.get(), stream);
    for (const cudaStream_t other : streams_) {
      if (other != stream) order(other, stream);
    }
  }
  const std::size_t bytes = row_bytes(from);
  const int step = rows_at_once(from);
  // The host takes rows out of one buffer while the GPU fills the other.
  const auto take_out = [&](int y, std::size_t turn) {
    check(cudaEventSynchronize(staging.done[turn].get()), "a download");
    const int rows = std::min(step, from.height - y);
    const char* const buffer = staging.buffers[turn].get();
    for (int i = 0; i < rows; ++i)
      std::memcpy(to.row<char>(y + i), buffer + bytes * static_cast<std::size_t>(i), bytes);
  };
  std::size_t turn = 0;
  for (int y = 0; y < from.height; y += step, turn = 1 - turn) {
    const int rows = std::min(step, from.height - y);
    check(
        cudaMemcpy2DAsync(staging.buffers[turn].get(), bytes, from.row<char>(y), static_cast<std::size_t>(from.stride),
                          bytes, static_cast<std::size_t>(rows), cudaMemcpyDeviceToHost, stream),
        "a download");
    check(cudaEventRecord(staging.done[turn].get(), stream), "a download");
    if (y > 0) take_out(y - step, 1 - turn);
  }
  take_out((from.height - 1) / step * step, 1 - turn);
}

const void* CudaDevice::table(const void* host, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (const auto found = tables_.find(host); found != tables_.end()) return found->second;
  const Current current(index_);
  void* const memory = take(bytes);
  // Known before it is filled, so that it is given back whatever happens.
  const auto kept = tables_.emplace(host, memory).first;
  try {
    check(cudaMemcpyAsync(memory, host, bytes, cudaMemcpyHostToDevice, own_.get()), "copying a table");
    check(cudaStreamSynchronize(own_.get()), "copying a table");
  } catch (...) {
    cudaFreeAsync(memory, own_.get());
    tables_.erase(kept);
    throw;
  }
  return memory;
}

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
