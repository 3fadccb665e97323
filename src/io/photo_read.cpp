#include <OpenImageIO/tiffutils.h>

#include <algorithm>
#include <cmath>
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

// libjpeg fills what is missing with grey and only warns, so its warnings decide.
bool harmless(FileKind kind, const std::string& warning) {
  return kind == FileKind::jpeg && (warning.find("extraneous bytes") != warning.npos ||
                                    warning.find("Unknown Adobe color transform") != warning.npos ||
                                    warning.find("Unknown JFIF revision") != warning.npos);
}

Scalar scalar_of(const OIIO::TypeDesc& type) {
  switch (type.basetype) {
    case OIIO::TypeDesc::UINT8:
      return Scalar::u8;
    case OIIO::TypeDesc::UINT16:
      return Scalar::u16;
    case OIIO::TypeDesc::HALF:
      return Scalar::f16;
    default:
      return Scalar::f32;
  }
}

// Which channels of the file make the picture.
struct Layout {
  int color_first = 0;
  int color_count = 1;
  int alpha = -1;
};

int channel_named(const OIIO::ImageSpec& spec, std::string_view name) {
  for (int c = 0; c < spec.nchannels; ++c) {
    if (spec.channelnames[static_cast<std::size_t>(c)] == name) return c;
  }
  return -1;
}

Layout layout_of(const OIIO::ImageSpec& spec) {
  Layout layout;
  const int red = channel_named(spec, "R");
  if (red >= 0 && channel_named(spec, "G") == red + 1 && channel_named(spec, "B") == red + 2) {
    layout.color_first = red;
    layout.color_count = 3;
  } else if (const int luma = channel_named(spec, "Y"); luma >= 0) {
    layout.color_first = luma;
  } else if (spec.nchannels >= 3 && spec.alpha_channel != 1) {
    layout.color_count = 3;
  }
  const int alpha = spec.alpha_channel;
  if (alpha >= layout.color_first + layout.color_count || (alpha >= 0 && alpha < layout.color_first)) {
    layout.alpha = alpha;
  }
  return layout;
}

Image read_pixels(OpenedImage& opened, const std::string& path) {
  const OIIO::ImageSpec spec = opened.reader->spec();
  const Layout layout = layout_of(spec);
  const Scalar scalar = scalar_of(spec.format);
  const int channels = layout.alpha >= 0 ? 4 : layout.color_count;
  Image image(spec.width, spec.height, {scalar, static_cast<std::uint8_t>(channels)});
  const OIIO::TypeDesc type = type_of(scalar);
  const std::int64_t bytes = bytes_of(scalar), pixel = image.format().bytes();
  auto* data = static_cast<std::uint8_t*>(image.mutable_view().data);
  const int first = layout.color_first, last = first + layout.color_count;
  if (layout.alpha == last && layout.color_count == 3) {
    read_channels(opened, path, first, last + 1, type, data, pixel, image.stride());
    return image;
  }
  read_channels(opened, path, first, last, type, data, pixel, image.stride());
  if (layout.alpha < 0) return image;
  read_channels(opened, path, layout.alpha, layout.alpha + 1, type, data + 3 * bytes, pixel, image.stride());
  if (layout.color_count == 1) {
    for (int y = 0; y < image.height(); ++y) {
      auto* row = image.row<std::uint8_t>(y);
      for (int x = 0; x < image.width(); ++x, row += pixel) {
        std::copy_n(row, bytes, row + bytes);
        std::copy_n(row, bytes, row + 2 * bytes);
      }
    }
  }
  return image;
}

Bytes profile_of(const OpenedImage& opened) {
  if (!opened.envelope.icc.empty() || !opened.reader) return opened.envelope.icc;
  const OIIO::ParamValue* value = opened.reader->spec().find_attribute("ICCProfile");
  if (!value || value->type().basetype != OIIO::TypeDesc::UINT8) return {};
  const auto* data = static_cast<const std::uint8_t*>(value->data());
  return {data, data + value->datasize()};
}

