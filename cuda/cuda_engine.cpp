#include "cuda/cuda_engine.hpp"

#include <map>
#include <utility>

#include "core/registry.hpp"
#include "core/views.hpp"
#include "cuda/runtime.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// A stream and the engine that enqueues into it. Joined last and left first, so that the device never knows a stream
// that is not there.
class CudaStream final : public Stream::Impl {
 public:
  /// `owned` is null where the stream is the user's.
  CudaStream(std::shared_ptr<cuda::CudaDevice> device, cudaStream_t stream, cuda::OwnedStream owned)
      : device_(std::move(device)),
        owned_(std::move(owned)),
        stream_(stream),
        engine_(std::make_shared<CudaEngine>(device_, stream_)) {
    device_->join(stream_);
  }
  ~CudaStream() override {
    engine_.reset();
    device_->leave(stream_);
  }

  Engine& engine() override { return *engine_; }
  void synchronize() override { cuda::check(cudaStreamSynchronize(stream_), "finishing what a stream was given"); }
  void* native() const override { return stream_; }

 private:
  std::shared_ptr<cuda::CudaDevice> device_;
  cuda::OwnedStream owned_;
  cudaStream_t stream_;
  std::shared_ptr<CudaEngine> engine_;
};

}  // namespace

CudaEngine::CudaEngine(std::shared_ptr<cuda::CudaDevice> device, cudaStream_t stream)
    : device_(std::move(device)), stream_(stream != nullptr ? stream : device_->own_stream()), scratch_(*this) {}

Image CudaEngine::allocate(int width, int height, PixelFormat format, Color color) {
  check_size(width, height);
  const std::int64_t stride = (std::int64_t{width} * format.bytes() + 63) / 64 * 64;
  std::shared_ptr<void> owner = device_->allocate(static_cast<std::size_t>(stride) * static_cast<std::size_t>(height));
  const MutableImageView view{owner.get(), width, height, stride, format, color, id()};
  return Image(view, std::move(owner));
}

void CudaEngine::copy(const ImageView& from, const MutableImageView& to) {
  if (from.device.kind == DeviceKind::cpu) return device_->upload(from, to, stream_);
  if (to.device.kind == DeviceKind::cpu) return device_->download(from, to, stream_);
  const cuda::Current current(device_->index());
  const auto row_bytes = static_cast<std::size_t>(from.width) * static_cast<std::size_t>(from.format.bytes());
  cuda::check(
      cudaMemcpy2DAsync(to.data, static_cast<std::size_t>(to.stride), from.data, static_cast<std::size_t>(from.stride),
                        row_bytes, static_cast<std::size_t>(from.height), cudaMemcpyDeviceToDevice, stream_),
      "copying pixels");
}

std::shared_ptr<Stream::Impl> CudaEngine::make_stream() {
  const cuda::Current current(device_->index());
  cuda::OwnedStream stream = cuda::make_stream();
  const cudaStream_t handle = stream.get();
  return std::make_shared<CudaStream>(device_, handle, std::move(stream));
}

std::shared_ptr<Stream::Impl> CudaEngine::wrap_stream(void* native) {
  const cuda::Current current(device_->index());
  const auto stream = static_cast<cudaStream_t>(native);
#if CUDART_VERSION >= 12080
  int device = 0;
  cuda::check(cudaStreamGetDevice(stream, &device), "asking a stream for its GPU");
  require(device == device_->index(), "The stream belongs to cuda:", device, ", this device is cuda:", device_->index(),
          ".");
#endif
  return std::make_shared<CudaStream>(device_, stream, nullptr);
}

std::shared_ptr<Engine> make_cuda_engine(int index, int) {
  static std::mutex mutex;
  static std::map<int, std::weak_ptr<cuda::CudaDevice>> devices;
  const std::lock_guard lock(mutex);
  std::shared_ptr<cuda::CudaDevice> device = devices[index].lock();
  if (device == nullptr) {
    device = std::make_shared<cuda::CudaDevice>(index);
    devices[index] = device;
  }
  return std::make_shared<CudaEngine>(std::move(device));
}

}  // namespace v1
}  // namespace relievo
