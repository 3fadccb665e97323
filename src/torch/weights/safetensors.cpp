// https://github.com/huggingface/safetensors#format
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "torch/weights/contents.hpp"

namespace relievo {
inline namespace v1 {
namespace weights {
namespace {

constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t most_header_bytes = 100'000'000;  // as in the reference implementation

struct Entry {
  std::string name;
  std::string type;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> offsets;  // begin and end, from the header's end
  std::array<bool, 3> seen{};         // of fields
};

// Takes the header as it is parsed, which needs no tree of it and bounds its depth.
class Header final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Header(const Source& source) : source_(source) {}

  bool start_object(std::size_t) override {
    if (place_ == Place::start) {
      place_ = Place::names;
    } else if (place_ == Place::names && name_ == "__metadata__") {
      place_ = Place::metadata;
    } else if (place_ == Place::names) {
      place_ = Place::fields;
      entries.push_back({name_, {}, {}, {}, {}});
    } else {
      misplaced("an object");
    }
    return true;
  }
  bool end_object() override {
    if (place_ == Place::fields && entries.back().seen != std::array{true, true, true}) {
      source_.corrupt("has tensor ", in_quotes(name_), " without dtype, shape or data_offsets");
    }
    place_ = place_ == Place::names ? Place::end : Place::names;
    return true;
  }
  bool key(std::string& key) override {
    if (place_ == Place::names) {
      if (key.empty()) source_.corrupt("has a tensor without a name");
      if (!names_.insert(key).second) source_.corrupt("has ", in_quotes(key), " twice");
      name_ = std::move(key);
    } else if (place_ == Place::metadata) {
      if (metadata.contains(key)) source_.corrupt("has ", in_quotes(key), " twice in its metadata");
      field_ = std::move(key);
    } else {
      const auto found = std::find(fields.begin(), fields.end(), key);
      if (found == fields.end()) misplaced("a field " + in_quotes(key));
      bool& seen = entries.back().seen[static_cast<std::size_t>(found - fields.begin())];
      if (seen) source_.corrupt("has ", key, " of tensor ", in_quotes(name_), " twice");
      seen = true;
      field_ = std::move(key);
    }
    return true;
  }
  bool start_array(std::size_t) override {
    if (place_ != Place::fields || field_ == fields[0]) misplaced("a list");
    place_ = Place::numbers;
    return true;
  }
  bool end_array() override {
    place_ = Place::fields;
    return true;
  }
  bool string(std::string& text) override {
    if (place_ == Place::metadata) {
      metadata.emplace(field_, std::move(text));
    } else if (place_ == Place::fields && field_ == fields[0]) {
      entries.back().type = std::move(text);
    } else {
      misplaced("a text");
    }
    return true;
  }
  bool number_unsigned(std::uint64_t value) override {
    if (place_ != Place::numbers || value > INT64_MAX) misplaced(std::to_string(value));
    (field_ == fields[1] ? entries.back().shape : entries.back().offsets).push_back(static_cast<std::int64_t>(value));
    return true;
  }
  bool null() override { misplaced("null"); }
  bool boolean(bool value) override { misplaced(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { misplaced(std::to_string(value)); }
  bool number_float(double, const std::string&) override { misplaced("a fraction"); }
  bool binary(nlohmann::json::binary_t&) override { misplaced("bytes"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
    source_.corrupt("has a header that is not JSON from byte ", length_bytes + position, " on");
  }

  std::vector<Entry> entries;
  std::map<std::string, std::string> metadata;

 private:
  enum class Place { start, names, metadata, fields, numbers, end };
  static constexpr std::array<std::string_view, 3> fields = {"dtype", "shape", "data_offsets"};

  [[noreturn]] void misplaced(const std::string& what) const {
    source_.corrupt("has ", what, " in its header", name_.empty() ? "" : " at " + in_quotes(name_),
                    ", where the format has none");
  }

  const Source& source_;
  Place place_ = Place::start;
  std::string name_, field_;
  std::unordered_set<std::string> names_;
};

}  // namespace

Contents read_safetensors(const Source& source) {
  if (source.bytes.size() < length_bytes) source.corrupt("ends within its first 8 bytes");
  const auto length = number_at<std::uint64_t>(source.bytes.data());
  if (length > most_header_bytes) {
    source.corrupt("has a header of ", length, " bytes; allowed are ", most_header_bytes);
  }
  if (length > source.bytes.size() - length_bytes) {
    source.corrupt("is cut off: its header of ", length, " bytes does not fit into ", source.bytes.size());
  }
  const std::string_view json = text_of(source.bytes.subspan(length_bytes, length));
  // The parser takes a zero for the end.
  if (const auto zero = json.find('\0'); zero != json.npos) {
    source.corrupt("has a header that is not JSON from byte ", length_bytes + zero, " on");
  }
  Header header(source);
  nlohmann::json::sax_parse(json, &header);

  const Bytes data = source.bytes.subspan(length_bytes + length);
  Contents contents{"safetensors", {}, std::move(header.metadata), {}};
  for (Entry& entry : header.entries) {
    const auto type = type_called(&TypeNames::safetensors, std::string_view(entry.type));
    if (!type) {
      source.unsupported("has tensor ", in_quotes(entry.name), " of type ", in_quotes(entry.type), "; ", known_types);
    }
    const std::uint64_t bytes = bytes_of_shape(source, entry.name, entry.shape, *type);
    if (entry.offsets.size() != 2 || entry.offsets[0] > entry.offsets[1]) {
      source.corrupt("has tensor ", in_quotes(entry.name), " with data_offsets ", shown(entry.offsets),
                     ", which are not a begin and an end");
    }
    const auto begin = static_cast<std::uint64_t>(entry.offsets[0]), end = static_cast<std::uint64_t>(entry.offsets[1]);
    if (end > data.size()) {
      source.corrupt("is cut off, or tensor ", in_quotes(entry.name), " lies: it ends at byte ", end, " of ",
                     data.size());
    }
    if (bytes != end - begin) {
      source.corrupt("has tensor ", in_quotes(entry.name), " of shape ", shown(entry.shape), " and type ",
                     to_string(*type), ", which needs ", bytes, " bytes and has ", end - begin);
    }
    contents.weights.push_back({std::move(entry.name), *type, std::move(entry.shape), {}, data.data() + begin, bytes});
  }
  std::stable_sort(contents.weights.begin(), contents.weights.end(), [](const Weight& a, const Weight& b) {
    return a.data != b.data ? a.data < b.data : a.bytes < b.bytes;
  });
  const std::byte* end = data.data();
  for (Weight& weight : contents.weights) {
    weight.strides = row_major_strides(weight.shape);
    if (weight.data != end) {
      source.corrupt("has tensor ", in_quotes(weight.name), " at byte ", weight.data - data.data(),
                     weight.data < end ? ", within another tensor that ends at " : ", after a hole from ",
                     end - data.data());
    }
    end += weight.bytes;
  }
  if (end != data.data() + data.size()) {
    source.corrupt("has ", data.data() + data.size() - end, " bytes after its last tensor");
  }
  return contents;
}

}  // namespace weights
}  // namespace v1
}  // namespace relievo
