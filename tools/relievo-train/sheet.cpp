#include "sheet.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <relievo/io/photo.hpp>

#include "kernels/turbo.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;
using relievo::Image;
using relievo::ImageView;

constexpr int cell_width = 320, gap = 4;
constexpr std::size_t each = 3;  // Pictures of the best, and of the worst.

// Mean of the pixels that lie, at least in part, under each.
Image shrunk(const ImageView& photo, int height) {
  Image out(cell_width, height, {relievo::Scalar::u8, 3});
  for (int y = 0; y < height; ++y) {
    const int top = y * photo.height / height, bottom = std::max(top + 1, (y + 1) * photo.height / height);
    for (int x = 0; x < cell_width; ++x) {
      const int left = x * photo.width / cell_width, right = std::max(left + 1, (x + 1) * photo.width / cell_width);
      const int count = (bottom - top) * (right - left);
      for (int c = 0; c < 3; ++c) {
        int sum = 0;
        for (int v = top; v < bottom; ++v) {
          for (int u = left; u < right; ++u) sum += photo.row<std::uint8_t>(v)[3 * u + c];
        }
        out.row<std::uint8_t>(y)[3 * x + c] = static_cast<std::uint8_t>((sum + count / 2) / count);
      }
    }
  }
  return out;
}

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

Image composed(const std::vector<std::vector<Image>>& rows) {
  int height = gap;
  for (const auto& row : rows) height += row[0].height() + gap;
  const int width = gap + static_cast<int>(rows[0].size()) * (cell_width + gap);
  Image sheet(width, height, {relievo::Scalar::u8, 3});
  for (int y = 0; y < height; ++y) std::memset(sheet.row<std::uint8_t>(y), 255, static_cast<std::size_t>(3 * width));
  int top = gap;
  for (const auto& row : rows) {
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

// Best first.
std::vector<std::size_t> chosen(const ordered_json& found, const PairSet& set) {
  std::vector<double> sums(set.pairs.size(), 0);
  for (const ordered_json& row : found["rows"]) {
    if (row["set"] != set.source.name) continue;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const ordered_json& value = row["pictures"][i]["spearman"];
      sums[i] += value.is_number() ? value.get<double>() : 0;
    }
  }
  std::vector<std::size_t> order(sums.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sums[a] > sums[b]; });
  if (order.size() > 2 * each) order.erase(order.begin() + each, order.end() - each);
  return order;
}

}  // namespace

ordered_json write_sheets(const Evaluation& evaluation, const ordered_json& found,
                          const std::filesystem::path& folder) {
  ordered_json sheets = ordered_json::array();
  for (const PairSet& set : evaluation.sets) {
    std::vector<std::vector<Image>> rows;
    ordered_json names = ordered_json::array();
    for (const std::size_t i : chosen(found, set)) {
      const PhotoAndDepth known = read_pair(set, set.pairs[i]);
      const int height = std::clamp(
          static_cast<int>(std::lround(static_cast<double>(cell_width) * known.photo.height() / known.photo.width())),
          1, 4 * cell_width);
      std::vector<Image>& row = rows.emplace_back();
      row.push_back(shrunk(known.photo, height));
      row.push_back(colored(known.depth, height));
      for (const DepthModel& model : evaluation.models) row.push_back(colored(model.estimate(known.photo), height));
      names.push_back(set.pairs[i].name);
    }
    const std::string file = set.source.name + ".png";
    relievo::io::write((folder / file).string(), composed(rows));
    sheets.push_back({{"set", set.source.name}, {"file", file}, {"pictures", names}});
  }
  return sheets;
}

}  // namespace tool
