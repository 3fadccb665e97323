// --config: settings of "3D photo by layered depth inpainting" as defaults of flags.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "common/flags.hpp"
#include "common/report.hpp"

namespace tool {

void add_config_flag(CLI::App& verb, std::string& path);

/// Sets those flags of the verb that the arguments do not and the file does, but for `idle` ones, which do nothing in
/// this run; notes which keys have no effect. Throws relievo::Error.
void apply_config(CLI::App& verb, const std::string& path, const CliOptions& idle, Report& report);

}  // namespace tool
