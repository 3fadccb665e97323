#include "core/model_file.hpp"

#include <cstdlib>
#include <filesystem>

namespace relievo {
inline namespace v1 {
namespace {

// The specification of base directories has empty variables mean unset ones.
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string model_folder() {
  if (std::string folder = variable("RELIEVO_MODELS"); !folder.empty()) return folder;
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) return cache + "/relievo/models";
  if (const std::string home = variable("HOME"); !home.empty()) return home + "/.cache/relievo/models";
  return {};
}

}  // namespace

std::string model_file(const std::string& model, const std::string& file) {
  const std::string folder = model_folder();
  if (folder.empty()) return {};
  const std::filesystem::path path = std::filesystem::path(folder) / model / file;
  std::error_code absent;
  return std::filesystem::is_regular_file(path, absent) ? path.string() : std::string();
}

}  // namespace v1
}  // namespace relievo
