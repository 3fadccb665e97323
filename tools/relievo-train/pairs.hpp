// Folders of photos whose depth is known.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <relievo/depth_map.hpp>
#include <relievo/fields.hpp>
#include <relievo/image.hpp>

namespace tool {

/// What the known depth of a folder tells.
enum class Truth : std::uint8_t {
  metres = 0,     ///< Distances; larger is farther.
  disparity = 1,  ///< Inverse depth: with a scale in px of its file's width, else up to a scale and a shift.
  order = 2,      ///< Which is nearer: larger is.
};

/// What the file source.json of a folder says.
struct PairSource {
  Truth depth = Truth::metres;
  double scale = 0;              ///< Factor from a file's value to metres or px; 0 = the values have none.
  bool zero_is_unknown = false;  ///< Metres and px that are not above 0 are unknown in any case.
  std::string name;              ///< Of letters, digits and "-_. ", so that files may be named after it.
  std::string licence, origin;   ///< One line each.
};

/// Paths of what belongs together.
struct Pair {
  std::string name;   ///< The photo's, without extension.
  std::string photo;  ///< .jpg or .jpeg, or .png where the depth is none.
  std::string depth;  ///< .png, .pfm, .npy or .exr
  std::string mask;   ///< NAME.mask.png, "" where there is none.
};

struct PairSet {
  std::string folder;
  PairSource source;
  std::vector<Pair> pairs;  ///< Sorted by name; at least one.
};

struct PhotoAndDepth {
  relievo::Image photo;  ///< u8, 3 channels.
  /// Of the file's size, whose aspect is the photo's. Kind `metres`, `disparity_px` for disparity with a scale, else
  /// `disparity`.
  relievo::DepthMap depth;
};

/// Lists a folder. Files that are no part of a pair are passed over. Throws relievo::Error that names the file: for a
/// source.json that is absent or wrong, a photo with two files of depth, and a folder without a pair. Thread safe.
PairSet open_pairs(const std::string& folder);

/// Throws relievo::Error that names the file, also where the aspects of photo and depth differ by more than 1 %, no
/// depth is known, or half of it lies outside 0.001 to 100,000 m, as where the scale is wrong. Thread safe.
PhotoAndDepth read_pair(const PairSet& set, const Pair& pair);

}  // namespace tool

namespace relievo {
inline namespace v1 {
template <>
struct EnumNames<tool::Truth> {
  static constexpr std::string_view names[] = {"metres", "disparity", "order"};
};
}  // namespace v1
}  // namespace relievo
