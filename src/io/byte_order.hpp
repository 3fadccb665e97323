// Numbers in byte strings.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace relievo {
inline namespace v1 {
namespace io {

using ByteSpan = std::span<const std::uint8_t>;

inline std::uint32_t big16(const std::uint8_t* p) { return static_cast<std::uint32_t>(p[0] << 8 | p[1]); }
inline std::uint32_t big32(const std::uint8_t* p) { return big16(p) << 16 | big16(p + 2); }
inline std::uint32_t little16(const std::uint8_t* p) { return static_cast<std::uint32_t>(p[1] << 8 | p[0]); }
inline std::uint32_t little32(const std::uint8_t* p) { return little16(p + 2) << 16 | little16(p); }

// GCC 12 sees an overflow in vector::insert at the end that is not there.
inline void append(std::vector<std::uint8_t>& to, ByteSpan from) {
  if (from.empty()) return;
  const std::size_t size = to.size();
  to.resize(size + from.size());
  std::memcpy(to.data() + size, from.data(), from.size());
}
inline void append(std::vector<std::uint8_t>& to, std::string_view from) {
  append(to, ByteSpan(reinterpret_cast<const std::uint8_t*>(from.data()), from.size()));
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
