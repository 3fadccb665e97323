// Small files, whole and damaged, made byte by byte.
#pragma once

#include <gmock/gmock.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/protobuf.hpp"
#include "common/sentence.hpp"
#include "torch/weights/contents.hpp"

namespace relievo_tests {

/// Reads a file from memory, under the name 'x'. The bytes must outlive the result.
inline relievo::weights::Contents read_text(std::string_view file) {
  return relievo::weights::read_contents({std::as_bytes(std::span(file)), "x"});
}

inline std::string file_of_tests(const std::string& name) {
  return RELIEVO_SOURCE_DIR "/tests/unit/weights/files/" + name;
}

template <class T>
std::string little(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

inline std::string safetensors(const std::string& header, const std::string& data) {
  return little<std::uint64_t>(header.size()) + header + data;
}

/// A zip archive of entries as they are.
inline std::string zip(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string file, directory;
  for (const auto& [name, content] : entries) {
    const std::string common = std::string("\0\0\0\0\0\0\0\0", 8) + little<std::uint32_t>(0) +
                               little(static_cast<std::uint32_t>(content.size())) +
                               little(static_cast<std::uint32_t>(content.size())) +
                               little(static_cast<std::uint16_t>(name.size())) + little<std::uint16_t>(0);
    directory += "PK\1\2" + std::string("\0\0\0\0", 4) + common + std::string(10, '\0') +
                 little(static_cast<std::uint32_t>(file.size())) + name;
    file += "PK\3\4" + std::string("\0\0", 2) + common + name + content;
  }
  const auto count = little(static_cast<std::uint16_t>(entries.size()));
  return file + directory + "PK\5\6" + std::string("\0\0\0\0", 4) + count + count +
         little(static_cast<std::uint32_t>(directory.size())) + little(static_cast<std::uint32_t>(file.size())) +
         std::string("\0\0", 2);
}

}  // namespace relievo_tests
