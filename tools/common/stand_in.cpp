#include "common/stand_in.hpp"

#include <dlfcn.h>

#include <relievo/error.hpp>

namespace tool {

void write_stand_in(const std::string& module, const std::string& architecture, const std::string& path) {
  void* handle = dlopen(module.c_str(), RTLD_NOW | RTLD_NOLOAD);
  const auto write =
      handle == nullptr
          ? nullptr
          : reinterpret_cast<const char* (*)(const char*, const char*)>(dlsym(handle, "relievo_write_stand_in"));
  if (write == nullptr) {
    throw relievo::Error(relievo::ErrorCode::not_found, module + " is not open, or holds no networks.");
  }
  if (const char* sentence = write(architecture.c_str(), path.c_str())) {
    throw relievo::Error(relievo::ErrorCode::io, sentence);
  }
}

}  // namespace tool
