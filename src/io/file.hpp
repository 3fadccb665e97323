// Whole files: read with a reason when that fails, written whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace relievo {
inline namespace v1 {
namespace io {

using Bytes = std::vector<std::uint8_t>;

/// The extension in lower case with its dot where it is one of `known`; else throws Error{invalid_argument}:
/// "no extension of `what`".
std::string extension_among(const std::string& path, std::span<const std::string_view> known, const char* what);

/// The content of a regular file. Throws Error{not_found}, Error{io}, Error{corrupt_data} for an
/// empty file and Error{unsupported} above `max_bytes`.
Bytes read_file(const std::string& path, std::int64_t max_bytes);

/// The first `most` bytes of a regular file, or all where it has fewer. Throws as read_file.
Bytes read_start(const std::string& path, std::size_t most);

/// Gives a file its content by way of a temporary name in the same folder. Without `commit` the
/// temporary is removed and what stood under the name before stays.
class AtomicFile {
 public:
  /// Throws Error{io} where the folder cannot hold the file.
  explicit AtomicFile(const std::string& path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  /// Name of the temporary, for libraries that open it themselves.
  const std::string& temporary() const { return temporary_; }
  void write(const void* data, std::size_t size);
  void commit();

 private:
  std::string path_;
  std::string target_;
  std::string temporary_;
  int descriptor_ = -1;
  std::optional<unsigned> permissions_;  // of the file that is replaced
};

/// Throws as AtomicFile would, and leaves nothing behind.
void check_writable(const std::string& path);

/// One call for content that is complete already.
void write_file(const std::string& path, const void* data, std::size_t size);

}  // namespace io
}  // namespace v1
}  // namespace relievo
