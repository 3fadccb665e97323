#include "core/views.hpp"

namespace relievo {
inline namespace v1 {

std::string text_of(DeviceId id) { return id.kind == DeviceKind::cpu ? "cpu" : sentence("cuda:", id.index); }

void check_size(int width, int height) {
  require(width >= 1 && width <= max_image_side && height >= 1 && height <= max_image_side, "An image of ", width,
          " x ", height, " pixels is out of range; each side is 1 to ", max_image_side, ".");
}

void check_image(const ImageView& image, const char* name) {
  require(!image.empty(), "The ", name, " is empty.");
  require(image.width <= max_image_side && image.height <= max_image_side, "The ", name, " is ", image.width, " x ",
          image.height, " pixels; each side is 1 to ", max_image_side, ".");
  require(image.format.channels == 1 || image.format.channels == 3 || image.format.channels == 4, "The ", name, " has ",
          int{image.format.channels}, " channels; 1, 3 or 4 are allowed.");
  require(image.format.scalar <= Scalar::f32, "The ", name, " has the unknown scalar type ",
          static_cast<int>(image.format.scalar), ".");
  require(image.stride >= std::int64_t{image.width} * image.format.bytes(), "The ", name, " has a stride of ",
          image.stride, " bytes; a row of it takes ", std::int64_t{image.width} * image.format.bytes(), ".");
}

void check_same_size(const ImageView& a, const char* a_name, int width, int height, const char* b_name) {
  require(a.width == width && a.height == height, "The ", a_name, " is ", a.width, " x ", a.height, " pixels, the ",
          b_name, " ", width, " x ", height, "; they must be the same.");
}

}  // namespace v1
}  // namespace relievo
