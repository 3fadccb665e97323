// eval: how right models of depth are.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>

#include <relievo/device.hpp>
#include <relievo/io/photo.hpp>
#include <relievo/version.hpp>

#include "common/fail.hpp"
#include "common/files.hpp"
#include "common/flags.hpp"
#include "common/report.hpp"
#include "eval_report.hpp"
#include "evaluate.hpp"
#include "sheet.hpp"
#include "verbs.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct EvalFlags {
  std::vector<std::string> models, folders;
  std::string device = "auto", protocol, output;
  int threads = 0;
  bool mirror = false, masks = false, stability = false;
  double min_depth = 0, max_depth = 0;  // 0 = not given.
  Alignment align = Alignment::scale_shift;
  relievo::DepthOptions options;
  std::map<std::string, std::string> texts;
  Report report;
};

void check_metric(const PairSet& set) {
  if (set.source.depth == Truth::metres) return;
  fail(relievo::ErrorCode::invalid_argument, "--protocol, --min-depth and --max-depth are of metres; '", set.folder,
       "' holds ", relievo::name_of(set.source.depth), ".");
}

std::vector<PairSet> open_sets(const EvalFlags& flags, const DepthProtocol& protocol) {
  const bool has_range = protocol.min_depth_m > 0 || std::isfinite(protocol.max_depth_m);
  std::vector<PairSet> sets;
  bool has_mask = false;
  for (const std::string& folder : flags.folders) {
    PairSet set = open_pairs(folder);
    if (has_range) check_metric(set);
    for (const PairSet& other : sets) {
      if (other.source.name != set.source.name) continue;
      fail(relievo::ErrorCode::invalid_argument, "The folders '", other.folder, "' and '", folder,
           "' are both named \"", set.source.name, "\" by their source.json.");
    }
    has_mask |= std::any_of(set.pairs.begin(), set.pairs.end(), [](const Pair& pair) { return !pair.mask.empty(); });
    sets.push_back(std::move(set));
  }
  if (flags.masks && !has_mask) {
    fail(relievo::ErrorCode::invalid_argument, "--masks finds no NAME.mask.png beside a pair.");
  }
  return sets;
}

ordered_json facts(const Evaluation& evaluation, const relievo::Device& device, bool mirror) {
  const DepthProtocol& protocol = evaluation.protocol;
  const auto depth = [](double metres, bool is_set) { return is_set ? ordered_json(metres) : ordered_json(); };
  return {{"relievo", relievo::version()},
          {"device", device.name()},
          {"threads", device.threads()},
          {"align", relievo::name_of(protocol.align)},
          {"eigen_crop", protocol.eigen_crop},
          {"min_depth_m", depth(protocol.min_depth_m, protocol.min_depth_m > 0)},
          {"max_depth_m", depth(protocol.max_depth_m, std::isfinite(protocol.max_depth_m))},
          {"mirror", mirror}};
}

std::string as_text(const ordered_json& found) {
  return found.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

void write_report(const fs::path& folder, const Evaluation& evaluation, ordered_json& found) {
  std::string markdown = as_markdown(found);
  for (const Measured& measure : everything_measured()) {
    const std::string name = measure.name, file = "plot_" + name + ".svg";
    const bool is_plotted = name == "spearman" || name == "abs_rel" || name == "delta1";
    if (!is_plotted || !is_known(found, name)) continue;
    write_text(folder / file, as_svg(found, name, measure.title));
    markdown.append("\n![").append(measure.title).append("](").append(file).append(")\n");
  }
  found["sheets"] = write_sheets(evaluation, found, folder);
  for (const ordered_json& sheet : found["sheets"]) {
    markdown.append("\n## ").append(sheet["set"]).append("\n\n![photo, truth");
    for (const DepthModel& model : evaluation.models) markdown.append(", ").append(model.name());
    markdown.append("](<").append(sheet["file"]).append(">)\n\nPhoto, truth");
    for (const DepthModel& model : evaluation.models) markdown.append(", ").append(model.name());
    markdown.append("; from the best understood to the worst:");
    for (const ordered_json& name : sheet["pictures"]) markdown.append(" `").append(name).append("`");
    markdown += ".\n";
  }
  write_text(folder / "report.md", markdown);
  write_text(folder / "report.json", as_text(found));
}

void run(EvalFlags& flags) {
  Evaluation evaluation;
  evaluation.masks = flags.masks;
  evaluation.stability = flags.stability;
  DepthProtocol& protocol = evaluation.protocol;
  protocol = flags.protocol == "nyu" ? DepthProtocol::nyu(flags.align) : DepthProtocol{flags.align};
  if (flags.min_depth > 0) protocol.min_depth_m = flags.min_depth;
  if (flags.max_depth > 0) protocol.max_depth_m = flags.max_depth;
  if (protocol.min_depth_m >= protocol.max_depth_m) {
    fail(relievo::ErrorCode::invalid_argument, "--min-depth is ", protocol.min_depth_m,
         " m; allowed is less than --max-depth, ", protocol.max_depth_m, " m.");
  }
  evaluation.sets = open_sets(flags, protocol);
  if (!flags.output.empty()) {
    make_folder(flags.output);
    relievo::io::check_photo_path((fs::path(flags.output) / "sheet.png").string());
  }
  if (flags.threads > 0) relievo::set_process_threads(flags.threads);
  const relievo::Device device = relievo::Device::from_name(flags.device, flags.threads);
  for (const std::string& name : flags.models) {
    flags.options.model = name;
    evaluation.models.emplace_back(device, flags.options, flags.mirror);
  }
  ordered_json found = facts(evaluation, device, flags.mirror);
  found.update(evaluate(evaluation, flags.report.progress()));
  flags.report.clear_bar();
  if (!flags.output.empty()) write_report(flags.output, evaluation, found);
  std::fputs(flags.report.json ? as_text(found).c_str() : as_markdown(found).c_str(), stdout);
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
  add_choice(*verb, "--align", flags->align, "how estimates are brought onto the truth");
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
  verb->add_flag(
      "--masks", flags->masks,
      "measure how far figures stand before what surrounds them, where NAME.mask.png lies beside a pair (off)");
  verb->add_flag("--stability", flags->stability,
                 "measure what stays of depth in the mirror image, a crop, and darker and lighter photos (off)");
  verb->add_option("--device", flags->device, "auto, cpu, cuda or cuda:N (auto)")->type_name("NAME");
  add_number(*verb, {"threads", "threads of the CPU, 0 = all", "threads", 0, 1024}, flags->threads);
  verb->add_option("-o,--output,--out", flags->output,
                   "folder for report.md, report.json, plots, and a sheet of samples for each set")
      ->type_name("DIR");
  verb->add_flag("--json", flags->report.json, "print report.json in place of the table");
  add_flags(*verb, flags->options, flags->texts, {}, "Models",
            [](std::string_view field) { return field != "model" && field != "batch"; });
  verb->callback([flags] { run(*flags); });
}

}  // namespace tool
