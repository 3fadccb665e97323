#include "torch/weights/zip.hpp"

#include <algorithm>

namespace relievo {
inline namespace v1 {
namespace weights {
namespace {

constexpr std::uint32_t local_sign = 0x04034b50, central_sign = 0x02014b50, end_sign = 0x06054b50;
constexpr std::uint32_t end64_sign = 0x06064b50, locator64_sign = 0x07064b50;
constexpr std::size_t local_size = 30, central_size = 46, end_size = 22, end64_size = 56, locator64_size = 20;
constexpr std::uint32_t in_zip64 = 0xffffffff;

std::uint16_t u16(Bytes bytes, std::size_t at) { return number_at<std::uint16_t>(bytes.data() + at); }
std::uint32_t u32(Bytes bytes, std::size_t at) { return number_at<std::uint32_t>(bytes.data() + at); }
std::uint64_t u64(Bytes bytes, std::size_t at) { return number_at<std::uint64_t>(bytes.data() + at); }

// The part of a file where the archive says that something is.
Bytes part(const Source& source, std::uint64_t offset, std::uint64_t size, const char* what) {
  if (offset > source.bytes.size() || size > source.bytes.size() - offset) {
    source.corrupt("is cut off, or its ", what, " lies: ", size, " bytes at ", offset, " of ", source.bytes.size());
  }
  return source.bytes.subspan(offset, size);
}

Bytes central_directory(const Source& source) {
  constexpr std::size_t longest_comment = 65535;
  const Bytes file = source.bytes;
  const std::size_t searched = std::min(file.size(), end_size + longest_comment);
  for (std::size_t tail = end_size; tail <= searched; ++tail) {
    const std::size_t at = file.size() - tail;
    if (u32(file, at) != end_sign || u16(file, at + 20) != tail - end_size) continue;
    if (at >= locator64_size && u32(file, at - locator64_size) == locator64_sign) {
      const Bytes end64 = part(source, u64(file, at - locator64_size + 8), end64_size, "zip64 directory");
      if (u32(end64, 0) != end64_sign) source.corrupt("has no zip64 directory where it says that it is");
      return part(source, u64(end64, 48), u64(end64, 40), "zip directory");
    }
    return part(source, u32(file, at + 16), u32(file, at + 12), "zip directory");
  }
  source.corrupt("is cut off: a zip archive has its directory at the end, and here is none");
}

// Sizes and offset of 64 bits stand in an extra field, each only where its place of 32 bits is full.
void read_zip64(Bytes extra, ZipArchive::Entry& entry, const Source& source, std::string_view name) {
  constexpr std::uint16_t zip64_field = 1;
  while (extra.size() >= 4) {
    const std::size_t size = u16(extra, 2);
    if (size > extra.size() - 4) break;
    if (u16(extra, 0) == zip64_field) {
      Bytes field = extra.subspan(4, size);
      for (std::uint64_t* value : {&entry.size, &entry.compressed_size, &entry.offset}) {
        if (*value != in_zip64) continue;
        if (field.size() < 8) source.corrupt("has a zip64 field of ", size, " bytes at entry ", in_quotes(name));
        *value = u64(field, 0);
        field = field.subspan(8);
      }
      return;
    }
    extra = extra.subspan(4 + size);
  }
}

}  // namespace

ZipArchive::ZipArchive(const Source& source) : source_(source) {
  Bytes directory = central_directory(source);
  while (!directory.empty()) {
    if (directory.size() < central_size || u32(directory, 0) != central_sign) {
      source.corrupt("has a damaged zip directory after ", entries_.size(), " entries");
    }
    const std::size_t name_size = u16(directory, 28), extra_size = u16(directory, 30);
    const std::size_t whole = central_size + name_size + extra_size + u16(directory, 32);
    if (whole > directory.size()) {
      source.corrupt("has a damaged zip directory after ", entries_.size(), " entries");
    }
    const std::string_view name = text_of(directory.subspan(central_size, name_size));
    Entry entry;
    entry.encrypted = (u16(directory, 8) & 1u) != 0;
    entry.method = u16(directory, 10);
    entry.compressed_size = u32(directory, 20);
    entry.size = u32(directory, 24);
    entry.offset = u32(directory, 42);
    read_zip64(directory.subspan(central_size + name_size, extra_size), entry, source, name);
    if (!entries_.emplace(name, entry).second) source.corrupt("has zip entry ", in_quotes(name), " twice");
    directory = directory.subspan(whole);
  }
}

Bytes ZipArchive::at(std::string_view name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) source_.corrupt("has no zip entry ", in_quotes(name));
  const Entry& entry = found->second;
  if (entry.encrypted) source_.unsupported("has zip entry ", in_quotes(name), ", which is encrypted");
  if (entry.method != 0 || entry.size != entry.compressed_size) {
    source_.unsupported("has zip entry ", in_quotes(name), ", which is compressed (method ", entry.method,
                        "); torch.save stores entries as they are");
  }
  const Bytes header = part(source_, entry.offset, local_size, "zip directory");
  if (u32(header, 0) != local_sign) {
    source_.corrupt("has no zip entry ", in_quotes(name), " at byte ", entry.offset,
                    ", where its directory says it is");
  }
  return part(source_, entry.offset + local_size + u16(header, 26) + u16(header, 28), entry.size, "zip directory");
}

}  // namespace weights
}  // namespace v1
}  // namespace relievo
