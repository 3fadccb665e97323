// The relievo-train command.
#include <CLI/CLI.hpp>

#include "common/program.hpp"
#include "verbs.hpp"

int main(int argc, char** argv) {
  return tool::run_program("relievo-train", [&] {
    CLI::App app("Depth networks: training, and how right they are.", "relievo-train");
    tool::set_up_program(app);
#ifdef RELIEVO_TRAIN_DEPTH
    tool::add_depth(app);
    tool::add_scenes(app);
#endif
    tool::add_eval(app);
    return tool::run_verb(app, {argv + 1, argv + argc});
  });
}
