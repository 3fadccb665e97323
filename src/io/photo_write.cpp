#include <OpenImageIO/tiffutils.h>

#include <string_view>

#include <relievo/io/photo.hpp>

#include "core/options.hpp"
#include "io/exif.hpp"
#include "io/icc.hpp"
#include "io/oiio.hpp"
#include "io/pixels.hpp"
#include "io/png.hpp"
#include "io/webp.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

FileKind kind_by_name(const std::string& path) {
  static constexpr std::string_view known[] = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".exr"};
  const std::string extension = extension_among(path, known, "a photo");
  if (extension == ".png") return FileKind::png;
  if (extension == ".webp") return FileKind::webp;
  if (extension == ".exr") return FileKind::openexr;
  return extension.starts_with(".t") ? FileKind::tiff : FileKind::jpeg;
}

void check_side(const std::string& path, const ImageView& image, int most) {
  require(image.width <= most && image.height <= most, "'", path, "' cannot hold ", image.width, " x ", image.height,
          " pixels; the longest side of its format is ", most, ".");
}

PixelFormat stored_format(FileKind kind, PixelFormat format) {
  const bool eight = format.scalar == Scalar::u8;
  switch (kind) {
    case FileKind::jpeg:
      return {Scalar::u8, static_cast<std::uint8_t>(format.channels == 1 ? 1 : 3)};
    case FileKind::webp:
      return {Scalar::u8, static_cast<std::uint8_t>(format.channels == 4 ? 4 : 3)};
    case FileKind::png:
      return {eight ? Scalar::u8 : Scalar::u16, format.channels};
    case FileKind::openexr:
      return {eight || format.scalar == Scalar::f16 ? Scalar::f16 : Scalar::f32, format.channels};
    case FileKind::tiff:
      return {format.scalar == Scalar::f16 ? Scalar::f32 : format.scalar, format.channels};
    default:
      return format;
  }
}

Color stored_color(FileKind kind, PixelFormat format, Color color) {
  if (kind == FileKind::openexr) return {color.primaries, Transfer::linear, true};
  const bool floats = format.scalar == Scalar::f16 || format.scalar == Scalar::f32;
  if (color.transfer == Transfer::linear && !floats) color.transfer = Transfer::srgb;
  color.premultiplied = false;
  return color;
}

// The source's profile where it is true of these pixels, else a made one where a reader would not guess.
Bytes profile_for(FileKind kind, const Photo* source, PixelFormat format, Color color) {
  const IccSpace space = format.channels == 1 ? IccSpace::grey : IccSpace::rgb;
  if (source && icc_space(source->icc) == space) {
    const auto said = icc_color(source->icc);
    if (said && said->transfer == color.transfer && said->primaries == color.primaries) return source->icc;
  }
  const bool taken_for_linear = kind == FileKind::tiff && format.scalar == Scalar::f32;
  const bool plain = color.transfer == Transfer::srgb && !taken_for_linear &&
                     (space == IccSpace::grey || color.primaries == Primaries::bt709);
  return plain ? Bytes{} : make_icc(space, color);
}

void set_profile(OIIO::ImageSpec& spec, const Bytes& icc) {
  if (icc.empty()) return;
  spec.attribute("ICCProfile", OIIO::TypeDesc(OIIO::TypeDesc::UINT8, static_cast<int>(icc.size())), icc.data());
}

void set_chromaticities(OIIO::ImageSpec& spec, Primaries primaries) {
  // Red, green, blue, white (D65), each x y.
  static constexpr float sets[][8] = {{0.64f, 0.33f, 0.30f, 0.60f, 0.15f, 0.06f, 0.3127f, 0.3290f},
                                      {0.68f, 0.32f, 0.265f, 0.69f, 0.15f, 0.06f, 0.3127f, 0.3290f},
                                      {0.708f, 0.292f, 0.17f, 0.797f, 0.131f, 0.046f, 0.3127f, 0.3290f},
                                      {0.64f, 0.33f, 0.21f, 0.71f, 0.15f, 0.06f, 0.3127f, 0.3290f}};
  if (primaries == Primaries::unspecified) return;
  spec.attribute("chromaticities", OIIO::TypeDesc(OIIO::TypeDesc::FLOAT, 8), sets[static_cast<int>(primaries)]);
}

