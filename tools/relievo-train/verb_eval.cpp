// eval: how right models of depth are.
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>

#include <relievo/device.hpp>

#include "common/fail.hpp"
#include "common/files.hpp"
#include "common/flags.hpp"
#include "common/report.hpp"
#include "eval_report.hpp"
#include "evaluate.hpp"
#include "verbs.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;

struct EvalFlags {
  std::vector<std::string> models, folders;
  std::string device = "auto", protocol, output;
  int threads = 0;
  bool mirror = false;
  double min_depth = 0, max_depth = 0;
  DepthProtocol measured;
  relievo::DepthOptions options;
  std::map<std::string, std::string> texts;
  Report report;
};

void check_metric(const PairSet& set) {
  if (set.source.depth == Truth::metres) return;
  fail(relievo::ErrorCode::invalid_argument, "--protocol, --min-depth and --max-depth are of metres; '", set.folder,
       "' holds ", relievo::name_of(set.source.depth), ".");
}

void run(EvalFlags& flags) {
  Evaluation evaluation;
  evaluation.protocol = flags.protocol == "nyu" ? DepthProtocol::nyu(flags.measured.align) : flags.measured;
  if (flags.min_depth > 0) evaluation.protocol.min_depth_m = flags.min_depth;
  if (flags.max_depth > 0) evaluation.protocol.max_depth_m = flags.max_depth;
  if (evaluation.protocol.min_depth_m >= evaluation.protocol.max_depth_m) {
    fail(relievo::ErrorCode::invalid_argument, "--min-depth is ", evaluation.protocol.min_depth_m,
         " m; allowed is less than --max-depth, ", evaluation.protocol.max_depth_m, " m.");
  }
  const bool has_range = evaluation.protocol.min_depth_m > 0 || std::isfinite(evaluation.protocol.max_depth_m);
  for (const std::string& folder : flags.folders) {
    evaluation.sets.push_back(open_pairs(folder));
    if (has_range) check_metric(evaluation.sets.back());
  }
  if (!flags.output.empty()) make_folder(flags.output);
  if (flags.threads > 0) relievo::set_process_threads(flags.threads);
  const relievo::Device device = relievo::Device::from_name(flags.device, flags.threads);
  for (const std::string& name : flags.models) {
    flags.options.model = name;
    evaluation.models.emplace_back(device, flags.options, flags.mirror);
  }
  const nlohmann::ordered_json found = evaluate(evaluation, flags.report.progress());
  flags.report.clear_bar();
  const std::string json = found.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  const std::string markdown = as_markdown(found);
  if (!flags.output.empty()) {
    const fs::path folder = flags.output;
    write_text(folder / "report.md", markdown);
    write_text(folder / "report.json", json);
  }
  std::fputs(flags.report.json ? json.c_str() : markdown.c_str(), stdout);
}

CLI::Option* add_list(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                      const std::string& help) {
  return app.add_option(name, values, help)
      ->required()
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

void add_eval(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("eval", "how right depth models are, on photos whose depth is known");
  const auto flags = std::make_shared<EvalFlags>();
  add_list(*verb, "--model", flags->models,
           "a model: ramp (lower is nearer), cues, a name that `relievo models list` prints, or a file of weights; may "
           "come several times")
      ->type_name("NAME");
  add_list(*verb, "--data", flags->folders,
           "a folder of NAME.jpg beside NAME.png .pfm .npy .exr, or NAME.png beside the latter three, and source.json; "
           "may come several times")
      ->type_name("DIR");
  add_choice(*verb, "--align", flags->measured.align, "how estimates are brought onto the truth");
  verb->add_option_function<std::string>(
          "--protocol",
          [flags](const std::string& name) {
            if (name != "nyu") throw CLI::ValidationError("--protocol is \"" + name + "\"; allowed is nyu.");
            flags->protocol = name;
          },
          "the pixels that a benchmark counts: nyu (its border cut off, 0.001 to 10 m)")
      ->type_name("NAME");
  const auto add_depth = [&](const char* name, double& value, const char* help) {
    add_number(
        *verb, name, value, help, [](double depth) { return depth > 0; }, "a number above 0")
        ->description(help);
  };
  add_depth("--min-depth", flags->min_depth, "least depth that counts, in metres (any)");
  add_depth("--max-depth", flags->max_depth, "greatest depth that counts, in metres (any)");
  verb->add_flag("--mirror", flags->mirror, "average each estimate with that of the mirror image (off)");
  verb->add_option("--device", flags->device, "auto, cpu, cuda or cuda:N (auto)")->type_name("NAME");
  add_number(*verb, {"threads", "threads of the CPU, 0 = all", "threads", 0, 1024}, flags->threads);
  verb->add_option("-o,--output,--out", flags->output, "folder for report.md and report.json")->type_name("DIR");
  verb->add_flag("--json", flags->report.json, "print report.json in place of the table");
  add_flags(*verb, flags->options, flags->texts, {}, "Models",
            [](std::string_view field) { return field != "model" && field != "batch"; });
  verb->callback([flags] { run(*flags); });
}

}  // namespace tool
