// The verbs of relievo-train. Each adds itself to the application; what it sets as callback runs after parsing.
#pragma once

#include <CLI/CLI.hpp>

namespace tool {

/// These two only of builds with LibTorch.
void add_depth(CLI::App& app);
void add_scenes(CLI::App& app);
void add_eval(CLI::App& app);

}  // namespace tool
