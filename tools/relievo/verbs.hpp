// The verbs of the command. Each adds itself to the application; what it sets as callback runs after
// parsing.
#pragma once

#include <CLI/CLI.hpp>

#include "inputs.hpp"

namespace tool {

void add_depth(CLI::App& app, Inputs& inputs);
void add_segment(CLI::App& app, Inputs& inputs);
void add_inpaint(CLI::App& app, Inputs& inputs);
void add_bokeh(CLI::App& app, Inputs& inputs);
void add_parallax(CLI::App& app, Inputs& inputs);
void add_stereo(CLI::App& app, Inputs& inputs);
void add_all(CLI::App& app, Inputs& inputs);
void add_scene(CLI::App& app, Inputs& inputs);
void add_info(CLI::App& app, Inputs& inputs);
void add_bench(CLI::App& app, Inputs& inputs);
void add_models(CLI::App& app, Inputs& inputs);

}  // namespace tool
