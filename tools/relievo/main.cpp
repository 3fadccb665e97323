// The relievo command.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "common/program.hpp"
#include "inputs.hpp"
#include "verbs.hpp"

namespace {

/// `relievo PHOTO` means `relievo all PHOTO`, and `relievo --quiet PHOTO` as much.
void add_verb(const CLI::App& app, std::vector<std::string>& arguments) {
  if (arguments.empty()) throw CLI::RequiredError("A photo or a verb");
  const std::vector<const CLI::App*> verbs = app.get_subcommands({});
  const auto is_verb = [&](const std::string& word) {
    return std::any_of(verbs.begin(), verbs.end(), [&](const CLI::App* verb) { return verb->get_name() == word; });
  };
  const std::string& first = arguments[0];
  if (is_verb(first) || first == "-h" || first == "--help" || first == "--version") return;
  if (first.starts_with("-")) {
    const auto late = std::find_if(arguments.begin(), arguments.end(), is_verb);
    if (late != arguments.end()) throw CLI::ValidationError("The verb comes first: relievo " + *late + " ...");
  } else if (arguments.size() > 1 && !std::filesystem::exists(first) && std::filesystem::exists(arguments[1])) {
    std::string names;
    for (const CLI::App* verb : verbs) names += (names.empty() ? "" : ", ") + verb->get_name();
    throw CLI::ValidationError("There is no verb and no file \"" + first + "\"; verbs are " + names + ".");
  }
  arguments.insert(arguments.begin(), "all");
}

int run(int argc, char** argv) {
  CLI::App app("Depth, mattes, bokeh, parallax and stereo from one photo.\n`relievo PHOTO` makes all of it.",
               "relievo");
  tool::set_up_program(app);
  tool::Inputs inputs;
  inputs.preset = tool::preset_in(argc, argv);
  if (inputs.preset == tool::Preset::spatial_photo) inputs.bake = relievo::BakeOptions::spatial_photo();
  tool::add_all(app, inputs);
  tool::add_depth(app, inputs);
  tool::add_segment(app, inputs);
  tool::add_inpaint(app, inputs);
  tool::add_bokeh(app, inputs);
  tool::add_parallax(app, inputs);
  tool::add_stereo(app, inputs);
  tool::add_scene(app, inputs);
  tool::add_info(app, inputs);
  tool::add_models(app, inputs);
  tool::add_bench(app, inputs);
  return tool::run_verb(app, {argv + 1, argv + argc},
                        [&](std::vector<std::string>& arguments) { add_verb(app, arguments); });
}

}  // namespace

int main(int argc, char** argv) {
  return tool::run_program("relievo", [&] { return run(argc, argv); });
}
