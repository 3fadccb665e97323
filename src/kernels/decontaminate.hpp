// A subject's own colour at its soft edge.
#pragma once

#include <cstdint>

#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {

/// Code values of a type as the equation takes them: integers stay within their range, floats above 0.
template <class T>
RELIEVO_HD float clamp_code(float v) {
  const float low = v < 0 ? 0 : v;
  return full_scale<T> == 1 || low < full_scale<T> ? low : full_scale<T>;
}
template <class T>
RELIEVO_HD T round_code(float v) {
  if constexpr (full_scale<T> == 1) {
    return from_float<T>(v);
  } else {
    return static_cast<T>(clamp_code<T>(v) + 0.5f);
  }
}

/// One channel of a pixel of `cover` 1 to 254, where `front` is the photo I and `back` the background B: the
/// compositing equation I = a F + (1 - a) B. The plain solution for F amplifies noise where a is small, so it is damped
/// there. B takes up a little of what then misses I, too little to be seen: more would draw the subject's outline into
/// the background wherever the matte is wrong.
template <class T>
RELIEVO_HD void decontaminate_code(unsigned cover, T& front, T& back) {
  const float unseen = (full_scale<T> == 1 ? 1 : static_cast<float>(full_scale<T>)) / 64;
  const float a = static_cast<float>(cover) / 255.0f;
  const float gain = a * (1 - a) / (a * a + 0.03f);
  const float value = to_float(front), behind = to_float(back);
  const float solved = clamp_code<T>(value + (value - behind) * gain);
  const float missing = value - a * solved - (1 - a) * behind;
  const float taken = missing < -unseen ? -unseen : unseen < missing ? unseen : missing;
  front = round_code<T>(solved);
  back = round_code<T>(clamp_code<T>(behind + taken));
}

}  // namespace v1
}  // namespace relievo
