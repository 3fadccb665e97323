#include "core/networks.hpp"

#include <atomic>
#include <mutex>

#include "core/check.hpp"
#include "core/module.hpp"
#include "core/registry.hpp"

namespace relievo {
inline namespace v1 {

namespace {

// As they were asked for; 0 = never.
std::atomic<int> wanted_threads{0};

}  // namespace

NetworkLibrary* networks_if_present() {
  NetworkLibrary* found = open_module("torch").loaded ? EngineRegistry::instance().networks() : nullptr;
  if (found == nullptr) return nullptr;
  static std::once_flag opened;
  std::call_once(opened, [&] {
    if (const int threads = wanted_threads; threads > 0) found->set_threads(threads);
  });
  return found;
}

void set_network_threads(int threads) {
  wanted_threads = threads;
  if (NetworkLibrary* found = EngineRegistry::instance().networks()) found->set_threads(threads);
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
