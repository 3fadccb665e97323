// The verbs of relievo-train. Each adds itself to the application; what it sets as callback runs after parsing.
#pragma once

#include <CLI/CLI.hpp>

namespace tool {

void add_eval(CLI::App& app);

}  // namespace tool
