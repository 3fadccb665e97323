// The tag, compiled into the library and into every module.
#include <relievo/version.hpp>

#include "core/check.hpp"
#include "core/module.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Counts changes of what a module and the library share: Engine, EngineRegistry, Stream::Impl, NetworkLibrary.
constexpr int interface_revision = 5;

}  // namespace

const char* module_abi_tag() {
  static const std::string tag = sentence("relievo ", RELIEVO_VERSION_STRING, " interface ", interface_revision,
                                          " cxx11-abi ", _GLIBCXX_USE_CXX11_ABI);
  return tag.c_str();
}

}  // namespace v1
}  // namespace relievo
