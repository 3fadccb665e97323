// depth: trains a depth network.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include <ATen/Parallel.h>
#include <relievo/device.hpp>

#include "checkpoint.hpp"
#include "common/fail.hpp"
#include "common/files.hpp"
#include "common/flags.hpp"
#include "common/report.hpp"
#include "folder_source.hpp"
#include "picture_size.hpp"
#include "procedural_source.hpp"
#include "scene_choice.hpp"
#include "torch/depth_architecture.hpp"
#include "trainer.hpp"
#include "training_log.hpp"
#include "validation.hpp"
#include "verbs.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;

struct DepthFlags {
  TrainerOptions options;
  std::vector<std::string> data, procedural, validation;
  std::string from, textures, output, device = "auto", size = "192x144";
  int threads = 0;
  std::int64_t validate_every = 1000, save_every = 500;
  bool resume = false, quiet = false;
};

volatile std::sig_atomic_t interrupted = 0;

void interrupt(int signal) {
  interrupted = signal;
  // A second signal ends the process at once; the last checkpoint is whole.
  std::signal(signal, SIG_DFL);
}

// NAME or NAME=WEIGHT.
std::pair<std::string, double> weighted(const std::string& text, const char* flag) {
  const std::size_t at = text.rfind('=');
  if (at == std::string::npos) return {text, 1};
  char* end = nullptr;
  const double weight = std::strtod(text.c_str() + at + 1, &end);
  if (end == text.c_str() + at + 1 || *end != '\0' || !(weight > 0) || !std::isfinite(weight)) {
    fail(relievo::ErrorCode::invalid_argument, flag, " is ", text, "; allowed is NAME=WEIGHT with a weight above 0.");
  }
  return {text.substr(0, at), weight};
}

DepthMix open_sources(const DepthFlags& flags, Report& report) {
  DepthMix mix;
  for (const std::string& text : flags.data) {
    const auto [folder, weight] = weighted(text, "--data");
    mix.add(folder_source(folder, flags.options.width * flags.options.height, report.progress()), weight);
  }
  if (!flags.procedural.empty()) {
    const relievo::scenes::Atlas textures = atlas_of(flags.textures);
    for (const std::string& text : flags.procedural) {
      const auto [kind, weight] = weighted(text, "--procedural");
      mix.add(procedural_source(scene_kind(kind, "--procedural"), textures), weight);
    }
  }
  report.clear_bar();
  if (mix.empty()) {
    fail(relievo::ErrorCode::invalid_argument,
         "There is nothing to learn from; name folders with --data, or kinds of scenes with --procedural.");
  }
  return mix;
}

void run(DepthFlags& flags) {
  const PictureSize size = read_picture_size(flags.size);
  flags.options.width = size.width;
  flags.options.height = size.height;
  const fs::path folder = flags.output, checkpoint = folder / "checkpoint.safetensors";
  const bool there = fs::exists(checkpoint);
  if (flags.resume && !there) {
    fail(relievo::ErrorCode::not_found, "--resume finds no '", checkpoint.string(), "'.");
  }
  if (!flags.resume && there) {
    fail(relievo::ErrorCode::invalid_argument, "'", checkpoint.string(),
         "' is there already; --resume goes on from it, another --output begins anew.");
  }
  Report report;
  report.quiet = flags.quiet;
  if (flags.threads > 0) at::set_num_threads(flags.threads);
  const relievo::Device device = relievo::Device::from_name(flags.device, 1);
  const at::Device where = device.kind() == relievo::DeviceKind::cuda ? at::Device(at::kCUDA) : at::Device(at::kCPU);
  const DepthMix mix = open_sources(flags, report);
  std::optional<Validation> validation;
  if (!flags.validation.empty()) validation.emplace(flags.validation);
  make_folder(folder);

  Trainer trainer(flags.options, mix, where);
  if (!flags.from.empty() && !flags.resume) trainer.start_from(flags.from);
  double best = -2;
  if (flags.resume) {
    const auto facts = trainer.load(checkpoint);
    if (const auto at = facts.find("best"); at != facts.end()) best = std::strtod(at->second.c_str(), nullptr);
  }
  TrainingLog log(folder, flags.options, trainer.steps_done(), flags.quiet);
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);

  const auto facts = [&](double correlation) {
    std::map<std::string, std::string> all{{"model", relievo::relievo_tiny},
                                           {"step", std::to_string(trainer.steps_done())}};
    if (correlation > -2) all["rank_correlation"] = std::to_string(correlation);
    return all;
  };
  // A disk that is full now may have room at the next interval.
  std::string unsaved;
  const auto save = [&] {
    try {
      trainer.save(checkpoint, {{"best", std::to_string(best)}});
      unsaved.clear();
    } catch (const relievo::Error& error) {
      if (error.code() != relievo::ErrorCode::io) throw;
      unsaved = error.what();
      log.say("the checkpoint could not be written, the one before it stays: " + unsaved);
    }
  };
  while (trainer.steps_done() < flags.options.steps && interrupted == 0) {
    const Trainer::Step step = trainer.step(folder / "failed_batch.safetensors");
    log.add(step);
    const bool last = step.number == flags.options.steps;
    if (validation && (last || step.number % flags.validate_every == 0)) {
      write_network(folder / "last.safetensors", trainer.weights(), facts(-2));
      const Validation::Result result =
          validation->measure(device, folder / "last.safetensors", folder / "samples.png");
      log.add_validation(step.number, result.sets, result.correlations);
      if (result.mean > best) {
        best = result.mean;
        write_network(folder / "best.safetensors", trainer.weights(), facts(best));
      }
    }
    if (last || step.number % flags.save_every == 0) save();
  }
  if (interrupted != 0) save();
  write_network(folder / "last.safetensors", trainer.weights(), facts(-2));
  if (!unsaved.empty()) fail(relievo::ErrorCode::io, unsaved);
  log.say(interrupted != 0
              ? "stopped after step " + std::to_string(trainer.steps_done()) + "; --resume goes on from there"
              : "trained; the network is " +
                    (folder / (validation ? "best.safetensors" : "last.safetensors")).string());
}

}  // namespace

