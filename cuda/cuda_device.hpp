// One GPU: its memory in stream order, its streams, pinned staging and tables that stay.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {
namespace cuda {

/// Makes a GPU current for this thread and the caller's own current again at the end.
class Current {
 public:
  explicit Current(int device);
  ~Current();
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

 private:
  int before_ = -1;
};

/// A handle of the runtime that is given back with it.
template <auto destroy>
struct Destroy {
  template <class Handle>
  void operator()(Handle* handle) const {
    destroy(handle);
  }
};
template <class Handle, auto destroy>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Destroy<destroy>>;
using OwnedPool = Owned<cudaMemPool_t, cudaMemPoolDestroy>;
using OwnedStream = Owned<cudaStream_t, cudaStreamDestroy>;
using OwnedEvent = Owned<cudaEvent_t, cudaEventDestroy>;

OwnedStream make_stream();
OwnedEvent make_event();

/// Memory of a GPU; given back once every stream has passed the point where it was.
class CudaDevice : public std::enable_shared_from_this<CudaDevice> {
 public:
  /// Throws Error{not_found} that says why there is no such GPU.
  explicit CudaDevice(int index);
  ~CudaDevice();
  CudaDevice(const CudaDevice&) = delete;
  CudaDevice& operator=(const CudaDevice&) = delete;

  int index() const { return index_; }
  const std::string& name() const { return name_; }
  /// The stream of synchronous calls.
  cudaStream_t own_stream() const { return own_.get(); }

  /// A stream that takes part in the order of memory from now on, until `leave`.
  void join(cudaStream_t stream);
  void leave(cudaStream_t stream);

  /// Uninitialised bytes, 256-byte aligned; every joined stream may use them at once.
  std::shared_ptr<void> allocate(std::size_t bytes);

  /// Copies rows between pageable host memory and this GPU through pinned memory, in order on `stream`; a download
  /// comes after what every stream was given. Has finished when it returns.
  void upload(const ImageView& from, const MutableImageView& to, cudaStream_t stream);
  void download(const ImageView& from, const MutableImageView& to, cudaStream_t stream);

  /// `bytes` of a table that lives as long as the process, copied to the GPU at its first use.
  const void* table(const void* host, std::size_t bytes);

 private:
  struct Staging;

  void order(cudaStream_t first, cudaStream_t then);
  void order_if_alive(cudaStream_t first, cudaStream_t then);
  void* take(std::size_t bytes);
  void free(void* memory);
  Staging& staging();

  int index_;
  std::string name_;
  OwnedPool pool_;
  OwnedStream own_;
  OwnedEvent event_;
  std::mutex mutex_;
  std::vector<cudaStream_t> streams_;
  std::map<const void*, void*> tables_;
  std::unique_ptr<Staging> staging_;
};

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
