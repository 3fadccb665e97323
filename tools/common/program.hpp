// What programs of several verbs have in common: how help looks, how errors are told, exit codes.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace tool {

/// To be called before verbs are added, which inherit it.
void set_up_program(CLI::App& app);

/// Runs the verb that the arguments choose, after `prepare` has had them. A wrong use becomes two lines on standard
/// error. Returns the exit code: 0, or 2 for wrong use.
int run_verb(CLI::App& app, std::vector<std::string> arguments,
             const std::function<void(std::vector<std::string>&)>& prepare = {});

/// The exit code of `body`, or of the error that it throws, which becomes one line on standard error once all that
/// `body` holds is gone, such as a bar of progress: 1 where it failed, 2 for wrong use.
int run_program(const char* name, const std::function<int()>& body);

}  // namespace tool
