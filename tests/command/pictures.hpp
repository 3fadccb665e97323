// Photos for the command: generated, with a subject that stands before a background.
#pragma once

#include <string>

#include <relievo/image.hpp>

namespace test {

/// A textured background with a lighter disc in the middle, any format.
relievo::Image picture(int width, int height, relievo::PixelFormat format = {relievo::Scalar::u8, 3});
/// Disparity: a ramp from 0 at the top to 0.4 at the bottom, the disc at 1. f32.
relievo::Image disparity(int width, int height);
/// Whether pixel (x, y) belongs to the disc.
bool in_disc(int x, int y, int width, int height);

}  // namespace test
