// Options as command-line flags: the names of flags are the names of the fields.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <type_traits>

#include <relievo/fields.hpp>

namespace tool {

/// A sentence of ours where CLI11 would say its own.
inline CLI::Validator in_range(const std::string& name, double minimum, double maximum, const std::string& unit) {
  return CLI::Validator(
      [=](const std::string& text) {
        char* end = nullptr;
        const double number = std::strtod(text.c_str(), &end);
        if (end != text.c_str() && *end == '\0' && number >= minimum && number <= maximum) return std::string();
        std::ostringstream out;
        out << name << " is " << text << "; allowed is " << minimum << " to " << maximum << (unit.empty() ? "" : " ")
            << unit << ".";
        throw CLI::ValidationError(out.str());
      },
      "");
}

inline std::string flag_name(const std::string& prefix, const std::string& field) {
  std::string name = prefix + field;
  std::replace(name.begin(), name.end(), '_', '-');
  return "--" + name;
}

/// Adds a flag for each field of `options`; `texts` keeps the strings that views refer to.
template <class Options>
void add_flags(CLI::App& app, Options& options, std::map<std::string, std::string>& texts,
               const std::string& prefix = {}, const std::string& group = "Options") {
  const auto visitor = [&](const relievo::Field& field, auto& value) {
    using Value = std::decay_t<decltype(value)>;
    const std::string name = flag_name(prefix, field.name);
    std::ostringstream help;
    help << field.help;
    CLI::Option* option = nullptr;
    if constexpr (std::is_same_v<Value, bool>) {
      option = app.add_flag(name + ",!--no-" + name.substr(2), value, help.str() + (value ? " (on)" : " (off)"));
    } else if constexpr (std::is_enum_v<Value>) {
      std::string names;
      for (const std::string_view each : relievo::EnumNames<Value>::names) {
        names += (names.empty() ? "" : ", ") + std::string(each);
      }
      help << ": " << names << " (" << relievo::name_of(value) << ")";
      option = app.add_option_function<std::string>(
          name,
          [&value, name, names](const std::string& text) {
            const auto& known = relievo::EnumNames<Value>::names;
            const auto found = std::find(std::begin(known), std::end(known), text);
            if (found == std::end(known)) {
              throw CLI::ValidationError(name + " is \"" + text + "\"; allowed are " + names + ".");
            }
            value = static_cast<Value>(found - std::begin(known));
          },
          help.str());
    } else if constexpr (std::is_arithmetic_v<Value>) {
      help << ", " << field.minimum << " to " << field.maximum << (*field.unit != '\0' ? " " : "") << field.unit << " ("
           << value << ")";
      option = app.add_option_function<double>(
          name,
          [&value, name, field](double number) {
            const bool whole =
                !std::is_integral_v<Value> || number == static_cast<double>(static_cast<long long>(number));
            if (!(number >= field.minimum && number <= field.maximum) || !whole) {
              std::ostringstream out;
              out << name << " is " << number << "; allowed is "
                  << (std::is_integral_v<Value> ? "a whole number of " : "") << field.minimum << " to " << field.maximum
                  << (*field.unit != '\0' ? " " : "") << field.unit << ".";
              throw CLI::ValidationError(out.str());
            }
            value = static_cast<Value>(number);
          },
          help.str());
    } else {
      help << " (" << value << ")";
      option = app.add_option_function<std::string>(
          name,
          [&value, &texts, name](const std::string& text) {
            texts[name] = text;
            value = texts[name];
          },
          help.str());
    }
    option->group(group);
    option->type_name("");
  };
  visit_fields(options, visitor);
}

}  // namespace tool
