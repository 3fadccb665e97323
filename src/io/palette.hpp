// A palette for many frames and a table that dithers onto it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace relievo {
inline namespace v1 {
namespace io {

/// 255 colours for all pixels counted, chosen by Wu's variance cuts and a few rounds of k-means.
///
/// Colours are looked up in cells of 6 bits a channel. A cell holds two colours of the palette and how
/// often the second is due, so that an ordered dither is one comparison, depends on nothing but colour
/// and position, and what stands still stays the same in each frame.
class Palette {
 public:
  static constexpr int bits = 6;
  static constexpr std::size_t cells = std::size_t{1} << 3 * bits;
  static constexpr int colors = 255;

  struct Color {
    std::uint8_t r, g, b;
  };

  static std::size_t cell(const std::uint8_t* rgb) {
    return static_cast<std::size_t>(rgb[0] >> 2) << 12 | static_cast<std::size_t>(rgb[1] >> 2) << 6 |
           static_cast<std::size_t>(rgb[2] >> 2);
  }

  /// `counts` holds the pixels of each cell; cells without any are not looked up later.
  explicit Palette(const std::vector<std::uint32_t>& counts);

  const std::vector<Color>& entries() const { return entries_; }

  /// Indices of a row of pixels in the 8 x 8 pattern of row y.
  void map_row(const std::uint8_t* rgb, int width, int y, std::uint8_t* indices) const;

 private:
  struct Mix {
    std::uint8_t first, second, part;  // part: thresholds of 0..63 below it take the second
  };
  std::vector<Color> entries_;
  std::vector<Mix> mixes_;
};

}  // namespace io
}  // namespace v1
}  // namespace relievo
