// Transfer curves as tables over code values, made on first need and kept.
#pragma once

#include <cstdint>

#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {

/// For an integer or f16 code of curve `from` (index = its bits: 256 or 65536 entries) the value under
/// curve `to`, 0..1 (not clamped for f16).
const float* recode_table(Scalar scalar, Transfer from, Transfer to);

/// Linear light in 0..65535 of each code of `scalar` (u8, u16 or f16 bits). Rising strictly for u8.
const std::uint16_t* light_table(Scalar scalar, Transfer from);

/// The code of `to` for each linear-light value in 0..65535: entries of type T for T = u8, u16, f32;
/// u16 bits for f16. For u8 it undoes light_table exactly.
const void* code_table(Scalar scalar, Transfer to);

}  // namespace v1
}  // namespace relievo
