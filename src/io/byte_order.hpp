// Numbers in byte strings.
#pragma once

#include <cstdint>
#include <span>

namespace relievo {
inline namespace v1 {
namespace io {

using ByteSpan = std::span<const std::uint8_t>;

inline std::uint32_t big16(const std::uint8_t* p) { return static_cast<std::uint32_t>(p[0] << 8 | p[1]); }
inline std::uint32_t big32(const std::uint8_t* p) { return big16(p) << 16 | big16(p + 2); }
inline std::uint32_t little16(const std::uint8_t* p) { return static_cast<std::uint32_t>(p[1] << 8 | p[0]); }
inline std::uint32_t little32(const std::uint8_t* p) { return little16(p + 2) << 16 | little16(p); }

}  // namespace io
}  // namespace v1
}  // namespace relievo
