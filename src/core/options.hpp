// Options as they cross the library's boundary: read by size, checked by their own field tables.
#pragma once

#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include <relievo/fields.hpp>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

/// The caller's options, of which `size` bytes exist: fields the caller's header does not know yet
/// keep their defaults.
template <class Options>
Options read_options(const Options* options, std::size_t size) {
  static_assert(std::is_trivially_copyable_v<Options>);
  require(options != nullptr, "The options are null.");
  require(size <= sizeof(Options), "The options are ", size, " bytes, this library knows ", sizeof(Options),
          ": the program was built against newer headers than the library it loaded.");
  Options copy;
  std::memcpy(static_cast<void*>(&copy), options, size);
  return copy;
}

/// The shortest text that reads back as `number`.
template <class Number>
std::string text_of(Number number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

/// Throws Error{invalid_argument} naming the first field out of range, its value and the range.
template <class Options>
void validate(const Options& options) {
  Options copy = options;
  visit_fields(copy, [](const Field& field, auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_enum_v<Value>) {
      require(static_cast<std::size_t>(value) < std::size(EnumNames<Value>::names), field.name, " is ",
              static_cast<int>(value), "; allowed are 0 to ", std::size(EnumNames<Value>::names) - 1, ".");
    } else if constexpr (std::is_arithmetic_v<Value> && !std::is_same_v<Value, bool>) {
      // In the field's own type: 0.1f is a little above 0.1.
      require(value >= static_cast<Value>(field.minimum) && value <= static_cast<Value>(field.maximum), field.name,
              " is ", text_of(value), "; allowed is ", text_of(static_cast<Value>(field.minimum)), " to ",
              text_of(static_cast<Value>(field.maximum)), *field.unit != '\0' ? " " : "", field.unit, ".");
      if constexpr (std::is_integral_v<Value>) {
        require(std::string_view(field.help).find(", odd") == std::string_view::npos || value % 2 == 1, field.name,
                " is ", value, "; it must be odd.");
      }
    }
  });
}

/// Both in one step, as a constructor does.
template <class Options>
Options checked_options(const Options* options, std::size_t size) {
  const Options copy = read_options(options, size);
  validate(copy);
  return copy;
}

}  // namespace v1
}  // namespace relievo
