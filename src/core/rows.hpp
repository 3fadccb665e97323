// Views as kernels take them.
#pragma once

#include <relievo/image.hpp>

#include "kernels/rows.hpp"

namespace relievo {
inline namespace v1 {

template <class T>
Rows<T> rows(const ImageView& view) {
  return {static_cast<const unsigned char*>(view.data), view.stride};
}
template <class T>
MutableRows<T> rows(const MutableImageView& view) {
  return {static_cast<unsigned char*>(view.data), view.stride};
}

}  // namespace v1
}  // namespace relievo
