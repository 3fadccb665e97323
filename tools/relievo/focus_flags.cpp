#include "focus_flags.hpp"

#include <string>
#include <vector>

#include "common/flags.hpp"

namespace tool {
namespace {

CLI::Option* add_disparity(CLI::App& app, const std::string& name, float& disparity, const std::string& help) {
  return add_number(
             app, name, disparity, help, [](double value) { return value >= 0 && value <= 1; }, "0 to 1")
      ->description(help + ", 0 (farthest) to 1 (nearest)");
}

}  // namespace

void add_focus_flags(CLI::App& app, FocusFlags& flags) {
  CLI::Option* disparity =
      add_disparity(app, "--focus-disparity", flags.disparity, "focus on this disparity in place of the subject");
  CLI::Option* point = app.add_option_function<std::string>(
                              "--focus-point",
                              [&flags](const std::string& text) {
                                flags.point =
                                    numbers_in<2>("--focus-point", text, "X,Y, whole pixels from the upper left");
                              },
                              "focus on what is seen at this pixel")
                           ->type_name("X,Y");
  CLI::Option* distance =
      add_number(
          app, "--focus-distance", flags.metres, "", [](double metres) { return metres > 0; }, "a number above 0")
          ->description("focus at this distance, in metres, where depth is in metres")
          ->type_name("METRES");
  CLI::Option* face = app.add_flag("--focus-face", flags.face, "focus on the largest face");
  CLI::Option* largest = app.add_flag("--focus-largest", flags.largest, "focus on the largest subject");
  CLI::Option* from = add_disparity(app, "--focus-from", flags.from, "all is sharp from this disparity on");
  CLI::Option* to = add_disparity(app, "--focus-to", flags.to, "and to this one");
  from->needs(to);
  to->needs(from);
  const std::vector<CLI::Option*> ways{disparity, point, distance, face, largest, from, to};
  for (std::size_t i = 0; i < ways.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (ways[i] != to || ways[j] != from) ways[i]->excludes(ways[j]);
    }
  }
}

bool guards_faces(const relievo::BokehOptions& options) {
  const bool can = options.mode == relievo::BokehMode::threshold || options.mode == relievo::BokehMode::layered;
  return can && options.protect_faces;
}

relievo::Focus focus_on(const relievo::LayeredScene& scene, const FocusFlags& flags) {
  if (flags.face) return relievo::Focus::on_nearest_face(scene);
  if (flags.largest) return relievo::Focus::on_largest_subject(scene);
  if (flags.metres > 0) return relievo::Focus::on_distance(scene, flags.metres);
  if (flags.point[0] >= 0) return relievo::Focus::on_point(scene, flags.point[0], flags.point[1]);
  if (flags.from >= 0) return relievo::Focus::on_range(flags.from, flags.to);
  return relievo::Focus{flags.disparity, -1};
}

}  // namespace tool
