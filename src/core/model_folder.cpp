#include <cstdlib>

#include <relievo/models.hpp>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

std::string model_folder() {
  // The specification of base directories has empty variables mean unset ones.
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  if (std::string folder = variable("RELIEVO_MODELS"); !folder.empty()) return folder;
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) return cache + "/relievo/models";
  if (const std::string home = variable("HOME"); !home.empty()) return home + "/.cache/relievo/models";
  fail(ErrorCode::not_found, "There is no folder for models; set RELIEVO_MODELS, XDG_CACHE_HOME or HOME.");
}

}  // namespace v1
}  // namespace relievo
