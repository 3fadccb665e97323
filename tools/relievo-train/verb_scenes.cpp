// scenes: writes procedural scenes as a folder to learn from.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include <relievo/device.hpp>
#include <relievo/io/photo.hpp>

#include "common/fail.hpp"
#include "common/files.hpp"
#include "common/flags.hpp"
#include "common/report.hpp"
#include "picture_size.hpp"
#include "random.hpp"
#include "scene_choice.hpp"
#include "scenes/scene.hpp"
#include "torch/openmp.hpp"
#include "verbs.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;

struct ScenesFlags {
  int count = 1000;
  std::uint64_t seed = 1;
  std::string size = "256x192", kind = "any", textures, output;
  Report report;
};

// Disparity as part of the picture's largest, so that 16 bits show the far of every scene.
relievo::Image as_u16(const relievo::Image& disparity) {
  float most = 0;
  for (int y = 0; y < disparity.height(); ++y) {
    const auto* row = disparity.row<float>(y);
    for (int x = 0; x < disparity.width(); ++x) most = std::max(most, row[x]);
  }
  relievo::Image out(disparity.width(), disparity.height(), {relievo::Scalar::u16, 1});
  for (int y = 0; y < disparity.height(); ++y) {
    const auto* row = disparity.row<float>(y);
    auto* to = out.row<std::uint16_t>(y);
    for (int x = 0; x < disparity.width(); ++x) {
      to[x] = static_cast<std::uint16_t>(most > 0 ? row[x] / most * 65535 + 0.5f : 0);
    }
  }
  return out;
}

void run(ScenesFlags& flags) {
  const PictureSize size = read_picture_size(flags.size);
  const auto wanted = scene_kind(flags.kind, "--kind");
  const fs::path folder = flags.output;
  make_folder(folder);
  const relievo::scenes::Atlas atlas = atlas_of(flags.textures);
  const relievo::Device device = relievo::Device::cpu(1);
  const relievo::Progress progress = flags.report.progress();
  constexpr int at_once = 64;
  for (int first = 0; first < flags.count; first += at_once) {
    progress.report(static_cast<double>(first) / flags.count, "scenes");
    relievo::share_out(std::min(at_once, flags.count - first), [&](std::int64_t i) {
      const std::uint64_t number = static_cast<std::uint64_t>(first) + static_cast<std::uint64_t>(i);
      // Others are upright.
      const bool upright = number % 4 == 3;
      const std::uint64_t seed = Random(flags.seed, number).bits();
      const auto kind = wanted ? *wanted : relievo::scenes::any_kind(seed);
      const auto made = relievo::scenes::training_image(device, kind, seed, upright ? size.height : size.width,
                                                        upright ? size.width : size.height, atlas);
      char name[32];
      std::snprintf(name, sizeof name, "%08llu", static_cast<unsigned long long>(number));
      relievo::io::write((folder / name).string() + ".jpg", made.picture.view());
      relievo::io::write((folder / name).string() + ".png", as_u16(made.disparity).view());
    });
  }
  const nlohmann::ordered_json source{{"depth", "disparity"},
                                      {"unknown", nullptr},
                                      {"name", "procedural"},
                                      {"licence", "of the photos that served as textures, if any"},
                                      {"origin", "relievo-train scenes --seed " + std::to_string(flags.seed)}};
  write_text(folder / "source.json", source.dump(2) + "\n");
  flags.report.clear_bar();
}

}  // namespace

void add_scenes(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("scenes", "write procedural scenes with their disparity, to learn from");
  const auto flags = std::make_shared<ScenesFlags>();
  add_number(*verb, {"count", "pictures", "pictures", 1, 1e8}, flags->count);
  verb->add_option("--size", flags->size,
                   "pixels, both sides multiples of 16; every fourth picture is upright (256x192)")
      ->type_name("WxH");
  add_number(*verb, {"seed", "another seed, other scenes", "", 0, 1e15}, flags->seed);
  verb->add_option("--kind", flags->kind, "room, street, landscape, table-top, portrait, plants, or any of them (any)")
      ->type_name("NAME");
  verb->add_option("--textures", flags->textures, "a folder of photos whose patches cover some surfaces")
      ->type_name("DIR");
  verb->add_option("-o,--output,--out", flags->output, "folder for NAME.jpg, NAME.png and source.json")
      ->required()
      ->type_name("DIR");
  verb->callback([flags] { run(*flags); });
}

}  // namespace tool
