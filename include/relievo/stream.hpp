// An ordered queue of work on a device.
#pragma once

#include <memory>

#include <relievo/export.hpp>

namespace relievo {
inline namespace v1 {

class Device;

/// Work given to one stream runs in the order it was given. On the CPU every call has finished when
/// it returns, so a stream orders nothing there and `synchronize` returns at once.
/// Copies refer to the same queue. One thread at a time may enqueue.
class RELIEVO_API Stream final {
 public:
  /// A new queue on `device`.
  explicit Stream(const Device& device);
  /// The caller's own queue of `device` (a cudaStream_t for CUDA), which must outlive this object.
  /// Throws Error{invalid_argument} for a CPU device or a null handle.
  static Stream from_native(const Device& device, void* handle);

  Stream(const Stream&) noexcept;
  Stream& operator=(const Stream&) noexcept;
  ~Stream();

  /// Returns once everything enqueued so far has finished; throws Error{device} if some of it failed.
  void synchronize() const;
  /// The native handle; null on the CPU.
  void* native() const noexcept;

  /// Internal: the queue behind this object.
  class Impl;
  Impl* impl() const noexcept { return impl_.get(); }

 private:
  explicit Stream(std::shared_ptr<Impl> impl) noexcept;
  std::shared_ptr<Impl> impl_;
};

}  // namespace v1
}  // namespace relievo
