#include "common/help.hpp"

#include <sstream>

namespace tool {
namespace {

constexpr std::size_t name_width = 32, line_width = 100;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

Help::Help() {
  column_width(name_width);
  label("Positionals", "Arguments");
  label("SUBCOMMAND", "VERB");
}

std::string Help::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  std::string text = replaced(CLI::Formatter::make_help(app, std::move(name), mode), "\n\n\n", "\n\n");
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

std::string Help::make_option_name(const CLI::Option* option, bool is_positional) const {
  // A switch that may be turned off comes as "--soft,--no-soft{false}".
  return replaced(replaced(CLI::Formatter::make_option_name(option, is_positional), "{false}", ""), ",", ", ");
}

std::string Help::make_option_opts(const CLI::Option* option) const {
  const std::string value = option->get_positional() ? "" : option->get_type_name();
  return value.empty() ? "" : " " + value;
}

std::string Help::make_option_desc(const CLI::Option* option) const {
  std::istringstream words(option->get_description());
  std::string text, line;
  for (std::string word; words >> word;) {
    if (!line.empty() && line.size() + 1 + word.size() > line_width - name_width) {
      text += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return text + line;
}

}  // namespace tool
