// Options that describe themselves: each options struct lists its fields with unit and range, so
// that validation, command-line flags, sliders and documentation share one source.
#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

namespace relievo {
inline namespace v1 {

/// What is known of one field of an options struct.
struct Field {
  const char* name;    ///< Name of the member; also the command-line flag with '-' for '_'.
  const char* help;    ///< One short clause.
  const char* unit;    ///< "px", "mm", "frames", "fraction"; empty for a choice or a switch.
  double minimum = 0;  ///< Least value allowed; unused for choices, switches and texts.
  double maximum = 0;  ///< Greatest value allowed.
};

/// Names of an enumeration's values in the order of their numbers; specialised beside each enum.
template <class Enum>
struct EnumNames;

/// The name of an enumeration's value as the command line spells it.
template <class Enum>
constexpr std::string_view name_of(Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < std::size(EnumNames<Enum>::names) ? EnumNames<Enum>::names[index] : "?";
}

// Every options struct has an overload of
//   template <class Visitor> void visit_fields(Options& options, Visitor&& visit);
// which calls visit(const Field&, member) once a member, in the order of declaration.

}  // namespace v1
}  // namespace relievo
