#include "io/xmp.hpp"

#include <algorithm>
#include <array>

#include "io/containers.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

constexpr std::string_view packet_magic("http://ns.adobe.com/xap/1.0/\0", 29);
constexpr std::string_view extension_magic("http://ns.adobe.com/xmp/extension/\0", 35);
constexpr std::size_t guid_length = 32;

std::string_view as_text(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// A tree takes many times the memory of the text; no camera writes as many nodes.
bool is_modest(std::string_view text) {
  constexpr std::ptrdiff_t most_nodes = 200'000;
  return std::count_if(text.begin(), text.end(), [](char c) { return c == '<' || c == '"' || c == '\''; }) <=
         most_nodes;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t from = text.find_first_not_of(space);
  return from == text.npos ? std::string_view() : text.substr(from, text.find_last_not_of(space) - from + 1);
}

struct Part {
  std::size_t offset = 0;
  std::size_t total = 0;
  ByteSpan data;
};

// Says what is wrong with the parts, "" where they make a whole.
std::string join(std::vector<Part> parts, Bytes& to) {
  if (parts.empty()) return "its extended XMP is missing";
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.offset < b.offset; });
  std::size_t size = 0;
  for (const Part& part : parts) {
    if (part.total != parts[0].total) return "parts of its extended XMP disagree about its size";
    if (part.offset < size) return "parts of its extended XMP overlap";
    if (part.offset > size) return "a part of its extended XMP is missing";
    size += part.data.size();
  }
  if (size != parts[0].total) return "a part of its extended XMP is missing";
  to.reserve(size);
  for (const Part& part : parts) append(to, part.data);
  return {};
}

}  // namespace

Xmp::Xmp(ByteSpan packet) {
  while (!packet.empty() && packet.back() == 0) packet = packet.first(packet.size() - 1);
  if (packet.empty() || !is_modest(as_text(packet))) return;
  if (document_.load_buffer(packet.data(), packet.size())) collect(document_, 0);
}

void Xmp::collect(pugi::xml_node parent, int depth) {
  constexpr int deepest = 32;  // structures of structures; hostile packets may nest without end
  if (depth == deepest) return;
  for (const pugi::xml_node element : parent.children()) {
    if (element.type() != pugi::node_element) continue;
    elements_.push_back(element);
    for (const pugi::xml_attribute attribute : element.attributes()) {
      const std::string_view name = attribute.name();
      if (name.starts_with("xmlns:")) spaces_.emplace(name.substr(6), attribute.value());
    }
    collect(element, depth + 1);
  }
}

bool Xmp::is(const char* qualified, std::string_view space, std::string_view name) const {
  const std::string_view whole = qualified;
  const std::size_t colon = whole.find(':');
  if (colon == whole.npos || whole.substr(colon + 1) != name) return false;
  const auto found = spaces_.find(whole.substr(0, colon));
  return found != spaces_.end() && found->second == space;
}

bool Xmp::find(pugi::xml_node element, std::string_view space, std::string_view name, std::string_view& value) const {
  for (const pugi::xml_attribute attribute : element.attributes()) {
    if (!is(attribute.name(), space, name)) continue;
    value = trimmed(attribute.value());
    return true;
  }
  for (const pugi::xml_node child : element.children()) {
    if (!is(child.name(), space, name)) continue;
    value = trimmed(child.child_value());
    return true;
  }
  return false;
}

std::vector<pugi::xml_node> Xmp::elements_with(std::string_view space, std::string_view name) const {
  std::vector<pugi::xml_node> found;
  std::string_view ignored;
  std::copy_if(elements_.begin(), elements_.end(), std::back_inserter(found),
               [&](pugi::xml_node element) { return find(element, space, name, ignored); });
  return found;
}

std::string_view Xmp::text(pugi::xml_node element, std::string_view space, std::string_view name) const {
  std::string_view value;
  find(element, space, name, value);
  return value;
}

std::string_view Xmp::first(std::string_view space, std::string_view name) const {
  std::string_view value;
  for (const pugi::xml_node element : elements_) {
    if (find(element, space, name, value)) break;
  }
  return value;
}

JpegXmp open_jpeg_xmp(ByteSpan file) {
  JpegXmp xmp;
  std::vector<std::pair<std::string_view, Part>> parts;
  xmp.end = walk_jpeg(file, [&](int marker, ByteSpan payload, std::size_t) {
    if (marker != 0xE1) return true;
    const std::string_view text = as_text(payload);
    constexpr std::size_t head = extension_magic.size() + guid_length + 8;
    if (text.starts_with(packet_magic) && xmp.packet.empty()) {
      xmp.packet = payload.subspan(packet_magic.size());
    } else if (text.starts_with(extension_magic) && payload.size() >= head) {
      const std::uint8_t* sizes = &payload[head - 8];
      parts.push_back(
          {text.substr(extension_magic.size(), guid_length), {big32(sizes + 4), big32(sizes), payload.subspan(head)}});
    }
    return true;
  });
  const std::string guid(Xmp(xmp.packet).first("http://ns.adobe.com/xmp/note/", "HasExtendedXMP"));
  if (guid.empty()) return xmp;
  std::vector<Part> own;
  for (const auto& [name, part] : parts) {
    if (name == guid) own.push_back(part);
  }
  xmp.damage = join(std::move(own), xmp.extended);
  return xmp;
}

bool decode_base64(std::string_view text, Bytes& bytes) {
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static const std::array<int, 256> values = [] {
    std::array<int, 256> table;
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
      table[static_cast<unsigned char>(alphabet[i])] = static_cast<int>(i);
    return table;
  }();
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  std::size_t digits = 0, padding = 0;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = values[static_cast<unsigned char>(c)];
    if (value < 0 || padding > 0) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    ++digits;
    if (digits % 4 != 1) bytes.push_back(static_cast<std::uint8_t>(bits >> (8 - digits % 4 * 2) % 8));
  }
  return digits > 0 && digits % 4 != 1 && padding <= 2;
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
