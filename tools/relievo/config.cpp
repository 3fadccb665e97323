#include "config.hpp"

#include <algorithm>
#include <sstream>

#include "config_file.hpp"

namespace tool {
namespace {

// The flag of a key, in verbs that have it.
struct KeyFlag {
  const char *key, *flag;
};
constexpr KeyFlag key_flags[] = {
    {"fps", "--fps"},
    {"fps", "--parallax-fps"},
    {"num_frames", "--frames"},
    {"num_frames", "--parallax-frames"},
    {"longer_side_len", "--size"},
    {"longer_side_len", "--animation-size"},
    {"depth_threshold", "--depth-threshold"},
    {"background_thickness", "--background-thickness"},
};

CLI::Option* flag_of(CLI::App& verb, const std::string& key, const CliOptions& idle) {
  for (const KeyFlag& each : key_flags) {
    if (each.key != key) continue;
    CLI::Option* const option = verb.get_option_no_throw(each.flag);
    if (option != nullptr && std::find(idle.begin(), idle.end(), option) == idle.end()) return option;
  }
  return nullptr;
}

// As an argument would, but it does not count as given.
void set(CLI::Option& option, double number) {
  std::ostringstream text;
  text.precision(17);
  text << number;
  option.add_result(text.str());
  option.run_callback();
  option.clear();
}

}  // namespace

void add_config_flag(CLI::App& verb, std::string& path) {
  verb.add_option("--config", path,
                  "settings of \"3D photo by layered depth inpainting\", its argument.yml; flags beside it win")
      ->type_name("FILE");
}

void apply_config(CLI::App& verb, const std::string& path, const CliOptions& idle, Report& report) {
  const ConfigFile file = read_config(path);
  std::string without_effect;
  for (const std::string& key : file.keys) {
    CLI::Option* const flag = flag_of(verb, key, idle);
    // What the thickness counts in has an effect where the thickness has.
    const bool is_unit = key == "longer_side_len" && file.numbers.count("background_thickness") > 0 &&
                         flag_of(verb, "background_thickness", idle) != nullptr;
    if (flag != nullptr && flag->count() == 0) set(*flag, file.numbers.at(key));
    if (flag == nullptr && !is_unit) without_effect += (without_effect.empty() ? "" : ", ") + key;
  }
  if (!without_effect.empty()) report.add_note("Without effect here, of " + path + ": " + without_effect + ".");
}

}  // namespace tool
