// Tables of an engine by what they are made of, where who made them may be gone or make others at the same place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "cuda/cuda_device.hpp"

namespace relievo {
inline namespace v1 {
namespace cuda {

/// The last few tables that were asked for. One thread at a time, tables for one stream.
class KeptTables {
 public:
  using Words = std::vector<std::int32_t>;

  /// The table of `key` in the GPU's memory; make() gives its words where it is not there. It stays while kernels
  /// that were enqueued before the next call use it.
  template <class Make>
  const std::int32_t* table(CudaDevice& device, cudaStream_t stream, const Words& key, const Make& make) {
    for (auto i = kept_.begin(); i != kept_.end(); ++i) {
      if (i->key != key) continue;
      kept_.splice(kept_.begin(), kept_, i);
      return static_cast<const std::int32_t*>(i->memory.get());
    }
    Kept made{key, upload(device, stream, make())};
    if (kept_.size() == most) kept_.pop_back();
    kept_.push_front(std::move(made));
    return static_cast<const std::int32_t*>(kept_.front().memory.get());
  }

 private:
  static constexpr std::size_t most = 8;

  struct Kept {
    Words key;
    std::shared_ptr<void> memory;
  };

  static std::shared_ptr<void> upload(CudaDevice& device, cudaStream_t stream, const Words& words) {
    const auto bytes = static_cast<std::int64_t>(words.size() * sizeof(std::int32_t));
    std::shared_ptr<void> memory = device.allocate(static_cast<std::size_t>(bytes));
    const MutableImageView to{memory.get(), static_cast<int>(words.size()),    1, bytes, {Scalar::f32, 1},
                              {},           {DeviceKind::cuda, device.index()}};
    ImageView from = to;
    from.data = words.data();
    from.device = {};
    device.upload(from, to, stream);
    return memory;
  }

  std::list<Kept> kept_;
};

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