void add_depth(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("depth", "train relievo-tiny, a depth network");
  const auto flags = std::make_shared<DepthFlags>();
  TrainerOptions& options = flags->options;
  const auto add_list = [&](const char* name, std::vector<std::string>& values, const char* help) {
    return verb->add_option(name, values, help)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  const auto add = [&](const relievo::Field& field, auto& value) { add_number(*verb, field, value); };
  add_list("--data", flags->data,
           "a folder of photos with depth, as of eval, and how often it is drawn from (1); may come several times")
      ->type_name("DIR[=WEIGHT]");
  add_list("--procedural", flags->procedural,
           "a kind of scenes that are made up on the fly, of scenes --kind, and how often (1); may come several times")
      ->type_name("KIND[=WEIGHT]");
  verb->add_option("--textures", flags->textures, "a folder of photos whose patches cover some of what is made up")
      ->type_name("DIR");
  add_list("--validation", flags->validation,
           "a folder of photos with depth to be measured by, never learnt from; may come several times")
      ->type_name("DIR");
  verb->add_option("-o,--output,--out", flags->output, "folder for the network, checkpoints, curves and samples")
      ->required()
      ->type_name("DIR");
  verb->add_option("--from", flags->from, "a network that training starts from (none: from nothing)")
      ->type_name("FILE");
  verb->add_flag("--resume", flags->resume, "go on from the checkpoint in the output folder (off)");
  add_number(*verb, {"steps", "steps in all", "steps", 1, 1e9}, options.steps);
  add({"batch", "pictures a step", "pictures", 1, 4096}, options.batch);
  verb->add_option("--size", flags->size, "pixels of a picture, both sides multiples of 16 (192x144)")
      ->type_name("WxH");
  add({"rate", "rate of learning at its highest", "", 0, 1}, options.rate);
  add({"decay", "decay of weights", "", 0, 1}, options.decay);
  add({"average", "part of the averaged weights that a step leaves", "", 0, 1}, options.average);
  add_choice(*verb, "--align", options.loss.align, "what a prediction is compared as");
  add({"gradient", "weight of the loss of differences between neighbours", "", 0, 100}, options.loss.gradient);
  add({"order", "weight of the loss of which is nearer", "", 0, 100}, options.loss.order);
  add({"seed", "another seed, other weights and pictures", "", 0, 1e15}, options.seed);
  add_choice(*verb, "--precision", options.precision, "arithmetic of convolutions and products");
  add({"validate_every", "steps between validations", "steps", 1, 1e9}, flags->validate_every);
  add({"save_every", "steps between checkpoints", "steps", 1, 1e9}, flags->save_every);
  verb->add_option("--device", flags->device, "auto, cpu, cuda or cuda:N (auto)")->type_name("NAME");
  add({"threads", "threads of the CPU, 0 = all", "threads", 0, 1024}, flags->threads);
  verb->add_flag("--quiet", flags->quiet, "say nothing but errors (off)");
  verb->callback([flags] { run(*flags); });
}

}  // namespace tool
