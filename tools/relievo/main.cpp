// The relievo command.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <relievo/error.hpp>
#include <relievo/version.hpp>

#include "inputs.hpp"
#include "verbs.hpp"

namespace {

constexpr int failed = 1;
constexpr int wrong_use = 2;

constexpr std::array<std::string_view, 8> verbs{"all",   "depth",    "segment", "inpaint",
                                                "bokeh", "parallax", "stereo",  "info"};

int run(std::vector<std::string> arguments, tool::Preset preset) {
  // `relievo PHOTO` means `relievo all PHOTO`.
  if (!arguments.empty() && arguments[0].substr(0, 1) != "-" &&
      std::find(verbs.begin(), verbs.end(), arguments[0]) == verbs.end()) {
    if (arguments.size() > 1 && !std::filesystem::exists(arguments[0]) && std::filesystem::exists(arguments[1])) {
      throw relievo::Error(relievo::ErrorCode::invalid_argument,
                           "There is no verb and no file \"" + arguments[0] +
                               "\"; verbs are all, depth, segment, inpaint, bokeh, parallax, stereo and info.");
    }
    arguments.insert(arguments.begin(), "all");
  }
  CLI::App app("Depth, mattes, bokeh, parallax and stereo from one photo.\n`relievo PHOTO` makes all of it.",
               "relievo");
  app.set_version_flag("--version", std::string("relievo ") + relievo::version());
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  tool::Inputs inputs;
  inputs.preset = preset;
  if (preset == tool::Preset::spatial_photo) inputs.bake = relievo::BakeOptions::spatial_photo();
  tool::add_all(app, inputs);
  tool::add_depth(app, inputs);
  tool::add_segment(app, inputs);
  tool::add_inpaint(app, inputs);
  tool::add_bokeh(app, inputs);
  tool::add_parallax(app, inputs);
  tool::add_stereo(app, inputs);
  tool::add_info(app, inputs);

  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(std::move(arguments));
    return 0;
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::Error& error) {
    std::fprintf(stderr, "relievo: %s\n", error.what());
    std::fputs("relievo: `relievo --help` and `relievo VERB --help` say what is allowed.\n", stderr);
    return wrong_use;
  }
}

}  // namespace

int main(int argc, char** argv) {
  // A file that grows over the limit is an error to report, not a reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return run(std::vector<std::string>(argv + 1, argv + argc), tool::preset_in(argc, argv));
  } catch (const relievo::Error& error) {
    std::fprintf(stderr, "relievo: %s\n", error.what());
    return error.code() == relievo::ErrorCode::invalid_argument ? wrong_use : failed;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "relievo: %s\n", error.what());
    return failed;
  }
}
