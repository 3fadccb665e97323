// One row of a layer over what lies behind it.
#pragma once

#include <cstdint>

#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {

/// behind = color coverage + behind (1 - coverage), straight code values of `scalar`; `coverage` null is
/// opaque.
using CompositeRow = void (*)(Scalar scalar, const void* color, const std::uint8_t* coverage, void* behind, int width,
                              int channels);
/// The one for the instruction set in use.
CompositeRow composite_row();

}  // namespace v1
}  // namespace relievo
