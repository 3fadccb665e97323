// Copies of a photo where work goes on, and small ones that analysis works on.
#pragma once

#include <relievo/device.hpp>

#include "core/engine.hpp"

namespace relievo {
inline namespace v1 {

/// The photo in host memory: itself, or a copy that `keep` owns.
ImageView on_host(const ImageView& photo, const Device& device, Image& keep);
/// The image in the device's memory: itself, or a copy that `keep` owns.
ImageView on_device(const ImageView& image, const Device& device, Image& keep);
/// A copy in the device's memory of an image there or in host memory.
Image copy_on(const Device& device, const ImageView& image);
/// `device` if it is a CPU, else the CPU with all threads.
Device host_device(const Device& device);
/// The image in host memory, or in the device's: itself where it lies there.
Image to_host(Image image, const Device& device);
Image to_device(Image image, const Device& device);
/// The image as u8 RGB, sRGB. Device memory in and out.
Image rgb8(const Device& device, const ImageView& image);
/// u8 RGB, sRGB, its longer side at most `longer_side`, never enlarged. Device memory in and out.
Image small_rgb(const Device& device, const ImageView& photo, int longer_side);
/// The image at another size. Device memory in and out.
Image resized(const Device& device, const ImageView& image, int width, int height, ResizeFilter filter);

}  // namespace v1
}  // namespace relievo
