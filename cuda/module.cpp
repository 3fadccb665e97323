// The doors of librelievo_cuda.so.
#include "core/module.hpp"
#include "core/registry.hpp"
#include "cuda/cuda_engine.hpp"

extern "C" RELIEVO_API const char* relievo_module_abi() { return relievo::module_abi_tag(); }
extern "C" RELIEVO_API void relievo_module_init(relievo::EngineRegistry& registry) {
  registry.add(relievo::DeviceKind::cuda, relievo::make_cuda_engine);
}
