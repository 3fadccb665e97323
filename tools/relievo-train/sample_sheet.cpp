#include "sample_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/turbo.hpp"
#include "resized.hpp"

namespace tool {
namespace {

using relievo::Image;

constexpr int cell_width = 320, gap = 4;

// Nearest pixels, as truth must not be mixed with what is not known.
Image colored(const relievo::DepthMap& depth, int height) {
  const Image relative = depth.relative();
  Image out(cell_width, height, {relievo::Scalar::u8, 3});
  for (int y = 0; y < height; ++y) {
    const int v = (2 * y + 1) * depth.height() / (2 * height);
    for (int x = 0; x < cell_width; ++x) {
      const int u = (2 * x + 1) * depth.width() / (2 * cell_width);
      auto* rgb = out.row<std::uint8_t>(y) + 3 * x;
      if (std::isnan(depth.values().row<float>(v)[u])) {
        std::fill_n(rgb, 3, std::uint8_t{0});
      } else {
        relievo::turbo(relative.row<float>(v)[u], rgb);
      }
    }
  }
  return out;
}

}  // namespace

void SampleSheet::add(const relievo::ImageView& photo, const std::vector<const relievo::DepthMap*>& depths) {
  const double height = static_cast<double>(cell_width) * photo.height / photo.width;
  const int rows = std::clamp(static_cast<int>(std::lround(height)), 1, 4 * cell_width);
  std::vector<Image>& row = rows_.emplace_back();
  row.push_back(resized(photo, cell_width, rows));
  for (const relievo::DepthMap* depth : depths) row.push_back(colored(*depth, rows));
}

Image SampleSheet::picture() const {
  int height = gap;
  for (const auto& row : rows_) height += row[0].height() + gap;
  const int width = gap + static_cast<int>(rows_[0].size()) * (cell_width + gap);
  Image sheet(width, height, {relievo::Scalar::u8, 3});
  for (int y = 0; y < height; ++y) std::memset(sheet.row<std::uint8_t>(y), 255, static_cast<std::size_t>(3 * width));
  int top = gap;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::size_t left = gap + i * (cell_width + gap);
      for (int y = 0; y < row[i].height(); ++y) {
        std::memcpy(sheet.row<std::uint8_t>(top + y) + 3 * left, row[i].row<std::uint8_t>(y),
                    std::size_t{3} * cell_width);
      }
    }
    top += row[0].height() + gap;
  }
  return sheet;
}

}  // namespace tool
