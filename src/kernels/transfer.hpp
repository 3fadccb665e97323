// Transfer curves between light and code values. Negative values mirror positive ones.
#pragma once

#include <cmath>

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {

/// Curves by the numbers of relievo::Transfer: 0 sRGB, 1 linear, 2 BT.709, 3 pure gamma 2.2. Values from 0 on.
template <class Real>
RELIEVO_HD Real positive_to_linear(int curve, Real code) {
  switch (curve) {
    case 0:  // IEC 61966-2-1
      return code <= Real(0.04045) ? code / Real(12.92) : std::pow((code + Real(0.055)) / Real(1.055), Real(2.4));
    case 2:  // ITU-T H.273, transfer characteristics 1
      return code < Real(4.5 * 0.018053968510807)
                 ? code / Real(4.5)
                 : std::pow((code + Real(0.099296826809442)) / Real(1.099296826809442), Real(1 / 0.45));
    case 3:
      return std::pow(code, Real(2.2));
    default:
      return code;
  }
}

template <class Real>
RELIEVO_HD Real positive_from_linear(int curve, Real light) {
  switch (curve) {
    case 0:
      return light <= Real(0.04045 / 12.92) ? light * Real(12.92)
                                            : Real(1.055) * std::pow(light, Real(1 / 2.4)) - Real(0.055);
    case 2:
      return light < Real(0.018053968510807)
                 ? light * Real(4.5)
                 : Real(1.099296826809442) * std::pow(light, Real(0.45)) - Real(0.099296826809442);
    case 3:
      return std::pow(light, Real(1 / 2.2));
    default:
      return light;
  }
}

template <class Real>
RELIEVO_HD Real to_linear(int curve, Real code) {
  const Real light = positive_to_linear(curve, code < 0 ? -code : code);
  return code < 0 ? -light : light;
}
/// The inverse.
template <class Real>
RELIEVO_HD Real from_linear(int curve, Real light) {
  const Real code = positive_from_linear(curve, light < 0 ? -light : light);
  return light < 0 ? -code : code;
}

}  // namespace v1
}  // namespace relievo
