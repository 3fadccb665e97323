// The wire format of protocol buffers: https://protobuf.dev/programming-guides/encoding
#pragma once

#include "torch/weights/contents.hpp"

namespace relievo {
inline namespace v1 {
namespace weights {

/// The fields of one message, in order.
class Message {
 public:
  Message(const Source& source, Bytes bytes) : source_(source), rest_(bytes) {}

  enum class Wire { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

  /// Goes to the next field; false at the end. Throws Error{corrupt_data}.
  bool next() {
    if (rest_.empty()) return false;
    const std::uint64_t tag = varint();
    field_ = tag >> 3;
    wire_ = static_cast<Wire>(tag & 7);
    if (field_ == 0) damaged();
    switch (wire_) {
      case Wire::varint:
        number_ = varint();
        return true;
      case Wire::fixed64:
        bytes_ = take(8);
        return true;
      case Wire::bytes:
        bytes_ = take(varint());
        return true;
      case Wire::fixed32:
        bytes_ = take(4);
        return true;
    }
    damaged();
  }

  std::uint64_t field() const { return field_; }
  Wire wire() const { return wire_; }
  /// Value of a varint; the field must be one.
  std::int64_t number() const {
    if (wire_ != Wire::varint) damaged();
    return static_cast<std::int64_t>(number_);
  }
  /// Content of a text, of bytes, of a message or of packed numbers; the field must be one.
  Bytes bytes() const {
    if (wire_ != Wire::bytes) damaged();
    return bytes_;
  }
  std::string_view text() const { return text_of(bytes()); }
  /// Calls `take` with each number of a repeated integer, packed or not.
  template <class Take>
  void each_number(Take&& take_number) const {
    if (wire_ == Wire::varint) {
      take_number(number());
      return;
    }
    Message packed(source_, bytes());
    while (!packed.rest_.empty()) take_number(static_cast<std::int64_t>(packed.varint()));
  }
  /// The numbers of a repeated float or double, packed or not, as they lie in the file.
  Bytes fixed_numbers(Wire alone) const {
    if (wire_ != alone && wire_ != Wire::bytes) damaged();
    return bytes_;
  }

 private:
  [[noreturn]] void damaged() const {
    source_.corrupt("is no ONNX model, or damaged: its protocol buffer breaks off before byte ",
                    rest_.data() - source_.bytes.data());
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = number_at<std::uint8_t>(take(1).data());
      value |= std::uint64_t{byte & 127u} << shift;
      if (byte < 128) return value;
    }
    damaged();
  }
  Bytes take(std::uint64_t size) {
    if (size > rest_.size()) damaged();
    const Bytes taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  const Source& source_;
  Bytes rest_;
  std::uint64_t field_ = 0;
  Wire wire_ = Wire::varint;
  std::uint64_t number_ = 0;
  Bytes bytes_;
};

}  // namespace weights
}  // namespace v1
}  // namespace relievo
