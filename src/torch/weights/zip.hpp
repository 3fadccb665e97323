// The uncompressed entries of a zip archive (APPNOTE.TXT 6.3.10), with zip64.
#pragma once

#include <map>

#include "torch/weights/contents.hpp"

namespace relievo {
inline namespace v1 {
namespace weights {

class ZipArchive {
 public:
  /// Reads the central directory. Throws Error{corrupt_data}.
  explicit ZipArchive(const Source& source);

  struct Entry {
    std::uint64_t offset = 0;  // of the local header
    std::uint64_t size = 0;
    std::uint64_t compressed_size = 0;
    unsigned method = 0;
    bool encrypted = false;
  };
  const std::map<std::string_view, Entry>& entries() const { return entries_; }
  bool has(std::string_view name) const { return entries_.contains(name); }
  /// An entry's bytes, which are compared with no checksum. Throws Error{corrupt_data}, and Error{unsupported} where
  /// they are compressed or encrypted.
  Bytes at(std::string_view name) const;

 private:
  const Source& source_;
  std::map<std::string_view, Entry> entries_;
};

}  // namespace weights
}  // namespace v1
}  // namespace relievo
