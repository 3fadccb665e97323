#include "sample_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include <relievo/io/depth.hpp>

#include "resized.hpp"

namespace tool {
namespace {

constexpr int channels = 3;

relievo::Image depth_of_width(const relievo::DepthMap& depth, int width, int height) {
  const relievo::DepthMap fitted = depth.resized(width, height);
  relievo::Image picture = relievo::io::depth_picture(fitted);
  const relievo::ImageView values = fitted.values();
  for (int y = 0; y < height; ++y) {
    const auto* row = values.row<float>(y);
    auto* out = picture.row<std::uint8_t>(y);
    for (int x = 0; x < width; ++x) {
      if (std::isnan(row[x])) std::memset(out + channels * x, 0, channels);
    }
  }
  return picture;
}

}  // namespace

void SampleSheet::add(const relievo::ImageView& photo, const std::vector<const relievo::DepthMap*>& depths) {
  const int height =
      std::max(1, static_cast<int>(std::lround(static_cast<double>(width) * photo.height / photo.width)));
  std::vector<relievo::Image>& row = rows_.emplace_back();
  row.push_back(resized(photo, width, height));
  for (const relievo::DepthMap* depth : depths) {
    row.push_back(depth != nullptr ? depth_of_width(*depth, width, height) : relievo::Image());
  }
}

relievo::Image SampleSheet::picture() const {
  std::size_t columns = 0;
  int height = 0;
  for (const auto& row : rows_) {
    columns = std::max(columns, row.size());
    height += row.front().height();
  }
  relievo::Image out(width * static_cast<int>(columns), height, {relievo::Scalar::u8, channels});
  int top = 0;
  for (const auto& row : rows_) {
    for (int y = 0; y < row.front().height(); ++y) {
      auto* line = out.row<std::uint8_t>(top + y);
      std::memset(line, 0xff, static_cast<std::size_t>(channels) * width * columns);
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i].empty()) continue;
        std::memcpy(line + channels * width * i, row[i].row<std::uint8_t>(y),
                    static_cast<std::size_t>(channels) * width);
      }
    }
    top += row.front().height();
  }
  return out;
}

}  // namespace tool
