#include "io/containers.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

bool starts(ByteSpan bytes, std::string_view magic, std::size_t at = 0) {
  return bytes.size() >= at + magic.size() && std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
}

constexpr std::string_view png_magic("\x89PNG\r\n\x1a\n", 8);
constexpr std::string_view exif_magic("Exif\0\0", 6);
constexpr std::string_view icc_magic("ICC_PROFILE\0", 12);

void append_big16(Bytes& to, std::size_t v) {
  to.push_back(static_cast<std::uint8_t>(v >> 8));
  to.push_back(static_cast<std::uint8_t>(v));
}
void append_big32(Bytes& to, std::size_t v) { append_big16(to, v >> 16 & 0xffff), append_big16(to, v & 0xffff); }
void append_little32(Bytes& to, std::size_t v) {
  for (int shift = 0; shift < 32; shift += 8) to.push_back(static_cast<std::uint8_t>(v >> shift));
}

bool is_frame_header(int marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// Position after the entropy-coded data that starts at `at`: at its closing marker, or at the end.
std::size_t skip_scan(ByteSpan bytes, std::size_t at) {
  while (at + 1 < bytes.size()) {
    const void* found = std::memchr(bytes.data() + at, 0xFF, bytes.size() - at - 1);
    if (!found) break;
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
    const int next = bytes[at + 1];
    if (next != 0x00 && next != 0xFF && !(next >= 0xD0 && next <= 0xD7)) return at;
    at += next == 0xFF ? 1 : 2;
  }
  return bytes.size();
}

Envelope open_jpeg(ByteSpan bytes) {
  Envelope envelope;
  std::array<ByteSpan, 256> parts{};
  int part_count = 0;
  const std::size_t end = walk_jpeg(bytes, [&](int marker, ByteSpan payload, std::size_t) {
    if (is_frame_header(marker) && payload.size() >= 5 && envelope.width == 0) {
      envelope.height = big16(&payload[1]);
      envelope.width = big16(&payload[3]);
    } else if (marker == 0xE1 && starts(payload, exif_magic) && envelope.exif.empty()) {
      append(envelope.exif, payload.subspan(exif_magic.size()));
    } else if (marker == 0xE2 && starts(payload, icc_magic) && payload.size() > 14) {
      parts[payload[12]] = payload.subspan(14);
      part_count = payload[13];
    }
    return true;
  });
  envelope.complete = end > 0;
  // Each part says how many there are; a profile with a hole is none.
  if (std::all_of(parts.begin() + 1, parts.begin() + 1 + part_count, [](ByteSpan part) { return !part.empty(); })) {
    for (int i = 1; i <= part_count; ++i) append(envelope.icc, parts[static_cast<std::size_t>(i)]);
  }
  return envelope;
}

// Visits chunks of a PNG; returns whether the closing chunk was reached.
template <class Visit>
bool walk_png(ByteSpan bytes, Visit&& visit) {
  std::size_t at = png_magic.size();
  while (at + 12 <= bytes.size()) {
    const std::size_t length = big32(&bytes[at]);
    if (length > bytes.size() - at - 12) return false;
    visit(std::string_view(reinterpret_cast<const char*>(&bytes[at + 4]), 4), bytes.subspan(at + 8, length), at);
    at += 12 + length;
    if (starts(bytes, "IEND", at - 8 - length)) return true;
  }
  return false;
}

Primaries primaries_of_red(std::uint32_t x, std::uint32_t y) {
  const auto near = [](std::uint32_t a, std::uint32_t b) { return a + 500 > b && b + 500 > a; };  // 0.005
  if (near(x, 64000) && near(y, 33000)) return Primaries::bt709;
  if (near(x, 68000) && near(y, 32000)) return Primaries::display_p3;
  if (near(x, 70800) && near(y, 29200)) return Primaries::bt2020;
  return Primaries::unspecified;
}

// Code points of ITU-T H.273 for what relievo knows.
std::optional<Color> coded_color(int primaries, int transfer) {
  Color color;
  switch (primaries) {
    case 1:
      color.primaries = Primaries::bt709;
      break;
    case 9:
      color.primaries = Primaries::bt2020;
      break;
    case 12:
      color.primaries = Primaries::display_p3;
      break;
    default:
      return {};
  }
  switch (transfer) {
    case 1:
    case 6:
    case 14:
    case 15:
      color.transfer = Transfer::bt709;
      break;
    case 4:
      color.transfer = Transfer::gamma22;
      break;
    case 8:
      color.transfer = Transfer::linear;
      break;
    case 13:
      color.transfer = Transfer::srgb;
      break;
    default:
      return {};
  }
  return color;
}

// Precedence as in the PNG specification, third edition: cICP, (iCCP), sRGB, gAMA with cHRM.
Envelope open_png(ByteSpan bytes) {
  Envelope envelope;
  Color color;
  bool srgb = false;
  envelope.complete = walk_png(bytes, [&](std::string_view name, ByteSpan data, std::size_t) {
    if (name == "IHDR" && data.size() >= 8 && envelope.width == 0) {  // libpng goes by the first
      envelope.width = big32(&data[0]);
      envelope.height = big32(&data[4]);
    } else if (name == "eXIf") {
      envelope.exif.assign(data.begin(), data.end());
    } else if (name == "cICP" && data.size() == 4) {
      envelope.coded = coded_color(data[0], data[1]);
    } else if (name == "sRGB") {
      srgb = true;
      envelope.color = Color{};
    } else if (name == "gAMA" && data.size() == 4 && !srgb) {
      const std::uint32_t gamma = big32(&data[0]);  // 45455 is both the plain 2.2 and what sRGB files state
      color.transfer = gamma > 95000 && gamma < 105000 ? Transfer::linear : Transfer::srgb;
      envelope.color = color;
    } else if (name == "cHRM" && data.size() == 32 && !srgb) {
      color.primaries = primaries_of_red(big32(&data[8]), big32(&data[12]));
      // Red of BT.709 and of Adobe RGB agree; their greens do not.
      if (color.primaries == Primaries::bt709 && big32(&data[16]) < 25000) color.primaries = Primaries::adobe_rgb;
      envelope.color = color;
    }
  });
  return envelope;
}

// Visits chunks of a RIFF file; returns whether all bytes that its header announces are there.
template <class Visit>
bool walk_webp(ByteSpan bytes, Visit&& visit) {
  const std::uint64_t end = std::uint64_t{8} + little32(&bytes[4]);
  std::size_t at = 12;
  while (at + 8 <= bytes.size() && at + 8 <= end) {
    const std::size_t length = little32(&bytes[at + 4]);
    const std::size_t have = std::min(length, bytes.size() - at - 8);
    visit(std::string_view(reinterpret_cast<const char*>(&bytes[at]), 4), bytes.subspan(at + 8, have), at);
    if (have < length) return false;
    at += 8 + length + length % 2;
  }
  return end <= bytes.size() + end % 2;
}

Envelope open_webp(ByteSpan bytes) {
  Envelope envelope;
  envelope.complete = walk_webp(bytes, [&](std::string_view name, ByteSpan data, std::size_t) {
    const auto size = [&](std::int64_t w, std::int64_t h) {
      envelope.width = std::max(envelope.width, w);
      envelope.height = std::max(envelope.height, h);
    };
    if (name == "VP8X" && data.size() >= 10) {
      size((little32(&data[4]) & 0xffffff) + 1, ((little32(&data[6]) >> 8) & 0xffffff) + 1);
    } else if (name == "VP8L" && data.size() >= 5) {
      const std::uint32_t bits = little32(&data[1]);
      size((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
    } else if (name == "VP8 " && data.size() >= 10) {
      size(little16(&data[6]) & 0x3fff, little16(&data[8]) & 0x3fff);
    } else if (name == "EXIF") {
      const std::size_t skip = starts(data, exif_magic) ? exif_magic.size() : 0;
      envelope.exif.assign(data.begin() + static_cast<std::ptrdiff_t>(skip), data.end());
    } else if (name == "ICCP") {
      envelope.icc.assign(data.begin(), data.end());
    }
  });
  return envelope;
}

// The largest spatial extent ('ispe', ISO/IEC 23008-12, 6.5.3) of any item, found by its name as the
// size is wanted before a parser is let loose on the boxes.
Envelope open_heif(ByteSpan bytes) {
  Envelope envelope;
  std::uint64_t most = 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (std::size_t at = text.find("ispe"); at != text.npos; at = text.find("ispe", at + 4)) {
    if (at < 4 || at + 16 > bytes.size() || big32(&bytes[at - 4]) != 20) continue;
    // Without a sign, as only so the area of the largest extent fits.
    const std::uint64_t width = big32(&bytes[at + 8]), height = big32(&bytes[at + 12]);
    if (width * height <= most) continue;
    most = width * height;
    envelope.width = static_cast<std::int64_t>(width);
    envelope.height = static_cast<std::int64_t>(height);
  }
  return envelope;
}

void append_riff_chunk(Bytes& to, std::string_view name, ByteSpan data) {
  append(to, name);
  append_little32(to, data.size());
  append(to, data);
  if (data.size() % 2) to.push_back(0);
}

}  // namespace

FileKind kind_of(ByteSpan bytes) {
  if (starts(bytes, "\xff\xd8\xff")) return FileKind::jpeg;
  if (starts(bytes, png_magic)) return FileKind::png;
  for (std::string_view magic : {std::string_view("II*\0", 4), std::string_view("MM\0*", 4),
                                 std::string_view("II+\0", 4), std::string_view("MM\0+", 4)}) {
    if (starts(bytes, magic)) return FileKind::tiff;
  }
  if (starts(bytes, "RIFF") && starts(bytes, "WEBP", 8)) return FileKind::webp;
  if (starts(bytes, "\x76\x2f\x31\x01")) return FileKind::openexr;
  if (starts(bytes, "\x93NUMPY")) return FileKind::npy;
  if (bytes.size() > 2 && bytes[0] == 'P' &&
      (bytes[2] == '\n' || bytes[2] == '\r' || bytes[2] == ' ' || bytes[2] == '\t')) {
    if (bytes[1] == 'f' || bytes[1] == 'F') return FileKind::pfm;
    if (bytes[1] >= '1' && bytes[1] <= '6') return FileKind::pnm;
  }
  if (starts(bytes, "ftyp", 4)) {
    for (std::string_view brand : {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"}) {
      if (starts(bytes, brand, 8)) return FileKind::heif;
    }
    return FileKind::other_image;
  }
  for (std::string_view magic : {"GIF8", "BM", "\xff\x0a", "8BPS", "\xff\x4f\xff\x51", "SDPX", "XPDS", "#?RADIANCE"}) {
    if (starts(bytes, magic)) return FileKind::other_image;
  }
  return FileKind::unknown;
}

std::size_t walk_jpeg(ByteSpan bytes, const std::function<bool(int, ByteSpan, std::size_t)>& visit) {
  std::size_t at = 2;
  while (at + 1 < bytes.size()) {
    if (bytes[at] != 0xFF) {  // extraneous bytes, which decoders skip
      ++at;
      continue;
    }
    const int marker = bytes[at + 1];
    if (marker == 0xFF || marker == 0x00) {
      ++at;
      continue;
    }
    if (marker == 0xD9) return at + 2;
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
      at += 2;
      continue;
    }
    if (at + 4 > bytes.size()) return 0;
    const std::size_t length = big16(&bytes[at + 2]);
    if (length < 2 || at + 2 + length > bytes.size()) return 0;
    if (!visit(marker, bytes.subspan(at + 4, length - 2), at)) return 0;
    at += 2 + length;
    if (marker == 0xDA) at = skip_scan(bytes, at);
  }
  return 0;
}

Envelope open_envelope(FileKind kind, ByteSpan bytes) {
  switch (kind) {
    case FileKind::jpeg:
      return open_jpeg(bytes);
    case FileKind::png:
      return open_png(bytes);
    case FileKind::webp:
      return open_webp(bytes);
    case FileKind::heif:
      return open_heif(bytes);
    default:
      return {};
  }
}

Bytes jpeg_with_metadata(ByteSpan file, ByteSpan icc, ByteSpan exif) {
  constexpr std::size_t most = 65533;  // payload of a segment
  Bytes head, rest;
  walk_jpeg(file, [&](int marker, ByteSpan payload, std::size_t at) {
    if (marker == 0xDA || is_frame_header(marker) || marker == 0xDB || marker == 0xC4) {
      append(rest, file.subspan(at));
      return false;
    }
    if (marker == 0xE0 || marker == 0xEE) append(head, file.subspan(at, payload.size() + 4));
    return true;
  });
  Bytes out = {0xFF, 0xD8};
  append(out, head);
  if (!exif.empty() && exif.size() + exif_magic.size() <= most) {
    append_big16(out, 0xFF00 | 0xE1);
    append_big16(out, 2 + exif_magic.size() + exif.size());
    append(out, exif_magic);
    append(out, exif);
  }
  const std::size_t room = most - icc_magic.size() - 2;
  const std::size_t parts = (icc.size() + room - 1) / room;
  for (std::size_t i = 0; i < parts && parts <= 255; ++i) {
    const ByteSpan part = icc.subspan(i * room, std::min(room, icc.size() - i * room));
    append_big16(out, 0xFF00 | 0xE2);
    append_big16(out, 2 + icc_magic.size() + 2 + part.size());
    append(out, icc_magic);
    out.push_back(static_cast<std::uint8_t>(i + 1));
    out.push_back(static_cast<std::uint8_t>(parts));
    append(out, part);
  }
  append(out, rest);
  return out;
}

Bytes png_with_exif(ByteSpan file, ByteSpan exif) {
  Bytes out;
  out.reserve(file.size() + exif.size() + 12);
  append(out, png_magic);
  bool done = exif.empty();
  walk_png(file, [&](std::string_view name, ByteSpan data, std::size_t at) {
    if (name == "eXIf") return;
    if (name == "IDAT" && !done) {
      Bytes chunk;
      append(chunk, "eXIf");
      append(chunk, exif);
      append_big32(out, exif.size());
      append(out, chunk);
      append_big32(out, ::crc32(0, chunk.data(), static_cast<uInt>(chunk.size())));
      done = true;
    }
    append(out, file.subspan(at, data.size() + 12));
  });
  return out;
}

Bytes webp_with_metadata(ByteSpan file, ByteSpan icc, ByteSpan exif, int width, int height, bool alpha) {
  if (icc.empty() && exif.empty()) return {file.begin(), file.end()};
  // WebP container specification, "Extended File Format".
  Bytes header(10, 0);
  header[0] = static_cast<std::uint8_t>((icc.empty() ? 0 : 0x20) | (alpha ? 0x10 : 0) | (exif.empty() ? 0 : 0x08));
  for (int i = 0; i < 3; ++i) {
    header[static_cast<std::size_t>(4 + i)] = static_cast<std::uint8_t>((width - 1) >> 8 * i);
    header[static_cast<std::size_t>(7 + i)] = static_cast<std::uint8_t>((height - 1) >> 8 * i);
  }
  Bytes out;
  append(out, "RIFF");
  append_little32(out, 0);
  append(out, "WEBP");
  append_riff_chunk(out, "VP8X", header);
  if (!icc.empty()) append_riff_chunk(out, "ICCP", icc);
  walk_webp(file, [&](std::string_view name, ByteSpan data, std::size_t) {
    if (name == "ALPH" || name == "VP8 " || name == "VP8L") append_riff_chunk(out, name, data);
  });
  if (!exif.empty()) append_riff_chunk(out, "EXIF", exif);
  Bytes size;
  append_little32(size, out.size() - 8);
  std::copy(size.begin(), size.end(), out.begin() + 4);
  return out;
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
