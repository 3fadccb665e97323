// Parts and checks of views.
#pragma once

#include <string>

#include <relievo/image.hpp>
#include <relievo/layered_scene.hpp>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

/// Rows first .. first + count - 1 of a view.
inline ImageView rows_of(ImageView view, int first, int count) {
  if (view.data == nullptr) return view;
  view.data = view.row<char>(first);
  view.height = count;
  return view;
}
inline MutableImageView rows_of(MutableImageView view, int first, int count) {
  view.data = view.row<char>(first);
  view.height = count;
  return view;
}
inline LayerView rows_of(const LayerView& layer, int first, int count) {
  return {rows_of(layer.color, first, count), rows_of(layer.coverage, first, count),
          rows_of(layer.disparity, first, count)};
}

/// Pixels x .. x + width - 1 of rows y .. y + height - 1.
inline ImageView part_of(ImageView view, int x, int y, int width, int height) {
  view.data = view.row<char>(y) + std::int64_t{x} * view.format.bytes();
  view.width = width;
  view.height = height;
  return view;
}
inline MutableImageView part_of(MutableImageView view, int x, int y, int width, int height) {
  view.data = view.row<char>(y) + std::int64_t{x} * view.format.bytes();
  view.width = width;
  view.height = height;
  return view;
}

inline constexpr PixelFormat f32_1{Scalar::f32, 1};
inline constexpr PixelFormat u8_1{Scalar::u8, 1};
inline constexpr PixelFormat u16_4{Scalar::u16, 4};

/// "cpu" or "cuda:N".
std::string text_of(DeviceId id);
/// Throws Error{invalid_argument} unless both sides are 1 to max_image_side.
void check_size(int width, int height);
/// Throws Error{invalid_argument} unless the image has pixels, a plausible stride and known format.
void check_image(const ImageView& image, const char* name);
/// Throws Error{invalid_argument} unless both have the same size.
void check_same_size(const ImageView& a, const char* a_name, int width, int height, const char* b_name);

}  // namespace v1
}  // namespace relievo
