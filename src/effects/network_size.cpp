#include "effects/network_size.hpp"

#include <algorithm>
#include <cmath>

namespace relievo {
inline namespace v1 {
namespace {

using Fit = NetworkInput::Fit;

double scale_of(const NetworkInput& input, int width, int height, int side) {
  const double across = static_cast<double>(side) / width, down = static_cast<double>(side) / height;
  switch (input.fit) {
    case Fit::cover:
      return std::max(across, down);
    case Fit::contain:
      return std::min(across, down);
    case Fit::nearest:
      return std::abs(1 - across) < std::abs(1 - down) ? across : down;
  }
  return across;
}

int rounded(const NetworkInput& input, double length, int side) {
  const double multiples = length / input.multiple;
  double count = input.halves_up ? std::floor(multiples + 0.5) : std::nearbyint(multiples);
  if (input.fit == Fit::contain && count * input.multiple > side) count = std::floor(multiples);
  if (input.fit == Fit::cover && count * input.multiple < side) count = std::ceil(multiples);
  return std::max({static_cast<int>(count) * input.multiple, input.multiple, input.least});
}

}  // namespace

NetworkSize network_size(const NetworkInput& input, int width, int height, int resolution) {
  const int side = resolution > 0 ? std::max(resolution, input.multiple) : input.side;
  const double scale = scale_of(input, width, height, side);
  const double excess = std::max(1.0, scale * std::max(width, height) / (4.0 * side));
  if (excess > 1) {
    NetworkInput capped = input;
    capped.fit = Fit::nearest;
    return {rounded(capped, scale / excess * width, side), rounded(capped, scale / excess * height, side)};
  }
  return {rounded(input, scale * width, side), rounded(input, scale * height, side)};
}

}  // namespace v1
}  // namespace relievo
