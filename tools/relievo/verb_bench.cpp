// bench: what models cost here, and what they are worth.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>

#include "bench_depth.hpp"
#include "bench_report.hpp"
#include "common/fail.hpp"
#include "common/files.hpp"
#include "common/flags.hpp"
#include "verbs.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;
using relievo::ErrorCode;

std::vector<std::string> parts_of(const std::string& flag, const std::string& list) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    parts.push_back(list.substr(begin, end - begin));
    if (parts.back().empty()) throw CLI::ValidationError(flag + " is \"" + list + "\"; names lie between commas.");
    begin = end + 1;
  }
  return parts;
}

std::vector<relievo::Precision> precisions_of(const std::string& list) {
  std::vector<relievo::Precision> found;
  for (const std::string& part : parts_of("--precision", list)) {
    const auto& names = relievo::EnumNames<relievo::Precision>::names;
    const auto place = std::find(std::begin(names), std::end(names), part);
    if (place == std::end(names)) {
      throw CLI::ValidationError("--precision is " + list + "; allowed are auto, f32, bf16, f16, with commas between.");
    }
    found.push_back(static_cast<relievo::Precision>(place - std::begin(names)));
  }
  return found;
}

// Always with the single photo, which the others are compared with.
std::vector<int> batches_of(const std::string& list) {
  std::vector<int> found{1};
  for (const std::string& part : parts_of("--batch", list)) {
    int value = 0;
    const auto [end, status] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (status != std::errc() || end != part.data() + part.size() || value < 1 || value > 64) {
      throw CLI::ValidationError("--batch is " + list +
                                 "; allowed are whole numbers from 1 to 64, with commas between.");
    }
    if (std::find(found.begin(), found.end(), value) == found.end()) found.push_back(value);
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Measured depth is named as its photo is, where the photo is a JPEG.
std::string truth_beside(const std::string& photo) {
  const std::string extension = extension_of(photo);
  if (extension != ".jpg" && extension != ".jpeg") return {};
  for (const char* kind : {".png", ".pfm", ".npy", ".exr"}) {
    const fs::path path = fs::path(photo).replace_extension(kind);
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) return path.string();
  }
  return {};
}

void run(DepthBench bench, const fs::path& folder, Report& report) {
  if (!bench.truths.empty() && bench.truths.size() != bench.photos.size()) {
    fail(ErrorCode::invalid_argument, "--depth comes once for each photo; photos: ", bench.photos.size(),
         ", files of depth: ", bench.truths.size(), ".");
  }
  if (bench.truths.empty()) {
    for (const std::string& photo : bench.photos) bench.truths.push_back(truth_beside(photo));
  }
  if (bench.models.empty()) bench.models = usual_depth_models();
  if (!folder.empty()) make_folder(folder);
  const nlohmann::ordered_json found = bench_depth(bench, report.progress());
  report.clear_bar();
  const std::string json = found.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  const std::string markdown = as_markdown(found);
  if (!folder.empty()) {
    write_text(folder / "report.md", markdown + "\n![ms a photo, and AbsRel](plot.svg)\n");
    write_text(folder / "report.json", json);
    write_text(folder / "plot.svg", as_svg(found));
  }
  std::fputs(report.json ? json.c_str() : markdown.c_str(), stdout);
}

}  // namespace

void add_bench(CLI::App& app, Inputs& inputs) {
  CLI::App* bench = app.add_subcommand("bench", "how fast models are on this machine, and how right");
  bench->require_subcommand(1);
  bench->footer("`relievo bench depth --help` lists its flags.");
  const auto flags = std::make_shared<DepthBench>();
  const auto folder = std::make_shared<std::string>();
  CLI::App* verb = bench->add_subcommand("depth", "depth models beside each other");
  verb->group("Verbs");
  verb->footer("");
  verb->add_option("photo", flags->photos, "photos; speed is measured on the first, or on a made one without");
  verb->add_option("--depth", flags->truths,
                   "measured depth, once for each photo (NAME.png .pfm .npy .exr beside NAME.jpg)")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_choice(*verb, "--depth-kind", flags->truth_kind, "what measured depth holds; larger is nearer, but for metres");
  add_number(
      *verb, "--depth-scale", flags->truth_scale, "factor on its values, such as 0.001 for millimetres",
      [](double factor) { return factor > 0; }, "a number above 0");
  verb->add_option_function<std::string>(
          "--models", [flags](const std::string& list) { flags->models = parts_of("--models", list); },
          "ramp, cues, names that `relievo models list` prints, files of weights, with commas between (ramp, cues, and "
          "with LibTorch relievo-tiny, depth-anything-v2-small, and what is installed)")
      ->type_name("NAMES");
  verb->add_option("--device", flags->device, "auto, cpu, cuda or cuda:N (auto)")->type_name("NAME");
  add_number(*verb, {"threads", "threads of the CPU, 0 = all", "threads", 0, 1024}, flags->threads);
  verb->add_option_function<std::string>(
          "--precision", [flags](const std::string& list) { flags->precisions = precisions_of(list); },
          "arithmetic of networks: auto, f32, bf16, f16, with commas between (auto)")
      ->type_name("NAMES");
  verb->add_option_function<std::string>(
          "--batch", [flags](const std::string& list) { flags->batches = batches_of(list); },
          "photos at once, 1 to 64, with commas between; 1 is always among them (1)")
      ->type_name("LIST");
  add_number(*verb, {"repetitions", "runs after the first", "runs", 1, 1000}, flags->repetitions);
  verb->add_option("-o,--output,--out", *folder, "folder for report.md, report.json and plot.svg")->type_name("DIR");
  verb->add_flag("--json", inputs.report.json, "print report.json in place of the table");
  verb->callback([&inputs, flags, folder] { run(*flags, *folder, inputs.report); });
}

}  // namespace tool
