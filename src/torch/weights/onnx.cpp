// The initialisers of an ONNX model; numbers of fields are those of onnx.proto.
#include <limits>

#include "torch/weights/onnx_names.hpp"
#include "torch/weights/protobuf.hpp"

namespace relievo {
inline namespace v1 {
namespace weights {
namespace {

namespace model {
enum : std::uint64_t { ir_version = 1, producer_name = 2, producer_version = 3, graph = 7, metadata_props = 14 };
}
namespace graph {
enum : std::uint64_t { node = 1, initializer = 5, sparse_initializer = 15 };
}
namespace node {
enum : std::uint64_t { input = 1, output = 2, op_type = 4, attribute = 5 };
}
namespace attribute {
enum : std::uint64_t { name = 1, i = 3 };
}
namespace tensor {
enum : std::uint64_t {
  dims = 1,
  data_type = 2,
  segment = 3,
  float_data = 4,
  int32_data = 5,
  string_data = 6,
  int64_data = 7,
  name = 8,
  raw_data = 9,
  double_data = 10,
  uint64_data = 11,
  external_data = 13,
  data_location = 14
};
}
namespace entry {
enum : std::uint64_t { key = 1, value = 2 };
}

// StringStringEntryProto
std::pair<std::string_view, std::string_view> read_entry(const Source& source, Bytes bytes) {
  std::pair<std::string_view, std::string_view> pair;
  for (Message message(source, bytes); message.next();) {
    if (message.field() == entry::key) pair.first = message.text();
    if (message.field() == entry::value) pair.second = message.text();
  }
  return pair;
}

template <class T>
void append(std::vector<std::byte>& to, T number) {
  const std::size_t size = to.size();
  to.resize(size + sizeof number);
  std::memcpy(to.data() + size, &number, sizeof number);
}

// Types whose numbers int32_data spells, one by one; those of 16-bit floats as their bits.
template <class Visit>
bool with_int32_type(WeightType type, Visit&& visit) {
  switch (type) {
    case WeightType::i32:
      visit(std::int32_t{});
      return true;
    case WeightType::i16:
      visit(std::int16_t{});
      return true;
    case WeightType::i8:
      visit(std::int8_t{});
      return true;
    case WeightType::u8:
    case WeightType::boolean:
      visit(std::uint8_t{});
      return true;
    case WeightType::f16:
    case WeightType::bf16:
      visit(std::uint16_t{});
      return true;
    default:
      return false;
  }
}

class TensorReader {
 public:
  TensorReader(const Source& source, Bytes bytes) : source_(source), bytes_(bytes) {}

  void read_into(Contents& contents) {
    read_header();
    const auto type = type_called(&TypeNames::onnx, data_type_);
    if (!type)
      source_.unsupported("has tensor ", in_quotes(weight_.name), " of ONNX type ", data_type_, "; ", known_types);
    weight_.type = *type;
    read_data();
    const std::uint64_t needed = bytes_of_shape(source_, weight_.name, weight_.shape, *type);
    const Bytes data = copied_.empty() ? data_ : Bytes(contents.owned.emplace_back(std::move(copied_)));
    if (data.size() != needed) {
      source_.corrupt("has tensor ", in_quotes(weight_.name), " of shape ", shown(weight_.shape), " and type ",
                      to_string(*type), ", which needs ", needed, " bytes and has ", data.size());
    }
    weight_.data = data.data();
    weight_.bytes = data.size();
    weight_.strides = row_major_strides(weight_.shape);
    contents.weights.push_back(std::move(weight_));
  }

 private:
  void read_header() {
    bool external = false;
    std::string_view location;
    for (Message field(source_, bytes_); field.next();) {
      switch (field.field()) {
        case tensor::dims:
          field.each_number([&](std::int64_t size) { weight_.shape.push_back(size); });
          break;
        case tensor::data_type:
          data_type_ = field.number();
          break;
        case tensor::name:
          weight_.name = field.text();
          break;
        case tensor::external_data:
          if (const auto [key, value] = read_entry(source_, field.bytes()); key == "location") location = value;
          break;
        case tensor::data_location:
          external = field.number() == 1;
          break;
        case tensor::segment:
          segmented_ = true;
          break;
        default:
          break;
      }
    }
    if (weight_.name.empty()) source_.corrupt("has an initialiser without a name");
    if (segmented_) source_.unsupported("has tensor ", in_quotes(weight_.name), " in segments, which are not read");
    if (external) {
      source_.unsupported("has tensor ", in_quotes(weight_.name), " in another file, ", in_quotes(location),
                          "; save the model in one file");
    }
  }

  void read_data() {
    const WeightType type = weight_.type;
    for (Message field(source_, bytes_); field.next();) {
      switch (field.field()) {
        case tensor::raw_data:
          data_from(field, true);
          data_ = field.bytes();
          break;
        case tensor::float_data:
          data_from(field, type == WeightType::f32);
          add_fixed(field.fixed_numbers(Message::Wire::fixed32), sizeof(float));
          break;
        case tensor::double_data:
          data_from(field, type == WeightType::f64);
          add_fixed(field.fixed_numbers(Message::Wire::fixed64), sizeof(double));
          break;
        case tensor::int64_data:
          data_from(field, type == WeightType::i64);
          field.each_number([&](std::int64_t number) { append(copied_, number); });
          break;
        case tensor::int32_data:
          data_from(field, with_int32_type(type, [&](auto kind) { add_int32<decltype(kind)>(field); }));
          break;
        case tensor::string_data:
        case tensor::uint64_data:
          data_from(field, false);
          break;
        default:
          break;
      }
    }
  }

  // One kind of field holds all numbers, and only raw_data may not come again.
  void data_from(const Message& field, bool fits) {
    if (!fits || (data_field_ != 0 && (data_field_ != field.field() || field.field() == tensor::raw_data))) {
      source_.corrupt("has tensor ", in_quotes(weight_.name), " of type ", to_string(weight_.type),
                      " with numbers in field ", field.field(), data_field_ != 0 ? " besides others" : "");
    }
    data_field_ = field.field();
  }

  // Packed numbers stay where they are unless more follow.
  void add_fixed(Bytes numbers, std::size_t size) {
    if (numbers.size() % size != 0) {
      source_.corrupt("has tensor ", in_quotes(weight_.name), " with ", numbers.size(), " bytes of numbers of ", size);
    }
    if (data_.empty() && copied_.empty()) {
      data_ = numbers;
      return;
    }
    copied_.insert(copied_.end(), data_.begin(), data_.end());
    data_ = {};
    copied_.insert(copied_.end(), numbers.begin(), numbers.end());
  }

  template <class T>
  void add_int32(const Message& field) {
    field.each_number([&](std::int64_t number) {
      if (number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max()) {
        source_.corrupt("has tensor ", in_quotes(weight_.name), " of type ", to_string(weight_.type), " with number ",
                        number);
      }
      append(copied_, static_cast<T>(number));
    });
  }

  const Source& source_;
  Bytes bytes_;
  Weight weight_;
  std::int64_t data_type_ = 0;
  bool segmented_ = false;
  std::uint64_t data_field_ = 0;
  Bytes data_;                     // in the file
  std::vector<std::byte> copied_;  // what is spelt number by number
};

bool is_set(const Source& source, Bytes bytes, std::string_view flag) {
  bool named = false, set = false;
  for (Message field(source, bytes); field.next();) {
    if (field.field() == attribute::name) named = field.text() == flag;
    if (field.field() == attribute::i) set = field.number() != 0;
  }
  return named && set;
}

OnnxNode read_node(const Source& source, Bytes bytes) {
  OnnxNode node;
  std::size_t inputs = 0, outputs = 0;
  for (Message field(source, bytes); field.next();) {
    switch (field.field()) {
      case node::input:
        if (inputs < node.inputs.size()) node.inputs[inputs++] = field.text();
        break;
      case node::output:
        if (outputs++ == 0) node.output = field.text();
        break;
      case node::op_type:
        node.operation = field.text();
        break;
      case node::attribute:
        node.transposed_second = node.transposed_second || is_set(source, field.bytes(), "transB");
        break;
      default:
        break;
    }
  }
  return node;
}

void read_graph(const Source& source, Bytes bytes, Contents& contents, std::vector<OnnxNode>& nodes) {
  for (Message field(source, bytes); field.next();) {
    if (field.field() == graph::node) nodes.push_back(read_node(source, field.bytes()));
    if (field.field() == graph::initializer) TensorReader(source, field.bytes()).read_into(contents);
    if (field.field() == graph::sparse_initializer) {
      source.unsupported("has sparse initialisers, which are not read");
    }
  }
}

}  // namespace

Contents read_onnx(const Source& source) {
  Contents contents{"onnx", {}, {}, {}};
  std::vector<OnnxNode> nodes;
  bool has_graph = false;
  for (Message field(source, source.bytes); field.next();) {
    switch (field.field()) {
      case model::producer_name:
        contents.metadata.insert_or_assign("producer_name", std::string(field.text()));
        break;
      case model::producer_version:
        contents.metadata.insert_or_assign("producer_version", std::string(field.text()));
        break;
      case model::metadata_props: {
        const auto [key, value] = read_entry(source, field.bytes());
        contents.metadata.emplace(key, value);
        break;
      }
      case model::graph:
        has_graph = true;
        read_graph(source, field.bytes(), contents, nodes);
        break;
      default:
        break;
    }
  }
  if (!has_graph) source.corrupt("is no ONNX model, or damaged: it has no graph");
  std::unordered_map<std::string, std::size_t> indices;
  for (const Weight& weight : contents.weights) {
    if (!indices.emplace(weight.name, indices.size()).second) {
      source.corrupt("has initialiser ", in_quotes(weight.name), " twice");
    }
  }
  restore_names(nodes, contents, indices);
  return contents;
}

}  // namespace weights
}  // namespace v1
}  // namespace relievo
