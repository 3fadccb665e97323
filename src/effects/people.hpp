// Faces and persons in a photo: by networks where they are there.
#pragma once

#include <string>
#include <vector>

#include <relievo/device.hpp>
#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// Faces in a photo in the device's memory, in its pixels and within it, largest first: by YuNet, else by Haar
/// cascades.
std::vector<Face> faces_of(const Device& device, const ImageView& photo);

/// Faces in an image of one size as they lie in its copy of another.
std::vector<Face> scaled(std::vector<Face> faces, int from_width, int from_height, int to_width, int to_height);

/// How much each pixel of a copy of a photo (device memory) with these faces is a person's: f32, 0..1, `width` x
/// `height` in host memory. The selfie network looks around each of the eight largest faces. Empty without it, and
/// without faces: it sees persons in rocks and flowers too.
Image persons_of(const Device& device, const ImageView& photo, const std::vector<Face>& faces, int width, int height);

/// Whether `persons_of` has its network.
bool has_matte_network();

/// What find_faces() and Segmenter do without, in one sentence; empty where they have both networks.
std::string absent_person_networks();

}  // namespace v1
}  // namespace relievo
