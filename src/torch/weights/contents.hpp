// What a reader is given and what it makes of it, and the checks that all formats share.
#pragma once

#include <bit>
#include <cstring>
#include <deque>
#include <optional>
#include <span>
#include <type_traits>

#include "core/check.hpp"
#include "torch/weights/weight_file.hpp"

namespace relievo {
inline namespace v1 {
namespace weights {

using Bytes = std::span<const std::byte>;

static_assert(std::endian::native == std::endian::little, "weights are little-endian and are not copied");

/// A number at any address.
template <class T>
T number_at(const std::byte* address) noexcept {
  static_assert(std::is_arithmetic_v<T>);
  T value;
  std::memcpy(&value, address, sizeof value);
  return value;
}

inline std::string_view text_of(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A name from a file, between quotes, without what would break or flood a sentence.
std::string in_quotes(std::string_view name);
/// "[2, 3]", and no more than 32 of them.
std::string shown(const std::vector<std::int64_t>& sizes);

/// A file's bytes and how errors call it.
struct Source {
  Bytes bytes;
  std::string name;

  template <class... Parts>
  [[noreturn]] void corrupt(const Parts&... parts) const {
    fail(ErrorCode::corrupt_data, in_quotes(name), " ", parts..., ".");
  }
  template <class... Parts>
  [[noreturn]] void unsupported(const Parts&... parts) const {
    fail(ErrorCode::unsupported, in_quotes(name), " ", parts..., ".");
  }
};

struct Contents {
  std::string_view format;
  std::vector<Weight> weights;
  std::map<std::string, std::string> metadata;
  std::deque<std::vector<std::byte>> owned;  ///< What could not stay in the file.
};

/// How the formats call a type.
struct TypeNames {
  WeightType type;
  const char* name;
  std::size_t size;
  std::string_view safetensors;
  std::string_view torch_storage;
  std::int64_t onnx;
};
inline constexpr TypeNames type_names[] = {
    {WeightType::f64, "f64", 8, "F64", "DoubleStorage", 11},
    {WeightType::f32, "f32", 4, "F32", "FloatStorage", 1},
    {WeightType::f16, "f16", 2, "F16", "HalfStorage", 10},
    {WeightType::bf16, "bf16", 2, "BF16", "BFloat16Storage", 16},
    {WeightType::i64, "i64", 8, "I64", "LongStorage", 7},
    {WeightType::i32, "i32", 4, "I32", "IntStorage", 6},
    {WeightType::i16, "i16", 2, "I16", "ShortStorage", 5},
    {WeightType::i8, "i8", 1, "I8", "CharStorage", 3},
    {WeightType::u8, "u8", 1, "U8", "ByteStorage", 2},
    {WeightType::boolean, "boolean", 1, "BOOL", "BoolStorage", 9},
};
/// The type that a format calls `name`.
template <class Name>
std::optional<WeightType> type_called(Name TypeNames::*column, const Name& name) {
  for (const TypeNames& one : type_names) {
    if (one.*column == name) return one.type;
  }
  return std::nullopt;
}
inline constexpr const char* known_types = "known are f64, f32, f16, bf16, i64, i32, i16, i8, u8 and bool";

/// Bytes of a tensor of this shape. Refuses negative sizes, more than 32 dimensions and a product beyond 2^60.
std::uint64_t bytes_of_shape(const Source& source, std::string_view tensor, const std::vector<std::int64_t>& shape,
                             WeightType type);
std::vector<std::int64_t> row_major_strides(const std::vector<std::int64_t>& shape);

/// Reads a file of whichever format.
Contents read_contents(const Source& source);
Contents read_safetensors(const Source& source);
Contents read_pth(const Source& source);
Contents read_onnx(const Source& source);

}  // namespace weights
}  // namespace v1
}  // namespace relievo
