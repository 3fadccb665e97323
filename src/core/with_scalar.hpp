// From a scalar type known at run time to a C++ type.
#pragma once

#include <cstdint>

#include <relievo/image.hpp>

#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {

/// Calls body(T{}) with the C++ type of `scalar`.
template <class Body>
void with_scalar(Scalar scalar, Body&& body) {
  switch (scalar) {
    case Scalar::u8:
      return body(std::uint8_t{});
    case Scalar::u16:
      return body(std::uint16_t{});
    case Scalar::f16:
      return body(Half{});
    case Scalar::f32:
      return body(float{});
  }
}

}  // namespace v1
}  // namespace relievo
