// OpenImageIO with its errors fetched, as it prints those that nobody fetched.
#pragma once

#include <OpenImageIO/filesystem.h>
#include <OpenImageIO/imageio.h>

#include <memory>
#include <string>

#include "core/check.hpp"
#include "io/containers.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

/// Name of OpenImageIO's plugin for a kind.
inline const char* plugin_of(FileKind kind) {
  switch (kind) {
    case FileKind::jpeg:
      return "jpeg";
    case FileKind::png:
      return "png";
    case FileKind::tiff:
      return "tiff";
    case FileKind::webp:
      return "webp";
    case FileKind::openexr:
      return "openexr";
    case FileKind::heif:
      return "heif";
    default:
      return "";
  }
}

/// Without the full stop, as it becomes the end of a sentence.
inline std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  while (line.ends_with('.')) line.pop_back();
  return line;
}

/// The first line of what OpenImageIO has to say of a reader or writer, emptying its store.
template <class Codec>
std::string take_error(Codec& codec) {
  std::string text = codec.geterror();
  if (const std::string global = OIIO::geterror(); text.empty()) text = global;
  return first_line(text);
}

template <class Codec>
struct FetchErrors {
  void operator()(Codec* codec) const {
    codec->close();
    take_error(*codec);
    delete codec;
  }
};
using Reader = std::unique_ptr<OIIO::ImageInput, FetchErrors<OIIO::ImageInput>>;
using Writer = std::unique_ptr<OIIO::ImageOutput, FetchErrors<OIIO::ImageOutput>>;

/// Runs work that calls into other libraries; their exceptions become Error{code}.
template <class Work>
auto guarded(ErrorCode code, const std::string& path, Work&& work) {
  try {
    return work();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::out_of_memory, "Not enough memory for the pixels of '", path, "'.");
  } catch (const std::exception& e) {
    fail(code, "'", path, "' failed: ", e.what(), ".");
  }
}

/// An opened image of a file: the plugin by content, the bytes kept for as long as it reads.
struct OpenedImage {
  Bytes bytes;
  FileKind kind = FileKind::unknown;
  Envelope envelope;
  std::unique_ptr<OIIO::Filesystem::IOMemReader> memory;
  Reader reader;
};

/// Opens after the checks of limits; PNG and WebP stay without a reader. Throws as io::read.
OpenedImage open_image(const std::string& path, Bytes bytes, std::int64_t max_pixels);

/// Channels [first, last) of the first subimage as `type`; throws Error{corrupt_data} that names the
/// file where any pixel is missing.
void read_channels(OpenedImage& opened, const std::string& path, int first, int last, OIIO::TypeDesc type, void* to,
                   std::int64_t pixel_stride, std::int64_t row_stride);

/// Encodes into memory. Throws Error{io} with the codec's reason.
Bytes encode_image(const char* plugin, const std::string& path, OIIO::ImageSpec spec, const void* pixels,
                   std::int64_t row_stride);

inline OIIO::TypeDesc type_of(Scalar scalar) {
  switch (scalar) {
    case Scalar::u8:
      return OIIO::TypeDesc::UINT8;
    case Scalar::u16:
      return OIIO::TypeDesc::UINT16;
    case Scalar::f16:
      return OIIO::TypeDesc::HALF;
    case Scalar::f32:
      break;
  }
  return OIIO::TypeDesc::FLOAT;
}

/// Most bytes of a file with up to `max_pixels` pixels: uncompressed RGBA floats and their headers.
inline std::int64_t most_bytes(std::int64_t max_pixels) {
  constexpr std::int64_t pixel = 16, headers = 64 << 20;
  return max_pixels < (INT64_MAX - headers) / pixel ? max_pixels * pixel + headers : INT64_MAX;
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
