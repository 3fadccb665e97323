// models: the registry, and the files it names.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/fail.hpp"
#include "common/flags.hpp"
#include "digest.hpp"
#include "fetch.hpp"
#include "verbs.hpp"

namespace tool {
namespace {

using relievo::ErrorCode;
using relievo::ModelInfo;

// Those of these names, or all.
std::vector<ModelInfo> models_of(const std::vector<std::string>& names) {
  std::vector<ModelInfo> all = relievo::models(), found;
  if (names.empty()) return all;
  for (const std::string& name : names) {
    const auto model = std::find_if(all.begin(), all.end(), [&](const ModelInfo& m) { return m.name == name; });
    if (model == all.end()) fail(ErrorCode::not_found, "There is no model \"", name, "\"; see relievo models list.");
    found.push_back(*model);
  }
  return found;
}

std::string rounded(std::int64_t count) {
  if (count == 0) return "?";
  char text[32];
  if (count >= 1000000) {
    std::snprintf(text, sizeof text, "%.4g M", static_cast<double>(count) / 1e6);
  } else {
    std::snprintf(text, sizeof text, "%.0f k", static_cast<double>(count) / 1e3);
  }
  return text;
}

void list_models(bool json) {
  const std::vector<ModelInfo> models = relievo::models();
  if (json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const ModelInfo& m : models) {
      out.push_back({{"name", m.name},
                     {"task", m.task},
                     {"architecture", m.architecture},
                     {"parameters", m.parameters},
                     {"licence", m.licence},
                     {"commercial_use", m.commercial_use},
                     {"source", m.source},
                     {"address", m.address},
                     {"sha256", m.sha256},
                     {"bytes", m.bytes},
                     {"file", m.file},
                     {"built_in", m.built_in},
                     {"problem", m.problem}});
    }
    std::printf("%s\n", out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
    return;
  }
  std::printf("%-40s %-6s %10s  %-13s %-10s %s\n", "name", "task", "parameters", "licence", "commercial", "present");
  for (const ModelInfo& m : models) {
    std::printf("%-40s %-6s %10s  %-13s %-10s %s\n", m.name.c_str(), m.task.empty() ? "?" : m.task.c_str(),
                rounded(m.parameters).c_str(), m.licence.empty() ? "?" : m.licence.c_str(),
                m.commercial_use    ? "yes"
                : m.licence.empty() ? "?"
                                    : "no",
                !m.problem.empty() ? "damaged"
                : m.file.empty()   ? "no"
                : m.built_in       ? "comes with relievo"
                                   : "yes");
  }
  for (const ModelInfo& m : models) {
    if (!m.problem.empty()) std::fprintf(stderr, "relievo: %s\n", m.problem.c_str());
  }
}

void verify_models(const std::vector<std::string>& names, Report& report) {
  std::string wrong, advice = "remove them and fetch or add them again";
  for (const ModelInfo& model : models_of(names)) {
    if (model.file.empty() && model.problem.empty() && names.empty()) continue;
    const std::string file = relievo::model_file(model.name);
    const std::string digest = sha256_of(file, report.progress());
    const bool is_known = !model.sha256.empty();
    const bool is_good = digest == model.sha256;
    report.clear_bar();
    std::printf("%-40s %s  %s\n", model.name.c_str(), digest.c_str(),
                is_good    ? "good"
                : is_known ? "wrong"
                           : "not known");
    if (!is_known || is_good) continue;
    wrong += (wrong.empty() ? "" : ", ") + file;
    if (model.built_in) advice = "install relievo again for " + model.name + ", and fetch or add others again";
  }
  if (!wrong.empty()) {
    fail(ErrorCode::corrupt_data, "These are not the files they were, or should be: ", wrong, "; ", advice, ".");
  }
}

void add_file(ModelInfo model, Report& report) {
  relievo::add_model(model);
  // Only now is it known which file of a folder it is.
  model.file = relievo::model_file(model.name);
  model.sha256 = sha256_of(model.file, report.progress());
  std::error_code ignored;
  model.bytes = static_cast<std::int64_t>(std::filesystem::file_size(model.file, ignored));
  relievo::add_model(model);
  report.clear_bar();
  std::printf("%s  %s\n", model.name.c_str(), model.file.c_str());
}

void add_fetch(CLI::App& models, Inputs& inputs) {
  struct Flags {
    std::vector<std::string> names;
    FetchOptions options;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* verb = models.add_subcommand("fetch", "load models from where they are published");
  verb->add_option("name", flags->names, "names, as list shows them")->required();
  verb->add_flag("--accept-licence", flags->options.accept_licence, "accept a licence that allows no commercial use");
  verb->add_option("--from", flags->options.from, "another place of the one model: http://, https:// or a path")
      ->type_name("PLACE");
  add_number(*verb, {"timeout", "seconds without a byte, after which a connection is given up", "s", 1, 3600},
             flags->options.timeout_s);
  CLI::Option* quiet = verb->add_flag("--quiet", inputs.report.quiet, "print nothing but errors");
  verb->add_flag("--json", inputs.report.json, "print what was fetched, and the times, as JSON")->excludes(quiet);
  verb->callback([&inputs, flags] {
    if (!flags->options.from.empty() && flags->names.size() != 1) {
      fail(ErrorCode::invalid_argument, "--from is one file, and so goes with one model.");
    }
    const std::vector<ModelInfo> wanted = models_of(flags->names);
    for (const ModelInfo& model : wanted) check_fetch(model, flags->options);
    for (const ModelInfo& model : wanted) {
      if (model.built_in) inputs.report.add_note(model.name + " comes with relievo and is there already.");
      inputs.report.add_file(fetch(model, flags->options, inputs.report),
                             model.name + (model.licence.empty() ? "" : ", " + model.licence));
    }
    inputs.report.print({});
  });
}

}  // namespace

void add_models(CLI::App& app, Inputs& inputs) {
  CLI::App* models = app.add_subcommand("models", "networks: what there is, and what is here");
  models->require_subcommand(1);
  models->footer("`relievo models VERB --help` lists the flags of a verb.");

  const auto json = std::make_shared<bool>(false);
  CLI::App* list = models->add_subcommand("list", "models, their licences, and whether they are here");
  list->add_flag("--json", *json, "print as JSON");
  list->callback([json] { list_models(*json); });

  add_fetch(*models, inputs);

  const auto added = std::make_shared<ModelInfo>();
  CLI::App* add = models->add_subcommand("add", "name a file of your own; it stays where it is");
  add->add_option("name", added->name, "the registry's name of the model, or one of yours")->required();
  add->add_option("file", added->file, "the weights, or a folder that holds them")->required();
  add->add_option("--architecture", added->architecture,
                  "the registry's model whose network it has, where neither name tells")
      ->type_name("NAME");
  add->callback([added, &inputs] { add_file(*added, inputs.report); });

  const auto names = std::make_shared<std::vector<std::string>>();
  CLI::App* verify = models->add_subcommand("verify", "compare files with their digests");
  verify->add_option("name", *names, "names; all that are here without");
  verify->callback([names, &inputs] { verify_models(*names, inputs.report); });

  const auto name = std::make_shared<std::string>();
  CLI::App* path = models->add_subcommand("path", "print where the file of a model lies");
  path->add_option("name", *name, "the model")->required();
  path->callback([name] { std::printf("%s\n", relievo::model_file(*name).c_str()); });

  for (CLI::App* verb : models->get_subcommands({})) {
    verb->group("Verbs");
    verb->footer("");
  }
}

}  // namespace tool
