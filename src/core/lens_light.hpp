// Codes of a photo as light that adds up exactly, and back.
#pragma once

#include <cstdint>
#include <vector>

#include <relievo/image.hpp>

#include "kernels/highlights.hpp"

namespace relievo {
inline namespace v1 {

/// Light is an integer of which `one` is white: of bytes of 15 bits, of other types of 27.
struct LensLight {
  /// `gain`: how bright the brightest code becomes (kernels/highlights.hpp), 1 to 8.
  LensLight(Scalar scalar, Transfer transfer, float gain);

  /// Codes are looked up in half steps of light.
  static constexpr float codes_of_one = 2;
  static constexpr int codes = 65536;
  /// Entries of `code_of_root` less one.
  static constexpr int roots = 65536;

  Scalar scalar;
  Transfer transfer;
  float gain;
  float one;
  /// Of bytes: light of each code, rising strictly, and the code of each half step of light, its inverse.
  std::vector<std::int16_t> narrow;
  std::vector<std::uint8_t> code;
  /// Of u16 and the bits of f16: light of each code.
  std::vector<std::int32_t> wide;
  /// Of all but bytes: the code value of the light (i / roots)^2 gain.
  std::vector<float> code_of_root;
};

}  // namespace v1
}  // namespace relievo
