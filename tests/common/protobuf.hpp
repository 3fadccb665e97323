// Protocol buffers, written by hand.
#pragma once

#include <cstdint>
#include <string>

namespace relievo_tests {

inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value > 127; value >>= 7) bytes += static_cast<char>(value | 128u);
  return bytes + static_cast<char>(value);
}
/// Fields of a protocol buffer: a number, and a text or message.
inline std::string field(unsigned number, std::uint64_t value) { return varint(number << 3) + varint(value); }
inline std::string field(unsigned number, const std::string& bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + bytes;
}

}  // namespace relievo_tests
