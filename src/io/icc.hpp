// What an ICC profile says about primaries and transfer (ICC.1:2022).
#pragma once

#include <cstdint>
#include <optional>

#include <relievo/image.hpp>

#include "io/byte_order.hpp"
#include "io/file.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

/// Colour space of the data that a profile describes.
enum class IccSpace { none, grey, rgb, other };

/// `none` for bytes that are not a profile.
IccSpace icc_space(ByteSpan profile);

/// Primaries from the colorants and transfer from the tone curve, each matched to the nearest known;
/// empty for bytes that are not a profile of grey or RGB data.
std::optional<Color> icc_color(ByteSpan profile);

/// A version 4 profile of the colour: a matrix for RGB, a curve for grey. Empty for RGB of unspecified primaries.
Bytes make_icc(IccSpace space, Color color);

}  // namespace io
}  // namespace v1
}  // namespace relievo
