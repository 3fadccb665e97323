// Quantiles of pixels in host memory.
#pragma once

#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {

/// What Engine::quantiles says, into 2 + count floats.
void find_quantiles(const ImageView& in, const ImageView& coverage, const double* at, int count, float* out);

}  // namespace v1
}  // namespace relievo
