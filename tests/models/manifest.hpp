// What make_goldens.py wrote down of the weights that published files hold.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace relievo::testing {

struct Manifest {
  std::map<std::string, std::vector<std::int64_t>> shapes;
  std::set<std::string> unused;  ///< in the file, without an effect
};

/// names/NAME.txt: lines `blocks.{0..11}.norm1.weight 384 [unused]`.
inline Manifest manifest(const std::string& name) {
  std::ifstream in(RELIEVO_SOURCE_DIR "/tests/models/names/" + name + ".txt");
  if (!in) throw std::runtime_error("no manifest " + name);
  Manifest manifest;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string pattern, sizes, use;
    words >> pattern >> sizes >> use;
    std::vector<std::int64_t> shape;
    for (std::istringstream parts(sizes); std::getline(parts, sizes, 'x');) shape.push_back(std::stoll(sizes));
    std::vector<std::string> names{pattern};
    const std::regex range(R"(\{(\d+)\.\.(\d+)\})");
    for (bool again = true; again;) {
      again = false;
      std::vector<std::string> expanded;
      for (const std::string& one : names) {
        std::smatch match;
        if (!std::regex_search(one, match, range)) {
          expanded.push_back(one);
          continue;
        }
        again = true;
        for (int i = std::stoi(match[1]); i <= std::stoi(match[2]); ++i) {
          expanded.push_back(match.prefix().str() + std::to_string(i) + match.suffix().str());
        }
      }
      names = std::move(expanded);
    }
    for (const std::string& one : names) {
      manifest.shapes[one] = shape;
      if (use == "unused") manifest.unused.insert(one);
    }
  }
  return manifest;
}

struct Canonical {
  std::string name;
  std::size_t part = 0, parts = 1;
};

/// The canonical name of one of the transformers library, by transformers_names.json.
inline Canonical canonical(const std::string& family, const std::string& name) {
  static const auto* table = [] {
    std::ifstream in(RELIEVO_SOURCE_DIR "/tests/models/transformers_names.json");
    return new nlohmann::json(nlohmann::json::parse(in));
  }();
  for (const auto& row : (*table)[family]) {
    std::string pattern = std::regex_replace(row[0].get<std::string>(), std::regex(R"(\.)"), R"(\.)");
    std::vector<std::string> letters;
    std::smatch match;
    const std::regex letter(R"(\{([a-z])\})");
    while (std::regex_search(pattern, match, letter)) {
      letters.push_back(match[1]);
      pattern = match.prefix().str() + R"((\d+))" + match.suffix().str();
    }
    if (!std::regex_match(name, match, std::regex(pattern + R"((\.weight|\.bias)?)"))) continue;
    std::string result = row[1];
    for (std::size_t i = 0; i < letters.size(); ++i) {
      const auto replace = [&](const std::string& text, int value) {
        const std::string whole = "{" + text + "}";
        for (std::size_t at = result.find(whole); at != std::string::npos; at = result.find(whole)) {
          result.replace(at, whole.size(), std::to_string(value));
        }
      };
      const int value = std::stoi(match[i + 1]);
      replace(letters[i], value);
      replace(letters[i] + "+1", value + 1);
      replace("4-" + letters[i], 4 - value);
    }
    const bool split = row.size() > 2;
    return {result + match[letters.size() + 1].str(), split ? row[2].get<std::size_t>() : 0, split ? 3u : 1u};
  }
  return {name, 0, 1};
}

}  // namespace relievo::testing