// The block of a container that stores tags one by one (TIFF) or only hands them out so (HEIC).
Bytes assembled_exif(const OIIO::ImageSpec& spec) {
  const bool any = std::any_of(spec.extra_attribs.begin(), spec.extra_attribs.end(), [](const auto& attribute) {
    const std::string_view name = attribute.name().string();
    return name.substr(0, 5) == "Exif:" || name.substr(0, 4) == "GPS:" || name == "Make" || name == "Model";
  });
  if (!any) return {};
  std::vector<char> blob;
  OIIO::encode_exif(spec, blob);
  return {blob.begin(), blob.end()};
}

Color color_of(const OpenedImage& opened, const Bytes& icc, const ExifFacts& facts) {
  if (opened.envelope.coded) return *opened.envelope.coded;
  if (const auto color = icc_color(icc)) return *color;
  if (opened.envelope.color) return *opened.envelope.color;
  Color color;
  const OIIO::ImageSpec spec = opened.reader ? opened.reader->spec() : OIIO::ImageSpec();
  if (opened.kind == FileKind::openexr) {
    color = {Primaries::bt709, Transfer::linear, true};
    const OIIO::ParamValue* value = spec.find_attribute("chromaticities");
    if (value && value->datasize() >= 32 && value->type().basetype == OIIO::TypeDesc::FLOAT) {
      const auto* c = static_cast<const float*>(value->data());
      const auto red = [c](float x, float y) { return std::abs(c[0] - x) < 0.005f && std::abs(c[1] - y) < 0.005f; };
      color.primaries = red(0.64f, 0.33f)     ? (c[2] < 0.25f ? Primaries::adobe_rgb : Primaries::bt709)
                        : red(0.68f, 0.32f)   ? Primaries::display_p3
                        : red(0.708f, 0.292f) ? Primaries::bt2020
                                              : Primaries::unspecified;
    }
  } else if (opened.kind == FileKind::tiff && spec.format.is_floating_point()) {
    color.transfer = Transfer::linear;
  } else if (facts.adobe_rgb) {
    color = {Primaries::adobe_rgb, Transfer::gamma22, false};
  }
  return color;
}

// A profile of other data than the pixels that came out (CMYK, or grey under RGBA) would mislead.
bool describes(const Bytes& icc, int channels) {
  const IccSpace space = icc_space(icc);
  return space == (channels == 1 ? IccSpace::grey : IccSpace::rgb);
}

}  // namespace

OpenedImage open_image(const std::string& path, Bytes bytes, std::int64_t max_pixels) {
  OpenedImage opened;
  opened.bytes = std::move(bytes);
  opened.kind = kind_of(opened.bytes);
  const char* plugin = plugin_of(opened.kind);
  if (opened.kind == FileKind::other_image || opened.kind == FileKind::pnm || opened.kind == FileKind::pfm) {
    fail(ErrorCode::unsupported, "'", path, "' is an image of a kind that is not read; convert it to PNG or TIFF.");
  }
  if (!*plugin) fail(ErrorCode::corrupt_data, "'", path, "' is not an image.");
  opened.envelope = open_envelope(opened.kind, opened.bytes);
  check_size(path, opened.envelope.width, opened.envelope.height, max_pixels);
  if (!opened.envelope.complete) fail(ErrorCode::corrupt_data, "'", path, "' is truncated: its end is missing.");
  if (opened.kind == FileKind::webp || opened.kind == FileKind::png) return opened;  // decoded without OpenImageIO
  std::unique_ptr<OIIO::ImageInput> reader = OIIO::ImageInput::create(plugin);
  if (!reader) {
    OIIO::geterror();
    fail(ErrorCode::unsupported, "'", path, "' is ", plugin, ", which this system's OpenImageIO cannot read.");
  }
  opened.reader = Reader(reader.release());
  OIIO::ImageSpec config, spec;
  config["oiio:UnassociatedAlpha"] = 1;
  if (opened.reader->supports("ioproxy")) {
    opened.memory = std::make_unique<OIIO::Filesystem::IOMemReader>(opened.bytes.data(), opened.bytes.size());
    void* proxy = opened.memory.get();
    config.attribute("oiio:ioproxy", OIIO::TypeDesc::PTR, &proxy);
  }
  if (!opened.reader->open(path, spec, config)) {
    const std::string reason = take_error(*opened.reader);
    fail(ErrorCode::corrupt_data, "'", path, "' cannot be decoded", reason.empty() ? "" : ": ", reason, ".");
  }
  if (spec.width < 1 || spec.height < 1 || spec.nchannels < 1 || spec.depth > 1) {
    fail(ErrorCode::corrupt_data, "'", path, "' is not a picture in two dimensions.");
  }
  // OpenImageIO 2.4 takes most of them for zeros, and says nothing.
  if (spec.format.basetype == OIIO::TypeDesc::DOUBLE) {
    fail(ErrorCode::unsupported, "'", path, "' holds 64-bit floats; convert them to 32 bits.");
  }
  if (spec.deep) fail(ErrorCode::unsupported, "'", path, "' holds deep pixels; flatten them first.");
  check_size(path, spec.width, spec.height, max_pixels);
  return opened;
}

