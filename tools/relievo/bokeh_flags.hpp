// The flags of bokeh: options, and the aperture's picture.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include <relievo/bokeh_renderer.hpp>

namespace tool {

struct BokehFlags {
  relievo::BokehOptions options;
  std::string picture;

  /// Adds the flags, their names after `prefix`.
  void add(CLI::App& app, std::map<std::string, std::string>& texts, const std::string& prefix = {},
           const std::string& group = "Options");
  /// The renderer that they ask for.
  relievo::BokehRenderer open(const relievo::Device& device);

 private:
  const CLI::Option *shape_ = nullptr, *picture_ = nullptr;
};

}  // namespace tool
