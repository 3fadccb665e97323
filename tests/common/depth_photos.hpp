// Photos that carry depth, put together byte by byte.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace depth_photos {

using Bytes = std::vector<std::uint8_t>;

inline void text(Bytes& to, const std::string& s) { to.insert(to.end(), s.begin(), s.end()); }
inline void big16(Bytes& to, std::size_t v) {
  to.push_back(static_cast<std::uint8_t>(v >> 8)), to.push_back(static_cast<std::uint8_t>(v));
}
inline void big32(Bytes& to, std::size_t v) { big16(to, v >> 16), big16(to, v & 0xffff); }
inline void add(Bytes& to, const Bytes& from) {
  for (const std::uint8_t byte : from) to.push_back(byte);
}

inline std::string base64(const Bytes& bytes) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k) three = three << 8 | (i + k < bytes.size() ? bytes[i + k] : 0u);
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k > bytes.size() ? '=' : digits[three >> (18 - 6 * k) & 63];
    }
  }
  return out;
}

/// A packet with one description: its declarations and attributes, and what lies in it.
inline std::string packet(const std::string& attributes, const std::string& inside = {}) {
  return "<?xpacket begin=\"\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
         "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" " +
         attributes + ">" + inside + "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>";
}

inline Bytes segment(const std::string& payload) {
  Bytes out = {0xFF, 0xE1};
  big16(out, payload.size() + 2);
  text(out, payload);
  return out;
}
inline Bytes xmp_segment(const std::string& packet) {
  return segment(std::string("http://ns.adobe.com/xap/1.0/\0", 29) + packet);
}
/// A part of an extended packet that has `total` bytes.
inline Bytes extended_segment(const std::string& guid, std::size_t total, std::size_t offset, const std::string& part) {
  Bytes sizes;
  big32(sizes, total), big32(sizes, offset);
  return segment(std::string("http://ns.adobe.com/xmp/extension/\0", 35) + guid +
                 std::string(sizes.begin(), sizes.end()) + part);
}
inline Bytes exif_segment(int orientation) {
  Bytes tiff;
  text(tiff, std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19));
  tiff.push_back(static_cast<std::uint8_t>(orientation));
  text(tiff, std::string("\0\0\0\0\0\0", 6));
  return segment(std::string("Exif\0\0", 6) + std::string(tiff.begin(), tiff.end()));
}

/// A JPEG with segments put in front of its others.
inline Bytes with_segments(const Bytes& jpeg, const std::vector<Bytes>& segments) {
  Bytes out(jpeg.begin(), jpeg.begin() + 2);
  for (const Bytes& each : segments) add(out, each);
  out.insert(out.end(), jpeg.begin() + 2, jpeg.end());
  return out;
}

inline const std::string gdepth = "xmlns:GDepth=\"http://ns.google.com/photos/1.0/depthmap/\" ";

/// A JPEG with GDepth in its packet.
inline Bytes with_gdepth(const Bytes& jpeg, const Bytes& map, const std::string& properties) {
  return with_segments(jpeg, {xmp_segment(packet(gdepth + properties + " GDepth:Data=\"" + base64(map) + "\""))});
}

}  // namespace depth_photos
