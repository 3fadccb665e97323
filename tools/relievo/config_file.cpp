#include "config_file.hpp"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>

#include <relievo/layered_scene.hpp>
#include <relievo/parallax_animator.hpp>

#include "common/fail.hpp"

namespace tool {
namespace {

constexpr std::size_t most_bytes = 1 << 20;
constexpr double many = 1000000;
constexpr double reference_side = 960;  // of BakeOptions::background_thickness

enum class Type { number, whole, boolean, text };
// What a value may be: one of its type, a list of them, nothing, True or False.
enum Form : unsigned { one = 1, list = 2, nothing = 4, either = 8 };
struct Range {
  double low = 0, high = 0;
};
struct Key {
  std::string_view name;
  Type type;
  unsigned forms = one;
  Range range = {};
};

template <class Options>
Range range_of(std::string_view field) {
  Options options;
  Range range;
  visit_fields(options, [&](const relievo::Field& each, const auto&) {
    if (field == each.name) range = {each.minimum, each.maximum};
  });
  return range;
}

// Ranges are those of flags here; of keys without one, what can make sense.
const std::vector<Key>& known_keys() {
  using relievo::BakeOptions, relievo::ParallaxOptions;
  static const std::vector<Key> keys = {
      {"depth_edge_model_ckpt", Type::text},
      {"depth_feat_model_ckpt", Type::text},
      {"rgb_feat_model_ckpt", Type::text},
      {"MiDaS_model_ckpt", Type::text},
      {"use_boostmonodepth", Type::boolean},
      {"fps", Type::number, one, range_of<ParallaxOptions>("fps")},
      {"num_frames", Type::whole, one, range_of<ParallaxOptions>("frames")},
      {"x_shift_range", Type::number, list, {-1000, 1000}},
      {"y_shift_range", Type::number, list, {-1000, 1000}},
      {"z_shift_range", Type::number, list, {-1000, 1000}},
      {"traj_types", Type::text, list},
      {"video_postfix", Type::text, list},
      {"specific", Type::text, one | nothing},
      {"longer_side_len", Type::whole, one, {1, 8192}},
      {"src_folder", Type::text},
      {"depth_folder", Type::text},
      {"mesh_folder", Type::text},
      {"video_folder", Type::text},
      {"load_ply", Type::boolean},
      {"save_ply", Type::boolean},
      {"inference_video", Type::boolean},
      {"gpu_ids", Type::whole, one | nothing, {-1000, 1000}},
      {"offscreen_rendering", Type::boolean},
      {"img_format", Type::text},
      {"depth_format", Type::text},
      {"require_midas", Type::boolean},
      {"depth_threshold", Type::number, one, range_of<BakeOptions>("depth_threshold")},
      {"ext_edge_threshold", Type::number, one, {0, 1}},
      {"sparse_iter", Type::whole, one, {1, 100}},
      {"filter_size", Type::whole, one | list, {1, 101}},
      {"sigma_s", Type::number, one, {0, many}},
      {"sigma_r", Type::number, one, {0, many}},
      {"redundant_number", Type::whole, one, {0, many}},
      {"background_thickness", Type::number, one, {0, many}},  // its range depends on longer_side_len
      {"context_thickness", Type::whole, one, {0, many}},
      {"background_thickness_2", Type::whole, one, {0, many}},
      {"context_thickness_2", Type::whole, one, {0, many}},
      {"discount_factor", Type::number, one, {0, many}},
      {"log_depth", Type::boolean},
      {"largest_size", Type::whole, one, {1, many}},
      {"depth_edge_dilate", Type::whole, one, {0, many}},
      {"depth_edge_dilate_2", Type::whole, one, {0, many}},
      {"extrapolate_border", Type::boolean},
      {"extrapolation_thickness", Type::whole, one, {0, many}},
      {"repeat_inpaint_edge", Type::boolean},
      {"crop_border", Type::number, one | list | either, {0, 0.4999}},
      {"anti_flickering", Type::boolean},
  };
  return keys;
}
constexpr std::string_view camera_paths[] = {"straight-line", "double-straight-line", "circle"};
constexpr std::string_view of_videos[] = {"x_shift_range", "y_shift_range", "z_shift_range", "traj_types",
                                          "video_postfix"};

// What a file says, fit for a terminal.
std::string shown(std::string_view text) {
  constexpr std::size_t most = 60;
  std::string out(text.substr(0, most));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text.size() > most ? out + "..." : out;
}

// Scalars in quotes are texts, whatever they look like.
bool is_plain(const YAML::Node& node) { return node.IsScalar() && node.Tag() == "?"; }
bool is_quoted(const YAML::Node& node) {
  return node.IsScalar() && (node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str");
}

// A decimal number. YAML 1.1 takes one that begins with 0 for octal.
std::optional<double> number_in(const YAML::Node& node) {
  if (!is_plain(node)) return {};
  std::string_view text = node.Scalar();
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  const auto is_digit = [&](std::size_t at) { return at < digits.size() && digits[at] >= '0' && digits[at] <= '9'; };
  if (!is_digit(0) && !(digits.starts_with('.') && is_digit(1))) return {};
  if (digits[0] == '0' && is_digit(1)) return {};
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

bool is_boolean(const YAML::Node& node) {
  // Those of YAML 1.1, as PyYAML reads it.
  constexpr std::string_view words[] = {"yes", "Yes", "YES",   "no",    "No",    "NO", "true", "True", "TRUE",
                                        "on",  "On",  "false", "False", "FALSE", "ON", "off",  "Off",  "OFF"};
  return is_plain(node) && std::find(std::begin(words), std::end(words), node.Scalar()) != std::end(words);
}

bool is_a(const Key& key, const YAML::Node& node) {
  if (key.type == Type::boolean) return is_boolean(node);
  const std::optional<double> number = number_in(node);
  if (key.type == Type::text) return is_quoted(node) || (is_plain(node) && !number && !is_boolean(node));
  return number && *number >= key.range.low && *number <= key.range.high &&
         (key.type == Type::number || *number == std::floor(*number));
}

std::string allowed(const Key& key) {
  if (key.type == Type::boolean) return "True or False";
  const bool only_lists = (key.forms & one) == 0;
  std::ostringstream out;
  out.precision(9);
  out << (only_lists ? "a list of " : "a ") << (key.type == Type::whole ? "whole " : "")
      << (key.type == Type::text ? "text" : "number") << (only_lists ? "s" : "");
  if (key.type != Type::text) out << " from " << key.range.low << " to " << key.range.high;
  if (key.forms & one && key.forms & list) out << ", or a list of them";
  if (key.forms & nothing) out << ", or nothing";
  if (key.forms & either) out << ", or True or False";
  return out.str();
}

std::string shown(const YAML::Node& node) {
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list of " + std::to_string(node.size());
  if (node.IsNull()) return "nothing";
  return is_quoted(node) ? '"' + shown(node.Scalar()) + '"' : shown(node.Scalar());
}

// Looks at where documents begin, and at nothing else.
struct Documents final : YAML::EventHandler {
  int count = 0, line = 0;  // and the last one's line
  void OnDocumentStart(const YAML::Mark& mark) override { ++count, line = mark.line + 1; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// The line of the second document, or 0. YAML::LoadAll would go on for ever where a document begins with a comma.
int second_document_in(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  Documents documents;
  while (documents.count < 2 && parser.HandleNextDocument(documents)) continue;
  return documents.count < 2 ? 0 : documents.line;
}

// Where a key stands, and what it says.
struct Setting {
  int line;  // from 1
  YAML::Node value;
  std::size_t count() const { return value.IsSequence() ? value.size() : 1; }
};

class Reader {
 public:
  Reader(const std::string& name, const std::string& text) : name_(name) {
    try {
      read(text);
      check_lists();
    } catch (const YAML::DeepRecursion& error) {
      fail_at(error.mark.line + 1, "Too much stands within something else; allowed are settings and lists of values.");
    } catch (const YAML::Exception& error) {
      std::string why = shown(error.msg);
      if (why.ends_with('.')) why.pop_back();
      fail_at(error.mark.is_null() ? 1 : error.mark.line + 1, "This is no YAML: ", why, ".");
    }
    convert();
  }

  ConfigFile file;

 private:
  template <class... Parts>
  [[noreturn]] void fail_at(int line, const Parts&... parts) const {
    fail(relievo::ErrorCode::invalid_argument, name_, ":", line, ": ", parts...);
  }

  void read(const std::string& text) {
    check_characters(text);
    if (const int second = second_document_in(text)) fail_at(second, "A second document begins; allowed is one.");
    const YAML::Node all = YAML::Load(text);
    if (all.IsNull()) return;
    if (!all.IsMap()) fail_at(all.Mark().line + 1, "The file is ", shown(all), "; allowed are lines like \"fps: 40\".");
    for (const auto& each : all) add(each.first, each.second);
  }

  // YAML has none of them outside of quotes, where they are written in letters.
  void check_characters(const std::string& text) const {
    const auto bad = std::find_if(text.begin(), text.end(), [](char c) {
      return c == '\x7f' || (c >= 0 && c < ' ' && c != '\n' && c != '\r' && c != '\t');
    });
    if (bad != text.end()) {
      fail_at(1 + static_cast<int>(std::count(text.begin(), bad, '\n')),
              "This is no text: it has a control character.");
    }
  }

  void add(const YAML::Node& node, const YAML::Node& value) {
    const int line = node.Mark().line + 1;
    if (!node.IsScalar()) fail_at(line, "A key is ", shown(node), "; allowed is the name of a setting.");
    const std::string& name = node.Scalar();
    const auto& keys = known_keys();
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const Key& each) { return each.name == name; });
    if (key == keys.end()) fail_at(line, "There is no setting ", shown(node), ".");
    if (const auto first = settings_.find(name); first != settings_.end()) {
      fail_at(line, name, " is set again; line ", first->second.line, " has set it.");
    }
    check(*key, value, line);
    settings_.emplace(name, Setting{line, value});
    file.keys.push_back(name);
  }

  void check(const Key& key, const YAML::Node& value, int line) const {
    if (value.IsSequence() && key.forms & list) {
      for (const YAML::Node& each : value) {
        const int its_line = each.Mark().line + 1;
        if (!is_a(key, each)) fail_at(its_line, key.name, " holds ", shown(each), "; allowed is ", allowed(key), ".");
        if (key.name == "traj_types") check_path(each, its_line);
      }
      return;
    }
    const bool fits = (key.forms & one && is_a(key, value)) || (key.forms & nothing && value.IsNull()) ||
                      (key.forms & either && is_boolean(value));
    if (!fits) fail_at(line, key.name, " is ", shown(value), "; allowed is ", allowed(key), ".");
  }

  void check_path(const YAML::Node& value, int line) const {
    if (std::find(std::begin(camera_paths), std::end(camera_paths), value.Scalar()) != std::end(camera_paths)) return;
    fail_at(line, "traj_types holds ", shown(value), "; allowed are straight-line, double-straight-line and circle.");
  }

  const Setting* find(std::string_view name) const {
    const auto found = settings_.find(std::string(name));
    return found == settings_.end() ? nullptr : &found->second;
  }

  // Lists that belong together are as long as each other.
  void check_lists() const {
    const Setting* first = nullptr;
    std::string_view first_name;
    for (const std::string_view name : of_videos) {
      const Setting* const each = find(name);
      if (each == nullptr) continue;
      if (first == nullptr) {
        first = each;
        first_name = name;
      } else if (each->count() != first->count()) {
        fail_at(each->line, name, " is ", shown(each->value), ", but ", first_name, " in line ", first->line, " is ",
                shown(first->value), "; allowed is one of each for a video.");
      }
    }
    const Setting *sizes = find("filter_size"), *times = find("sparse_iter"), *border = find("crop_border");
    if (sizes != nullptr && times != nullptr && sizes->value.IsSequence() &&
        static_cast<double>(sizes->count()) < *number_in(times->value)) {
      fail_at(sizes->line, "filter_size is ", shown(sizes->value), ", but sparse_iter in line ", times->line, " is ",
              shown(times->value), "; allowed is one for each time.");
    }
    if (border != nullptr && border->value.IsSequence() && border->count() != 4) {
      fail_at(border->line, "crop_border is ", shown(border->value), "; allowed are four: top, left, bottom, right.");
    }
  }

  void convert() {
    for (const char* name : {"fps", "num_frames", "longer_side_len", "depth_threshold"}) {
      if (const Setting* const each = find(name)) file.numbers[name] = *number_in(each->value);
    }
    const Setting* const thickness = find("background_thickness");
    if (thickness == nullptr) return;
    const auto side = file.numbers.find("longer_side_len");
    const double scale = side == file.numbers.end() ? 1 : side->second / reference_side;
    const Range range = range_of<relievo::BakeOptions>("background_thickness");
    const double there = *number_in(thickness->value);
    if (there / scale < range.low || there / scale > range.high) {
      fail_at(thickness->line, "background_thickness is ", shown(thickness->value), "; allowed is a number from ",
              range.low * scale, " to ", range.high * scale, ", of a longer_side_len of ", scale * reference_side, ".");
    }
    file.numbers["background_thickness"] = there / scale;
  }

  const std::string& name_;
  std::map<std::string, Setting> settings_;
};

}  // namespace

ConfigFile parse_config(const std::string& name, const std::string& text) { return Reader(name, text).file; }

ConfigFile read_config(const std::string& path) {
  using relievo::ErrorCode;
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    fail(ErrorCode::not_found, "There is no file '", path, "'.");
  }
  if (std::filesystem::is_directory(status)) fail(ErrorCode::io, "'", path, "' is a folder, not a file.");
  if (!error && !std::filesystem::is_regular_file(status)) fail(ErrorCode::io, "'", path, "' is not a regular file.");
  std::ifstream in(path, std::ios::binary);
  std::string text(most_bytes + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad()) fail(ErrorCode::io, "Cannot read '", path, "': ", std::strerror(errno), ".");
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > most_bytes) {
    fail(ErrorCode::invalid_argument, "'", path, "' has more than 1 MiB, which is no file of settings.");
  }
  return parse_config(path, text);
}

}  // namespace tool
