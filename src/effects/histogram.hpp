// How often each byte occurs, and the threshold that parts them best.
#pragma once

#include <array>

#include "core/engine.hpp"

namespace relievo {
inline namespace v1 {

using Histogram = std::array<std::uint32_t, 256>;

/// Of what Engine::histogram writes.
inline constexpr PixelFormat histogram_format{Scalar::u8, 4};

/// Of an image (u8, 1 channel) in the engine's memory; waits for it.
Histogram histogram_of(Engine& engine, const ImageView& image);

/// The largest value of the darker class by Otsu's criterion, as OpenCV finds it; 0 where all bytes are equal.
int otsu_threshold(const Histogram& counts);

}  // namespace v1
}  // namespace relievo
