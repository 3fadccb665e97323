// The size at which a network sees a photo.
#pragma once

#include "core/networks.hpp"

namespace relievo {
inline namespace v1 {

struct NetworkSize {
  int width, height;
};

/// The photo's shape at the network's scale, as the originals' transforms choose it, sides rounded to the network's
/// multiple. `resolution` (px) replaces the side the network was trained at; 0 = that one. No side exceeds four times
/// it: of a longer panorama the shorter side gets smaller instead.
NetworkSize network_size(const NetworkInput& input, int width, int height, int resolution);

}  // namespace v1
}  // namespace relievo
