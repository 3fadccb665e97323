// What `bokeh` focuses on.
#pragma once

#include <CLI/CLI.hpp>
#include <array>

#include <relievo/bokeh_renderer.hpp>

namespace tool {

/// One of them at most is given.
struct FocusFlags {
  float disparity = -1, from = -1, to = -1;
  float metres = 0;
  std::array<int, 2> point{-1, -1};
  bool face = false, largest = false;
};

/// Adds `--focus-...`; each but `--focus-from` and `--focus-to` excludes all others.
void add_focus_flags(CLI::App& app, FocusFlags& flags);

/// Whether bokeh looks for faces, which it keeps sharp.
bool guards_faces(const relievo::BokehOptions& options);

/// The subject, where none is given.
relievo::Focus focus_on(const relievo::LayeredScene& scene, const FocusFlags& flags);

}  // namespace tool
