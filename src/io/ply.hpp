// The Stanford triangle format, binary and little-endian.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "io/byte_order.hpp"
#include "io/file.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

/// Elements and their properties first, then their values in that order.
class PlyWriter {
 public:
  PlyWriter() { append(bytes_, "ply\nformat binary_little_endian 1.0\n"); }

  /// Properties as the header spells them: "float x".
  void add_element(std::string_view name, std::size_t count, std::initializer_list<std::string_view> properties) {
    append(bytes_, "element " + std::string(name) + " " + std::to_string(count) + "\n");
    for (std::string_view property : properties) append(bytes_, "property " + std::string(property) + "\n");
  }
  void end_header() { append(bytes_, "end_header\n"); }

  template <class T>
  void add(T value) {
    append(bytes_, ByteSpan(reinterpret_cast<const std::uint8_t*>(&value), sizeof value));
  }
  Bytes finished() && { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

}  // namespace io
}  // namespace v1
}  // namespace relievo
