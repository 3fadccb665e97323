// The few tags of an Exif block that relievo reads or must change; all others stay as they are.
#pragma once

#include <relievo/image.hpp>

#include "io/file.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

struct ExifFacts {
  int orientation = 1;     ///< 1 to 8.
  float focal_35mm = 0;    ///< 0 = unknown.
  bool adobe_rgb = false;  ///< Interoperability index R03.
};

/// Reads the facts of a block (TIFF structure); damaged parts are passed over.
ExifFacts exif_facts(const Bytes& exif);

/// Makes the block true of upright pixels: orientation 1, width and height of the pixels, and no
/// thumbnail, which would still lie on its side and show the picture before the effect.
/// Clears a block that has no readable structure.
void normalise_exif(Bytes& exif, int width, int height);

}  // namespace io
}  // namespace v1
}  // namespace relievo
