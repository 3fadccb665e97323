// Pixels: what they mean (format, colour), views that borrow them, images that own them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <relievo/export.hpp>

namespace relievo {
inline namespace v1 {

/// Scalar type of a channel. Integers hold 0..max as 0..1; floats hold the value itself.
enum class Scalar : std::uint8_t { u8 = 0, u16 = 1, f16 = 2, f32 = 3 };

/// Bytes of one scalar.
constexpr int bytes_of(Scalar scalar) noexcept { return scalar == Scalar::u8 ? 1 : scalar == Scalar::f32 ? 4 : 2; }

/// Scalar type and number of interleaved channels: 1 (grey), 3 (RGB) or 4 (RGBA).
struct PixelFormat {
  Scalar scalar = Scalar::u8;
  std::uint8_t channels = 3;

  constexpr int bytes() const noexcept { return bytes_of(scalar) * channels; }
  friend constexpr bool operator==(PixelFormat a, PixelFormat b) noexcept {
    return a.scalar == b.scalar && a.channels == b.channels;
  }
  friend constexpr bool operator!=(PixelFormat a, PixelFormat b) noexcept { return !(a == b); }
};

/// Colour primaries and white point. Names as in ITU-T H.273.
enum class Primaries : std::uint8_t { bt709 = 0, display_p3 = 1, bt2020 = 2, adobe_rgb = 3, unspecified = 4 };

/// Transfer curve from light to code value.
enum class Transfer : std::uint8_t { srgb = 0, linear = 1, bt709 = 2, gamma22 = 3 };

/// What the numbers of an image mean. Effects compute in the photo's own primaries.
struct Color {
  Primaries primaries = Primaries::bt709;
  Transfer transfer = Transfer::srgb;
  bool premultiplied = false;  ///< RGB already multiplied by alpha; false = straight alpha.

  friend constexpr bool operator==(Color a, Color b) noexcept {
    return a.primaries == b.primaries && a.transfer == b.transfer && a.premultiplied == b.premultiplied;
  }
  friend constexpr bool operator!=(Color a, Color b) noexcept { return !(a == b); }
};

/// Kind of processor a device is.
enum class DeviceKind : std::uint8_t { cpu = 0, cuda = 1 };

/// Which device holds a piece of memory. All CPU devices share host memory.
struct DeviceId {
  DeviceKind kind = DeviceKind::cpu;
  std::int32_t index = 0;

  friend constexpr bool operator==(DeviceId a, DeviceId b) noexcept {
    return a.kind == b.kind && (a.kind == DeviceKind::cpu || a.index == b.index);
  }
  friend constexpr bool operator!=(DeviceId a, DeviceId b) noexcept { return !(a == b); }
};

/// Largest width or height of an image, in pixels.
inline constexpr int max_image_side = 65535;

/// Borrowed pixels that are read. Trivially copyable; the owner must outlive it.
/// Rows lie `stride` bytes apart, top to bottom; pixels of a row are contiguous.
struct ImageView {
  const void* data = nullptr;
  std::int32_t width = 0;   ///< Pixels, 1 to max_image_side.
  std::int32_t height = 0;  ///< Pixels, 1 to max_image_side.
  std::int64_t stride = 0;  ///< Bytes from one row to the next, at least width * format.bytes().
  PixelFormat format;
  Color color;
  DeviceId device;

  bool empty() const noexcept { return data == nullptr || width <= 0 || height <= 0; }

  /// Row y as scalars of type T; the caller knows the format.
  template <class T>
  const T* row(int y) const noexcept {
    return reinterpret_cast<const T*>(static_cast<const unsigned char*>(data) + y * stride);
  }
};

/// Borrowed pixels that are written. Converts to ImageView.
struct MutableImageView {
  void* data = nullptr;
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::int64_t stride = 0;
  PixelFormat format;
  Color color;
  DeviceId device;

  bool empty() const noexcept { return data == nullptr || width <= 0 || height <= 0; }

  template <class T>
  T* row(int y) const noexcept {
    return reinterpret_cast<T*>(static_cast<unsigned char*>(data) + y * stride);
  }
  operator ImageView() const noexcept {  // NOLINT(google-explicit-constructor)
    return {data, width, height, stride, format, color, device};
  }
};

/// Owned pixels, on the host or on a device. Move-only; `clone` copies.
///
/// Host images are 64-byte aligned with rows padded to 64 bytes. Thread safety: as a plain value.
class RELIEVO_API Image final {
 public:
  /// No pixels.
  Image() noexcept;
  /// Uninitialised host pixels. Throws Error{invalid_argument} for a size or channel count out of
  /// range, Error{out_of_memory} with the bytes asked for.
  Image(int width, int height, PixelFormat format, Color color = {});
  /// Takes memory of a device; `owner` keeps it alive. `view.data` must stay valid as long as it.
  Image(const MutableImageView& view, std::shared_ptr<void> owner) noexcept;
  Image(Image&&) noexcept;
  Image& operator=(Image&&) noexcept;
  ~Image();

  /// A host copy of host pixels with tight padding rules as above. Throws Error{invalid_argument}
  /// for a view of device memory (use Device::download).
  static Image copy_of(const ImageView& view);
  Image clone() const { return copy_of(view()); }

  bool empty() const noexcept { return view_.empty(); }
  int width() const noexcept { return view_.width; }
  int height() const noexcept { return view_.height; }
  std::int64_t stride() const noexcept { return view_.stride; }
  PixelFormat format() const noexcept { return view_.format; }
  Color color() const noexcept { return view_.color; }
  DeviceId device() const noexcept { return view_.device; }
  /// Says anew what the numbers mean; changes no pixel.
  void set_color(Color color) noexcept { view_.color = color; }

  ImageView view() const noexcept { return view_; }
  MutableImageView mutable_view() noexcept { return view_; }
  operator ImageView() const noexcept { return view_; }  // NOLINT(google-explicit-constructor)

  template <class T>
  const T* row(int y) const noexcept {
    return ImageView(view_).row<T>(y);
  }
  template <class T>
  T* row(int y) noexcept {
    return view_.row<T>(y);
  }

 private:
  MutableImageView view_;
  std::shared_ptr<void> owner_;
};

}  // namespace v1
}  // namespace relievo
