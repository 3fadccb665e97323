#include "pixel_names.hpp"

namespace tool {

const char* scalar_name(relievo::Scalar scalar) {
  switch (scalar) {
    case relievo::Scalar::u8:
      return "8 bits";
    case relievo::Scalar::u16:
      return "16 bits";
    case relievo::Scalar::f16:
      return "half";
    case relievo::Scalar::f32:
      return "float";
  }
  return "?";
}

const char* primaries_name(relievo::Primaries primaries) {
  switch (primaries) {
    case relievo::Primaries::bt709:
      return "sRGB / BT.709";
    case relievo::Primaries::display_p3:
      return "Display P3";
    case relievo::Primaries::bt2020:
      return "BT.2020";
    case relievo::Primaries::adobe_rgb:
      return "Adobe RGB";
    case relievo::Primaries::unspecified:
      return "unspecified";
  }
  return "?";
}

}  // namespace tool
