#include "common/networks.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "common/scenes.hpp"
#include "common/stand_in.hpp"
#include "core/check.hpp"
#include "core/module.hpp"
#include "core/registry.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {
namespace {

struct Networks {
  ModuleStatus module;
  NetworkLibrary* library;
};

// The module lies beside the library, not beside this program.
const Networks& opened() {
  static const Networks networks = [] {
    const ModuleStatus module = open_module("torch", RELIEVO_MODULES);
    if (!module.loaded) fail(ErrorCode::not_found, module.reason, ".");
    NetworkLibrary* library = EngineRegistry::instance().networks();
    library->set_threads(engine().threads());
    return Networks{module, library};
  }();
  return networks;
}

}  // namespace

StandIn::StandIn(const std::string& architecture)
    : architecture_(architecture),
      path_((std::filesystem::temp_directory_path() / "relievo-stand-in-XXXXXX").string()) {
  const int file = mkstemp(path_.data());
  if (file < 0) fail(ErrorCode::io, "Cannot write '", path_, "'.");
  close(file);
  tool::write_stand_in(opened().module.file, architecture_, path_);
}

StandIn::~StandIn() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

std::unique_ptr<DepthNetwork> StandIn::open(Precision precision) const {
  // Networks share in what owns their engine.
  static const auto shared = std::make_shared<CpuEngine>(engine().threads());
  return opened().library->open_depth(*shared, {path_, architecture_, precision});
}

std::unique_ptr<DepthNetwork> open_stand_in(const std::string& architecture, Precision precision) {
  return StandIn(architecture).open(precision);
}

}  // namespace bench
}  // namespace v1
}  // namespace relievo
