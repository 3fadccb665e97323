// Rows of pixels as kernels take them: a typed pointer and a pitch, by value.
#pragma once

#include <cstdint>

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {

/// Rows of T, `pitch` bytes apart. Channels are interleaved: pixel x of c channels starts at row(y)[x * c].
template <class T>
struct Rows {
  const unsigned char* data;
  std::int64_t pitch;

  RELIEVO_HD const T* row(int y) const { return reinterpret_cast<const T*>(data + y * pitch); }
};

template <class T>
struct MutableRows {
  unsigned char* data;
  std::int64_t pitch;

  RELIEVO_HD T* row(int y) const { return reinterpret_cast<T*>(data + y * pitch); }
};

}  // namespace v1
}  // namespace relievo
