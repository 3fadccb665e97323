// What is known of the persons in a small photo.
#pragma once

#include <vector>

#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

struct People {
  std::vector<Face> faces;
  /// f32, 0..1, 1 = person, of the photo's size in host memory; empty where no network has looked.
  ImageView matte;
};

}  // namespace v1
}  // namespace relievo
