// The doors of librelievo_cuda.so.
#include <map>
#include <memory>
#include <mutex>

#include "core/module.hpp"
#include "core/registry.hpp"
#include "cuda/cuda_engine.hpp"

namespace relievo {
inline namespace v1 {

std::shared_ptr<Engine> make_cuda_engine(int index, int) {
  // Devices of one GPU share its memory.
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

extern "C" RELIEVO_API const char* relievo_module_abi() { return relievo::module_abi_tag(); }
extern "C" RELIEVO_API void relievo_module_init(relievo::EngineRegistry& registry) {
  registry.add(relievo::DeviceKind::cuda, relievo::make_cuda_engine);
}
