#include "io/exif.hpp"

#include <algorithm>
#include <cstring>

#include "io/byte_order.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

// Tags of Exif 2.32 (CIPA DC-008).
constexpr std::uint32_t tag_orientation = 0x0112, tag_exif = 0x8769, tag_interoperability = 0xA005,
                        tag_interoperability_index = 0x0001, tag_focal_35mm = 0xA405, tag_pixel_width = 0xA002,
                        tag_pixel_height = 0xA003, tag_thumbnail = 0x0201, tag_thumbnail_size = 0x0202;
constexpr std::uint32_t type_short = 3, type_long = 4;

template <class Container>
class Directory {
 public:
  Directory(Container& bytes, std::size_t offset) : bytes_(bytes), offset_(offset) {
    big_ = bytes.size() > 8 && bytes[0] == 'M';
    if (offset < 8 || offset + 2 > bytes.size()) return;
    count_ = std::min<std::size_t>(u16(offset), (bytes.size() - offset - 2) / 12);
  }

  std::size_t count() const { return count_; }

  /// Position of the entry with the tag, 0 = none.
  std::size_t find(std::uint32_t tag) const {
    for (std::size_t i = 0; i < count_; ++i) {
      const std::size_t at = offset_ + 2 + i * 12;
      if (u16(at) == tag) return at;
    }
    return 0;
  }
  /// First SHORT or LONG of the tag, `missing` where there is none.
  std::uint32_t number(std::uint32_t tag, std::uint32_t missing) const {
    const std::size_t at = find(tag);
    if (!at) return missing;
    return u16(at + 2) == type_short ? u16(at + 8) : u16(at + 2) == type_long ? u32(at + 8) : missing;
  }
  void set_number(std::uint32_t tag, std::uint32_t value) {
    const std::size_t at = find(tag);
    if (!at) return;
    if (u16(at + 2) == type_short && value <= 0xffff) put(at + 8, value, 2);
    if (u16(at + 2) == type_long) put(at + 8, value, 4);
  }
  /// Position of the offset of the next directory, 0 = outside.
  std::size_t link() const {
    const std::size_t at = offset_ + 2 + count_ * 12;
    return count_ && at + 4 <= bytes_.size() ? at : 0;
  }
  std::size_t next() const { return link() ? u32(link()) : 0; }
  void unlink_next() {
    if (link()) put(link(), 0, 4);
  }
  std::size_t end() const { return std::min(bytes_.size(), offset_ + 2 + count_ * 12 + 4); }

  std::uint32_t u16(std::size_t at) const { return big_ ? big16(&bytes_[at]) : little16(&bytes_[at]); }
  std::uint32_t u32(std::size_t at) const { return big_ ? big32(&bytes_[at]) : little32(&bytes_[at]); }

 private:
  void put(std::size_t at, std::uint32_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      bytes_[at + i] = static_cast<std::uint8_t>(value >> 8 * (big_ ? size - 1 - i : i));
    }
  }

  Container& bytes_;
  std::size_t offset_, count_ = 0;
  bool big_ = false;
};

bool is_structure(const Bytes& exif) {
  return exif.size() >= 14 && (std::memcmp(exif.data(), "II*\0", 4) == 0 || std::memcmp(exif.data(), "MM\0*", 4) == 0);
}

std::size_t first_directory(const Bytes& exif) { return exif[0] == 'M' ? big32(&exif[4]) : little32(&exif[4]); }

}  // namespace

ExifFacts exif_facts(const Bytes& exif) {
  ExifFacts facts;
  if (!is_structure(exif)) return facts;
  const Directory<const Bytes> main(exif, first_directory(exif));
  const std::uint32_t orientation = main.number(tag_orientation, 1);
  if (orientation >= 1 && orientation <= 8) facts.orientation = static_cast<int>(orientation);
  const Directory<const Bytes> details(exif, main.number(tag_exif, 0));
  facts.focal_35mm = static_cast<float>(details.number(tag_focal_35mm, 0));
  if (facts.focal_35mm > 10000) facts.focal_35mm = 0;
  const Directory<const Bytes> interoperability(exif, details.number(tag_interoperability, 0));
  const std::size_t index = interoperability.find(tag_interoperability_index);
  facts.adobe_rgb = index && std::memcmp(&exif[index + 8], "R03", 3) == 0;
  return facts;
}

void normalise_exif(Bytes& exif, int width, int height) {
  if (!is_structure(exif)) return exif.clear();
  Directory<Bytes> main(exif, first_directory(exif));
  if (main.count() == 0) return exif.clear();
  main.set_number(tag_orientation, 1);
  Directory<Bytes> details(exif, main.number(tag_exif, 0));
  details.set_number(tag_pixel_width, static_cast<std::uint32_t>(width));
  details.set_number(tag_pixel_height, static_cast<std::uint32_t>(height));
  const std::size_t next = main.next();
  if (next == 0) return;
  const Directory<Bytes> thumbnail(exif, next);
  const std::size_t from = thumbnail.number(tag_thumbnail, 0), size = thumbnail.number(tag_thumbnail_size, 0);
  if (from >= 8 && from < exif.size() && size <= exif.size() - from) {
    if (from + size == exif.size() && from >= thumbnail.end() && from >= main.end()) {
      exif.resize(from);
    } else {
      std::fill_n(exif.begin() + static_cast<std::ptrdiff_t>(from), size, std::uint8_t{0});
    }
  }
  main.unlink_next();
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
