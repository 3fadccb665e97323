// Options as command-line flags: the names of flags are the names of the fields.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <relievo/fields.hpp>

namespace tool {

using CliOptions = std::vector<CLI::Option*>;

inline std::string flag_name(const std::string& prefix, const std::string& field) {
  std::string name = prefix + field;
  std::replace(name.begin(), name.end(), '_', '-');
  return "--" + name;
}

/// Whole numbers from 0 on with commas between, as in "X,Y"; `allowed` says so in words.
template <std::size_t Count>
std::array<int, Count> numbers_in(const std::string& flag, const std::string& text, const char* allowed) {
  std::array<int, Count> numbers{};
  const char *at = text.data(), *const end = at + text.size();
  bool good = true;
  for (std::size_t i = 0; i < Count && good; ++i) {
    if (i > 0) good = at != end && *at++ == ',';
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    good = good && error == std::errc() && numbers[i] >= 0;
    at = next;
  }
  if (!good || at != end) throw CLI::ValidationError(flag + " is " + text + "; allowed is " + allowed + ".");
  return numbers;
}

/// Adds a flag that takes a number for which `is_allowed` holds; `allowed` says the same in words.
template <class Value>
CLI::Option* add_number(CLI::App& app, const std::string& name, Value& value, const std::string& help,
                        const std::function<bool(double)>& is_allowed, const std::string& allowed) {
  std::ostringstream text;
  text << help << " (" << value << ")";
  return app
      .add_option_function<std::string>(
          name,
          [&value, name, is_allowed, allowed](const std::string& given) {
            char* end = nullptr;
            const double number = std::strtod(given.c_str(), &end);
            const bool parsed = end != given.c_str() && *end == '\0' && std::isfinite(number);
            if (!parsed || !is_allowed(number) || (std::is_integral_v<Value> && number != std::floor(number))) {
              throw CLI::ValidationError(name + " is " + given + "; allowed is " + allowed + ".");
            }
            value = static_cast<Value>(number);
          },
          text.str())
      ->type_name("N");
}

/// The same within the field's range. A help that says "odd" means it.
template <class Value>
CLI::Option* add_number(CLI::App& app, const relievo::Field& field, Value& value, const std::string& prefix = {}) {
  // Other units count what the help names, or are none.
  const bool has_unit = field.unit == std::string_view("px");
  std::ostringstream span;
  span.precision(9);
  span << field.minimum << " to " << field.maximum << (has_unit ? " px" : "");
  const std::string help = field.help;
  const bool odd = help.find(", odd") != std::string::npos;
  const std::string kind = odd ? "an odd number from " : std::is_integral_v<Value> ? "a whole number from " : "";
  const auto is_allowed = [low = field.minimum, high = field.maximum, odd](double number) {
    return number >= low && number <= high && (!odd || std::fmod(number, 2) == 1);
  };
  return add_number(app, flag_name(prefix, field.name), value, help + ", " + span.str(), is_allowed, kind + span.str());
}

/// Adds a flag that takes one of the enumeration's names.
template <class Enum>
CLI::Option* add_choice(CLI::App& app, const std::string& name, Enum& value, const std::string& help) {
  std::string names;
  for (const std::string_view each : relievo::EnumNames<Enum>::names) {
    names.append(names.empty() ? "" : ", ").append(each);
  }
  return app
      .add_option_function<std::string>(
          name,
          [&value, name, names](const std::string& text) {
            const auto& known = relievo::EnumNames<Enum>::names;
            const auto found = std::find(std::begin(known), std::end(known), text);
            if (found == std::end(known)) {
              throw CLI::ValidationError(name + " is \"" + text + "\"; allowed are " + names + ".");
            }
            value = static_cast<Enum>(found - std::begin(known));
          },
          help + ": " + names + " (" + std::string(relievo::name_of(value)) + ")")
      ->type_name("NAME");
}

/// Adds a flag for each field of `options`, or for each that is `wanted`; `texts` keeps the strings that views refer
/// to.
template <class Options>
CliOptions add_flags(CLI::App& app, Options& options, std::map<std::string, std::string>& texts,
                     const std::string& prefix = {}, const std::string& group = "Options",
                     const std::function<bool(std::string_view)>& wanted = {}) {
  CliOptions added;
  const auto visitor = [&](const relievo::Field& field, auto& value) {
    if (wanted && !wanted(field.name)) return;
    using Value = std::decay_t<decltype(value)>;
    const std::string name = flag_name(prefix, field.name), help = field.help;
    CLI::Option* option = nullptr;
    if constexpr (std::is_same_v<Value, bool>) {
      option = app.add_flag(name + ",!--no-" + name.substr(2), value, help + (value ? " (on)" : " (off)"));
    } else if constexpr (std::is_enum_v<Value>) {
      option = add_choice(app, name, value, help);
    } else if constexpr (std::is_arithmetic_v<Value>) {
      option = add_number(app, field, value, prefix);
    } else {
      option = app.add_option_function<std::string>(
                      name,
                      [&value, &texts, name](const std::string& text) {
                        texts[name] = text;
                        value = texts[name];
                      },
                      help + " (" + std::string(value) + ")")
                   ->type_name("NAME");
    }
    added.push_back(option->group(group));
  };
  visit_fields(options, visitor);
  return added;
}

/// Refuses each of `options` beside `other`, where it would do nothing.
inline void exclude(const CliOptions& options, CLI::Option* other) {
  for (CLI::Option* option : options) option->excludes(other);
}

}  // namespace tool
