#include "core/networks.hpp"

#include "core/check.hpp"
#include "core/module.hpp"
#include "core/registry.hpp"

namespace relievo {
inline namespace v1 {

NetworkLibrary* networks_if_present() {
  return open_module("torch").loaded ? EngineRegistry::instance().networks() : nullptr;
}

NetworkLibrary& networks(std::string_view what) {
  NetworkLibrary* found = networks_if_present();
  if (found == nullptr) {
    fail(ErrorCode::not_found, what, " needs the module librelievo_torch.so, and ", open_module("torch").reason, ".");
  }
  return *found;
}

}  // namespace v1
}  // namespace relievo
