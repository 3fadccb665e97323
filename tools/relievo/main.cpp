// The relievo command.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <relievo/error.hpp>
#include <relievo/version.hpp>

#include "help.hpp"
#include "inputs.hpp"
#include "verbs.hpp"

namespace {

constexpr int failed = 1;
constexpr int wrong_use = 2;

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

int run(std::vector<std::string> arguments, tool::Preset preset) {
  CLI::App app("Depth, mattes, bokeh, parallax and stereo from one photo.\n`relievo PHOTO` makes all of it.",
               "relievo");
  app.formatter(std::make_shared<tool::Help>());
  app.set_help_flag("-h,--help", "print this");
  app.set_version_flag("--version", std::string("relievo ") + relievo::version(), "print the version");
  app.require_subcommand(1);
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
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
  tool::add_models(app, inputs);
  tool::add_bench(app, inputs);

  for (CLI::App* verb : app.get_subcommands({})) verb->group("Verbs");
  // Set last, as verbs would inherit it.
  app.footer("`relievo VERB --help` lists the flags of a verb.");
  try {
    add_verb(app, arguments);
    std::reverse(arguments.begin(), arguments.end());
    app.parse(std::move(arguments));
    return 0;
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::Error& error) {
    std::string sentence = error.what();
    // CLI11 counts what is missing.
    if (error.get_name() == "ArgumentMismatch") sentence = sentence.substr(0, sentence.find(':')) + " needs a value.";
    std::fprintf(stderr, "relievo: %s\n", sentence.c_str());
    std::fputs("relievo: `relievo --help` and `relievo VERB --help` say what is allowed.\n", stderr);
    return wrong_use;
  }
}

}  // namespace

int main(int argc, char** argv) {
  // A file that grows over the limit is an error to report, not a reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    const int code = run(std::vector<std::string>(argv + 1, argv + argc), tool::preset_in(argc, argv));
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
    std::fprintf(stderr, "relievo: Standard output cannot be written: %s.\n", std::strerror(errno));
    return failed;
  } catch (const relievo::Error& error) {
    std::fprintf(stderr, "relievo: %s\n", error.what());
    return error.code() == relievo::ErrorCode::invalid_argument ? wrong_use : failed;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "relievo: %s\n", error.what());
    return failed;
  }
}
