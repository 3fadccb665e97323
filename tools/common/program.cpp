#include "common/program.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <relievo/error.hpp>
#include <relievo/version.hpp>

#include "common/help.hpp"

namespace tool {
namespace {

constexpr int failed = 1;
constexpr int wrong_use = 2;

}  // namespace

void set_up_program(CLI::App& app) {
  app.formatter(std::make_shared<Help>());
  app.set_help_flag("-h,--help", "print this");
  app.set_version_flag("--version", app.get_name() + " " + relievo::version(), "print the version");
  app.require_subcommand(1);
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

int run_verb(CLI::App& app, std::vector<std::string> arguments,
             const std::function<void(std::vector<std::string>&)>& prepare) {
  for (CLI::App* verb : app.get_subcommands({})) verb->group("Verbs");
  // Set last, as verbs would inherit it.
  app.footer("`" + app.get_name() + " VERB --help` lists the flags of a verb.");
  try {
    if (prepare) prepare(arguments);
    std::reverse(arguments.begin(), arguments.end());
    app.parse(std::move(arguments));
    return 0;
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::Error& error) {
    std::string sentence = error.what();
    // CLI11 counts what is missing.
    if (error.get_name() == "ArgumentMismatch") sentence = sentence.substr(0, sentence.find(':')) + " needs a value.";
    const char* name = app.get_name().c_str();
    std::fprintf(stderr, "%s: %s\n", name, sentence.c_str());
    std::fprintf(stderr, "%s: `%s --help` and `%s VERB --help` say what is allowed.\n", name, name, name);
    return wrong_use;
  }
}

int run_program(const char* name, const std::function<int()>& body) {
  // A file that grows over the limit is an error to report, not a reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    const int code = body();
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
    std::fprintf(stderr, "%s: Standard output cannot be written: %s.\n", name, std::strerror(errno));
    return failed;
  } catch (const relievo::Error& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return error.code() == relievo::ErrorCode::invalid_argument ? wrong_use : failed;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return failed;
  }
}

}  // namespace tool
