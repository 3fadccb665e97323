// XMP: packets in files, and the properties that they hold.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "io/byte_order.hpp"
#include "io/file.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

/// A packet of XMP (ISO 16684-1), in which a property is an attribute or a child of its element. A packet that is not
/// well-formed is as one without elements.
class Xmp final {
 public:
  explicit Xmp(ByteSpan packet);

  /// The elements that have the property, in the order of the packet.
  std::vector<pugi::xml_node> elements_with(std::string_view space, std::string_view name) const;
  /// Whether the element has it; `value` is its text.
  bool find(pugi::xml_node element, std::string_view space, std::string_view name, std::string_view& value) const;
  /// Its text, "" where there is none.
  std::string_view text(pugi::xml_node element, std::string_view space, std::string_view name) const;
  /// The first of all elements that have it.
  std::string_view first(std::string_view space, std::string_view name) const;

 private:
  void collect(pugi::xml_node parent, int depth);
  bool is(const char* qualified, std::string_view space, std::string_view name) const;

  pugi::xml_document document_;
  std::vector<pugi::xml_node> elements_;
  std::unordered_map<std::string_view, std::string_view> spaces_;  // by prefix
};

/// What a JPEG holds besides its picture.
struct JpegXmp {
  ByteSpan packet;      ///< Of the file's bytes; empty where there is none.
  Bytes extended;       ///< Put together from its parts; empty where there is none, or not all of it.
  std::string damage;   ///< Why there is no extended packet although the packet announces one.
  std::size_t end = 0;  ///< Position after the picture, 0 where its end is missing.
};

/// Finds them (XMP Specification Part 3, 1.1.3).
JpegXmp open_jpeg_xmp(ByteSpan file);

/// Bytes of base64 (RFC 4648, section 4), in which white space may stand; false where it holds anything else.
bool decode_base64(std::string_view text, Bytes& bytes);

}  // namespace io
}  // namespace v1
}  // namespace relievo