void read_channels(OpenedImage& opened, const std::string& path, int first, int last, OIIO::TypeDesc type, void* to,
                   std::int64_t pixel_stride, std::int64_t row_stride) {
  const bool whole = opened.reader->read_image(0, 0, first, last, type, to, pixel_stride, row_stride);
  // Not what the program's own use of OpenImageIO left in the thread's store.
  const std::string reason = first_line(opened.reader->geterror());
  if (!whole || (!reason.empty() && !harmless(opened.kind, reason))) {
    fail(ErrorCode::corrupt_data, "'", path, "' is truncated or damaged", reason.empty() ? "" : ": ", reason, ".");
  }
}

float Photo::fov_degrees() const {
  if (!(focal_35mm > 0)) return 0;
  constexpr double half_frame_mm = 18, degrees = 180 / 3.14159265358979323846;
  return static_cast<float>(2 * std::atan(half_frame_mm / focal_35mm) * degrees);
}

Photo detail::read(const std::string& path, const ReadLimits* given, std::size_t size) {
  const ReadLimits limits = read_options(given, size);
  require(limits.max_pixels > 0, "max_pixels is ", limits.max_pixels, "; allowed is 1 or more.");
  return guarded(ErrorCode::corrupt_data, path, [&] {
    OpenedImage opened = open_image(path, read_file(path, most_bytes(limits.max_pixels)), limits.max_pixels);
    Photo photo;
    photo.icc = profile_of(opened);
    photo.exif = std::move(opened.envelope.exif);
    const OIIO::ImageSpec spec = opened.reader ? opened.reader->spec() : OIIO::ImageSpec();
    if (photo.exif.empty() && (opened.kind == FileKind::tiff || opened.kind == FileKind::heif)) {
      photo.exif = assembled_exif(spec);
    }
    const ExifFacts facts = exif_facts(photo.exif);
    photo.focal_35mm = facts.focal_35mm;
    const bool own_orientation = opened.kind == FileKind::tiff;
    const int orientation = own_orientation                 ? spec.get_int_attribute("Orientation", 1)
                            : opened.kind == FileKind::heif ? 1  // OpenImageIO has had it turned
                                                            : facts.orientation;
    Image image;
    if (opened.kind == FileKind::png) {
      image = decode_png(path, opened.bytes, photo.icc);
    } else if (opened.kind == FileKind::webp) {
      image = decode_webp(path, opened.bytes);
    } else {
      image = read_pixels(opened, path);
    }
    image.set_color(color_of(opened, photo.icc, facts));
    const bool associated = opened.kind == FileKind::tiff && !spec.get_int_attribute("oiio:UnassociatedAlpha", 0);
    if (associated) unpremultiply(image.mutable_view());
    photo.image = upright(std::move(image), orientation);
    if (opened.envelope.coded || !describes(photo.icc, photo.image.format().channels)) photo.icc.clear();
    normalise_exif(photo.exif, photo.image.width(), photo.image.height());
    return photo;
  });
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
