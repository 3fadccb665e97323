// HEIC with auxiliary images, which libheif does not write: its boxes by hand around what libheif encodes.
#pragma once

#include <gtest/gtest.h>
#include <libheif/heif.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/depth_photos.hpp"

namespace heic_photos {

using depth_photos::add;
using depth_photos::big16;
using depth_photos::big32;
using depth_photos::Bytes;
using depth_photos::text;

/// One coded image: the photo, or what is auxiliary to it.
struct Item {
  int width = 0, height = 0;
  Bytes configuration;  // the hvcC box
  Bytes data;
  std::string auxiliary;  // its type; the photo has none
  std::string xmp;
  int turns = 0;  // quarters, anticlockwise
};

inline Bytes box_in(const Bytes& file, const std::string& name) {
  const auto at = std::search(file.begin() + 4, file.end(), name.begin(), name.end());
  if (at == file.end()) return {};
  const auto from = at - 4;
  const std::size_t size = static_cast<std::size_t>(from[0]) << 24 | static_cast<std::size_t>(from[1]) << 16 |
                           static_cast<std::size_t>(from[2]) << 8 | from[3];
  return {from, from + static_cast<std::ptrdiff_t>(size)};
}

/// A grey image, coded without loss.
template <class Value>
Item grey(int width, int height, Value&& value) {
  Item item{width, height, {}, {}, {}, {}, 0};
  heif_context* context = heif_context_alloc();
  heif_image* image = nullptr;
  heif_image_create(width, height, heif_colorspace_monochrome, heif_chroma_monochrome, &image);
  heif_image_add_plane(image, heif_channel_Y, width, height, 8);
  int stride = 0;
  std::uint8_t* plane = heif_image_get_plane(image, heif_channel_Y, &stride);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) plane[y * stride + x] = static_cast<std::uint8_t>(value(x, y));
  }
  heif_encoder* encoder = nullptr;
  const heif_error found = heif_context_get_encoder_for_format(context, heif_compression_HEVC, &encoder);
  EXPECT_EQ(found.code, heif_error_Ok) << found.message;
  if (found.code == heif_error_Ok) {
    heif_encoder_set_lossless(encoder, 1);
    const heif_error coded = heif_context_encode_image(context, image, encoder, nullptr, nullptr);
    EXPECT_EQ(coded.code, heif_error_Ok) << coded.message;
    heif_encoder_release(encoder);
  }
  Bytes file;
  heif_writer writer{1, [](heif_context*, const void* data, std::size_t size, void* to) {
                       const auto* bytes = static_cast<const std::uint8_t*>(data);
                       static_cast<Bytes*>(to)->assign(bytes, bytes + size);
                       return heif_error{heif_error_Ok, heif_suberror_Unspecified, ""};
                     }};
  heif_context_write(context, &writer, &file);
  heif_image_release(image);
  heif_context_free(context);
  item.configuration = box_in(file, "hvcC");
  item.data = box_in(file, "mdat");
  if (item.data.size() > 8) item.data.erase(item.data.begin(), item.data.begin() + 8);
  return item;
}

inline Bytes box(const std::string& name, const Bytes& content) {
  Bytes out;
  big32(out, content.size() + 8);
  text(out, name);
  add(out, content);
  return out;
}
inline Bytes full_box(const std::string& name, int version, const Bytes& content) {
  Bytes all = {static_cast<std::uint8_t>(version), 0, 0, 0};
  add(all, content);
  return box(name, all);
}

/// The file (ISO/IEC 14496-12 and 23008-12) of a photo, the first item, and its auxiliary images.
inline Bytes file_of(const std::vector<Item>& items) {
  Bytes types;
  text(types, std::string("heic\0\0\0\0mif1heic", 16));
  const Bytes head = box("ftyp", types);
  struct Extent {
    std::size_t id, offset, size;
  };
  Bytes payload, entries, references, properties, associations, handler;
  std::vector<Extent> extents;
  std::size_t entry_count = 0, property_count = 0;
  const auto add_entry = [&](std::size_t id, const std::string& type, const std::string& rest, const Bytes& data) {
    Bytes entry;
    big16(entry, id), big16(entry, 0), text(entry, type + rest);
    add(entries, full_box("infe", 2, entry));
    ++entry_count;
    extents.push_back({id, payload.size(), data.size()});
    add(payload, data);
  };
  const auto refer = [&](const std::string& type, std::size_t from, std::size_t to) {
    Bytes reference;
    big16(reference, from), big16(reference, 1), big16(reference, to);
    add(references, box(type, reference));
  };
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Item& item = items[i];
    const std::size_t id = i + 1;
    add_entry(id, "hvc1", std::string(1, '\0'), item.data);
    std::vector<std::uint8_t> own;
    const auto add_property = [&](const Bytes& property, bool essential) {
      add(properties, property);
      own.push_back(static_cast<std::uint8_t>(++property_count | (essential ? 0x80 : 0)));
    };
    add_property(item.configuration, true);
    Bytes size, turn = {static_cast<std::uint8_t>(item.turns)}, type;
    big32(size, static_cast<std::size_t>(item.width)), big32(size, static_cast<std::size_t>(item.height));
    add_property(full_box("ispe", 0, size), false);
    if (!item.auxiliary.empty()) {
      text(type, item.auxiliary + '\0');
      add_property(full_box("auxC", 0, type), true);
      refer("auxl", id, 1);
    }
    if (item.turns > 0) add_property(box("irot", turn), true);
    big16(associations, id), associations.push_back(static_cast<std::uint8_t>(own.size())), add(associations, own);
    if (!item.xmp.empty()) {
      add_entry(100 + id, "mime", std::string("\0application/rdf+xml\0", 21), Bytes(item.xmp.begin(), item.xmp.end()));
      refer("cdsc", 100 + id, id);
    }
  }
  text(handler, std::string("\0\0\0\0pict", 8)), add(handler, Bytes(13, 0));
  Bytes primary, counted, associated;
  big16(primary, 1);
  big16(counted, entry_count), add(counted, entries);
  big32(associated, items.size()), add(associated, associations);
  Bytes described = box("ipco", properties);
  add(described, full_box("ipma", 0, associated));
  // The places of items depend on how long the box is that tells them.
  Bytes meta;
  std::size_t base = 0;
  for (int round = 0; round < 2; ++round) {
    Bytes places = {0x44, 0x00};
    big16(places, extents.size());
    for (const Extent& extent : extents) {
      big16(places, extent.id), big16(places, 0), big16(places, 1);
      big32(places, base + extent.offset), big32(places, extent.size);
    }
    Bytes inside = full_box("hdlr", 0, handler);
    add(inside, full_box("pitm", 0, primary));
    add(inside, full_box("iloc", 0, places));
    add(inside, full_box("iinf", 0, counted));
    if (!references.empty()) add(inside, full_box("iref", 0, references));
    add(inside, box("iprp", described));
    meta = full_box("meta", 0, inside);
    base = head.size() + meta.size() + 8;
  }
  Bytes out = head;
  add(out, meta);
  add(out, box("mdat", payload));
  return out;
}

}  // namespace heic_photos