// TIFF keeps Exif as tags of its own, so the block is taken apart.
void set_exif(OIIO::ImageSpec& spec, const Bytes& exif) {
  if (exif.empty()) return;
  OIIO::ImageSpec tags;
  if (!OIIO::decode_exif(OIIO::string_view(reinterpret_cast<const char*>(exif.data()), exif.size()), tags)) return;
  for (const OIIO::ParamValue& value : tags.extra_attribs) {
    const std::string_view name = value.name().string();
    if (name == "Orientation" || name == "Compression" || name.substr(0, 5) == "oiio:") continue;
    spec.attribute(value.name(), value.type(), value.data());
  }
}

Bytes encoded(FileKind kind, const std::string& path, const Image& image, const Photo* source,
              const WriteOptions& options) {
  const PixelFormat format = image.format();
  OIIO::ImageSpec spec(image.width(), image.height(), format.channels, type_of(format.scalar));
  Bytes icc = kind == FileKind::openexr ? Bytes{} : profile_for(kind, source, format, image.color());
  Bytes exif = source ? source->exif : Bytes{};
  normalise_exif(exif, image.width(), image.height());
  const auto encode = [&] { return encode_image(plugin_of(kind), path, spec, image.view().data, image.stride()); };
  switch (kind) {
    case FileKind::jpeg:
      spec["Compression"] = "jpeg:" + std::to_string(options.quality);
      spec["jpeg:subsampling"] = "4:4:4";
      return jpeg_with_metadata(encode(), icc, exif);
    case FileKind::webp:
      return webp_with_metadata(encode_webp(path, image, options.quality), icc, exif, image.width(), image.height(),
                                format.channels == 4);
    case FileKind::png:
      if (!png_holds(image, icc)) icc = make_icc(format.channels == 1 ? IccSpace::grey : IccSpace::rgb, image.color());
      return png_with_exif(encode_png(path, image, options.png_level, icc), exif);
    case FileKind::openexr:
      spec["compression"] = "zip";
      set_chromaticities(spec, image.color().primaries);
      return encode();
    default:
      spec["compression"] = "zip";
      spec["oiio:UnassociatedAlpha"] = 1;
      set_exif(spec, exif);
      set_profile(spec, icc);
      return encode();
  }
}

}  // namespace

Bytes encode_image(const char* plugin, const std::string& path, OIIO::ImageSpec spec, const void* pixels,
                   std::int64_t row_stride) {
  std::unique_ptr<OIIO::ImageOutput> created = OIIO::ImageOutput::create(plugin);
  if (!created) {
    OIIO::geterror();
    fail(ErrorCode::unsupported, "'", path, "' cannot be written: this system's OpenImageIO has no ", plugin,
         " writer.");
  }
  // These outlive the writer, which may still write as it is closed after a failure.
  std::vector<unsigned char> bytes;
  OIIO::Filesystem::IOVecOutput memory(bytes);
  const Writer writer(created.release());
  void* proxy = &memory;
  spec.attribute("oiio:ioproxy", OIIO::TypeDesc::PTR, &proxy);
  const bool done = writer->open(path, spec) &&
                    writer->write_image(spec.format, pixels, OIIO::AutoStride, row_stride) && writer->close();
  const std::string reason = take_error(*writer);
  if (!done) fail(ErrorCode::io, "Cannot encode '", path, "'", reason.empty() ? "" : ": ", reason, ".");
  return bytes;
}

void check_photo_path(const std::string& path) {
  kind_by_name(path);
  check_writable(path);
}

void detail::write(const std::string& path, const ImageView& image, const Photo* source, const WriteOptions* given,
                   std::size_t size) {
  const WriteOptions options = checked_options(given, size);
  const FileKind kind = kind_by_name(path);
  check_host_image(image, "image to write");
  if (kind == FileKind::jpeg) check_side(path, image, 65500);  // libjpeg's JPEG_MAX_DIMENSION
  if (kind == FileKind::webp) check_side(path, image, 16383);  // WEBP_MAX_DIMENSION
  guarded(ErrorCode::io, path, [&] {
    // Fails early where nothing can be written, before the work of encoding.
    AtomicFile file(path);
    const PixelFormat format = stored_format(kind, image.format);
    const Image pixels = converted(image, format, stored_color(kind, format, image.color));
    const Bytes bytes = encoded(kind, path, pixels, source, options);
    file.write(bytes.data(), bytes.size());
    file.commit();
  });
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
