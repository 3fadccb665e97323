#include "effects/face_mask.hpp"

#include <algorithm>
#include <cmath>

namespace relievo {
inline namespace v1 {
namespace {

// Boxes of faces end at brows and chin.
constexpr double whole = 1.2, end = 1.7;

double weight_at(double distance) {
  const double t = std::clamp((end - distance) / (end - whole), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

struct Ellipse {
  double x, y, across, down;

  explicit Ellipse(const Face& face)
      : x(face.x + face.width / 2.0),
        y(face.y + face.height / 2.0),
        across(face.width / 2.0),
        down(face.height / 2.0) {}
};

}  // namespace

bool draw_faces(const std::vector<Face>& faces, int first_row, const MutableImageView& out) {
  bool drawn = false;
  for (const Face& face : faces) {
    const Ellipse ellipse(face);
    const int top = std::max(first_row, static_cast<int>(std::floor(ellipse.y - end * ellipse.down)));
    const int bottom = std::min(first_row + out.height, static_cast<int>(std::ceil(ellipse.y + end * ellipse.down)));
    if (top >= bottom) continue;
    if (!drawn) {
      for (int y = 0; y < out.height; ++y) std::fill_n(out.row<float>(y), out.width, 0.0f);
      drawn = true;
    }
    const int left = std::max(0, static_cast<int>(std::floor(ellipse.x - end * ellipse.across)));
    const int right = std::min(out.width, static_cast<int>(std::ceil(ellipse.x + end * ellipse.across)));
    for (int y = top; y < bottom; ++y) {
      float* const row = out.row<float>(y - first_row);
      const double v = (y + 0.5 - ellipse.y) / ellipse.down;
      for (int x = left; x < right; ++x) {
        const double distance = std::hypot((x + 0.5 - ellipse.x) / ellipse.across, v);
        row[x] = std::max(row[x], static_cast<float>(weight_at(distance)));
      }
    }
  }
  return drawn;
}

}  // namespace v1
}  // namespace relievo
