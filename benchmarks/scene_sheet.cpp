// A picture of many procedural scenes, each photo beside its disparity, to look at:
// scene_sheet OUT.jpg KIND|any FIRST_SEED COLUMNS ROWS [PHOTO...]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <relievo/io/photo.hpp>

#include "scenes/scene.hpp"

namespace {

using namespace relievo;
using namespace relievo::scenes;

constexpr int width = 192, height = 144;

// The photo on the left, the square root of disparity on the right, white being the nearest fiftieth.
void place(const TrainingImage& made, Image& sheet, int left, int top) {
  std::vector<float> all;
  for (int y = 0; y < height; ++y)
    all.insert(all.end(), made.disparity.row<float>(y), made.disparity.row<float>(y) + width);
  const auto near = all.begin() + std::ptrdiff_t(all.size() * 49 / 50);
  std::nth_element(all.begin(), near, all.end());
  for (int y = 0; y < height; ++y) {
    std::uint8_t* to = sheet.row<std::uint8_t>(top + y) + 3 * left;
    std::copy_n(made.picture.row<std::uint8_t>(y), 3 * width, to);
    for (int x = 0; x < 3 * width; ++x) {
      const float share = made.disparity.row<float>(y)[x / 3] / *near;
      to[3 * width + x] = static_cast<std::uint8_t>(255 * std::sqrt(std::min(share, 1.0f)));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fputs("scene_sheet OUT.jpg KIND|any FIRST_SEED COLUMNS ROWS [PHOTO...]\n", stderr);
    return 2;
  }
  const char* const kinds[scene_kinds] = {"room", "street", "landscape", "table_top", "portrait", "plants"};
  const std::string wanted = argv[2];
  const int columns = std::atoi(argv[4]), rows = std::atoi(argv[5]);
  try {
    std::vector<Image> photos;
    for (int i = 6; i < argc; ++i) photos.push_back(io::read(argv[i]).image);
    const Atlas atlas(photos);
    Image sheet(columns * 2 * width, rows * height, {Scalar::u8, 3});
    std::uint64_t seed = std::strtoull(argv[3], nullptr, 10);
    for (int i = 0; i < columns * rows; ++seed) {
      if (wanted != "any" && wanted != kinds[static_cast<int>(any_kind(seed))]) continue;
      place(training_image(Device::cpu(), seed, width, height, atlas), sheet, i % columns * 2 * width,
            i / columns * height);
      ++i;
    }
    io::write(argv[1], sheet);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "scene_sheet: %s\n", error.what());
    return 1;
  }
}
