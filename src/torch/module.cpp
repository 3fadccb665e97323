// The doors of librelievo_torch.so.
#include "core/module.hpp"
#include "core/networks.hpp"
#include "core/registry.hpp"

#include <ATen/Parallel.h>

#include "torch/depth_architecture.hpp"
#include "torch/stand_in.hpp"
#include "torch/torch_depth_network.hpp"
#include "torch/torch_person_networks.hpp"

namespace relievo {
inline namespace v1 {
namespace {

class TorchNetworks final : public NetworkLibrary {
 public:
  std::vector<std::string> depth_architectures() const override {
    std::vector<std::string> names;
    for (const DepthArchitecture& known : v1::depth_architectures()) names.push_back(known.name);
    return names;
  }
  std::unique_ptr<DepthNetwork> open_depth(Engine& engine, const DepthNetworkRequest& request) override {
    return open_torch_depth(engine, request);
  }
  std::unique_ptr<FaceNetwork> open_faces(const std::string& file) override { return open_torch_faces(file); }
  std::unique_ptr<MatteNetwork> open_matte(const std::string& file) override { return open_torch_matte(file); }
  void set_threads(int threads) override { at::set_num_threads(threads); }
};

}  // namespace
}  // namespace v1
}  // namespace relievo

extern "C" RELIEVO_API const char* relievo_module_abi() { return relievo::module_abi_tag(); }
extern "C" RELIEVO_API void relievo_module_init(relievo::EngineRegistry& registry) {
  static relievo::TorchNetworks networks;
  registry.add(networks);
}
/// For tools that measure (tools/common/stand_in.hpp). Null, or a sentence that lives until the thread's next call.
extern "C" RELIEVO_API const char* relievo_write_stand_in(const char* architecture, const char* path) {
  static thread_local std::string sentence;
  try {
    relievo::write_stand_in(architecture, path);
    return nullptr;
  } catch (const std::exception& error) {
    sentence = error.what();
    return sentence.c_str();
  }
}
