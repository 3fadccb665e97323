// How `--help` looks.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace tool {

/// CLI11's layout without its marks for programmers, in lines of at most 100 characters.
class Help : public CLI::Formatter {
 public:
  Help();
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
};

}  // namespace tool
