// Code values and light, from the standard, in double.
#pragma once

#include <cmath>

namespace test {

/// IEC 61966-2-1.
inline double light_of(double code) { return code <= 0.04045 ? code / 12.92 : std::pow((code + 0.055) / 1.055, 2.4); }
inline double code_of(double light) {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
}

}  // namespace test
