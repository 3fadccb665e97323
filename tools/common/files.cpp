#include "common/files.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "common/fail.hpp"

namespace tool {

std::string extension_of(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return extension;
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(relievo::ErrorCode::io, "Cannot write '", folder.string(), "': ", error.message(), ".");
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) {
    fail(relievo::ErrorCode::io, "Cannot write '", path.string(), "': ", std::strerror(errno), ".");
  }
}

}  // namespace tool
