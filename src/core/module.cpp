#include "core/module.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <map>
#include <mutex>

#include "core/check.hpp"
#include "core/registry.hpp"

namespace relievo {
inline namespace v1 {
namespace {

std::string last_loader_error() {
  const char* text = dlerror();
  return text != nullptr ? text : "the loader gave no reason";
}

}  // namespace

std::string module_folder() {
  Dl_info info{};
  // The address of a function of this library tells where it was loaded from.
  if (dladdr(reinterpret_cast<void*>(&module_abi_tag), &info) == 0 || info.dli_fname == nullptr) return ".";
  std::error_code ignored;
  const auto path = std::filesystem::canonical(info.dli_fname, ignored);
  return path.has_parent_path() ? path.parent_path().string() : ".";
}

ModuleStatus open_module(const std::string& name, const std::string& folder) {
  ModuleStatus status{name, (std::filesystem::path(folder) / ("librelievo_" + name + ".so")).string(), false, {}};
  if (std::error_code ignored; !std::filesystem::exists(status.file, ignored)) {
    status.reason = "the module " + status.file + " is not installed";
    return status;
  }
  void* handle = dlopen(status.file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    status.reason = last_loader_error();
    return status;
  }
  const auto abi = reinterpret_cast<const char* (*)()>(dlsym(handle, "relievo_module_abi"));
  const auto init = reinterpret_cast<void (*)(EngineRegistry&)>(dlsym(handle, "relievo_module_init"));
  if (abi == nullptr || init == nullptr) {
    status.reason = status.file + " is not a relievo module: it lacks " +
                    (abi == nullptr ? "relievo_module_abi" : "relievo_module_init");
    dlclose(handle);
    return status;
  }
  if (const std::string tag = abi(); tag != module_abi_tag()) {
    status.reason = status.file + " was built for \"" + tag + "\", this library is \"" + module_abi_tag() + "\"";
    dlclose(handle);
    return status;
  }
  try {
    init(EngineRegistry::instance());
    status.loaded = true;
  } catch (const std::exception& error) {
    status.reason = error.what();
  }
  return status;
}

const ModuleStatus& open_module(const std::string& name) {
  static std::mutex mutex;
  static auto* opened = new std::map<std::string, ModuleStatus>;
  const std::lock_guard lock(mutex);
  auto found = opened->find(name);
  if (found == opened->end()) found = opened->emplace(name, open_module(name, module_folder())).first;
  return found->second;
}

std::vector<ModuleStatus> module_status() { return {open_module("cuda"), open_module("torch")}; }

}  // namespace v1
}  // namespace relievo
