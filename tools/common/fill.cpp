#include "common/fill.hpp"

#include <cmath>
#include <cstring>

#include <relievo/io/photo.hpp>

#include "common/fail.hpp"

namespace tool {
namespace {

using relievo::ErrorCode;
using relievo::Scalar;

bool is_float(Scalar scalar) { return scalar == Scalar::f16 || scalar == Scalar::f32; }

double code_at(const relievo::ImageView& image, int i, int y) {
  return image.format.scalar == Scalar::u8 ? 257.0 * image.row<std::uint8_t>(y)[i] : image.row<std::uint16_t>(y)[i];
}

void set_code(relievo::Image& image, int i, int y, double code) {
  if (image.format().scalar == Scalar::u8) {
    image.row<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(std::lround(code / 257));
  } else {
    image.row<std::uint16_t>(y)[i] = static_cast<std::uint16_t>(std::lround(code));
  }
}

}  // namespace

relievo::Image read_fill(const std::string& path, const relievo::ImageView& photo, const std::string& photo_path) {
  const relievo::io::Photo given = relievo::io::read(path);
  const relievo::ImageView in = given.image;
  if (in.width != photo.width || in.height != photo.height) {
    fail(ErrorCode::invalid_argument, "The fill ", path, " is ", in.width, " x ", in.height, " pixels, the photo ",
         photo_path, " ", photo.width, " x ", photo.height, "; they must be the same.");
  }
  const relievo::PixelFormat want{photo.format.scalar, static_cast<std::uint8_t>(photo.format.channels == 1 ? 1 : 3)};
  const bool floats = is_float(want.scalar);
  if (floats != is_float(in.format.scalar) || (floats && in.format.scalar != want.scalar)) {
    const auto name = [](Scalar scalar) {
      return scalar == Scalar::f16 ? "half floats" : scalar == Scalar::f32 ? "floats" : "integers";
    };
    fail(ErrorCode::invalid_argument, "The fill ", path, " holds ", name(in.format.scalar), ", the photo ", photo_path,
         " ", name(want.scalar), "; they must be the same.");
  }
  if (floats && in.format.channels != want.channels) {
    fail(ErrorCode::invalid_argument, "The fill ", path, " has ", int{in.format.channels},
         " channels; of a photo of floats", " it must have ", int{want.channels}, ".");
  }
  relievo::Image out(in.width, in.height, want);
  const int from = in.format.channels, to = want.channels;
  for (int y = 0; y < in.height; ++y) {
    if (in.format == want) {
      std::memcpy(out.row<char>(y), in.row<char>(y), static_cast<std::size_t>(in.width * want.bytes()));
      continue;
    }
    for (int x = 0; x < in.width; ++x) {
      const auto code = [&](int c) { return code_at(in, from * x + (from == 1 ? 0 : c), y); };
      if (to == 1) {
        // Luma of ITU-R BT.709; 1 channel stays what it is.
        set_code(out, x, y, 0.2126 * code(0) + 0.7152 * code(1) + 0.0722 * code(2));
      } else {
        for (int c = 0; c < 3; ++c) set_code(out, 3 * x + c, y, code(c));
      }
    }
  }
  return out;
}

}  // namespace tool
