// Names of tensors: those of the original repositories, which networks use, and those of the transformers library.
#pragma once

#include <array>
#include <cstddef>
#include <regex>
#include <string>
#include <vector>

#include "torch/weights/weight_file.hpp"

namespace relievo {
inline namespace v1 {

/// Tells a file's naming scheme and gives each tensor the name that the network's original repository has for it.
class WeightNames {
 public:
  explicit WeightNames(const std::vector<Weight>& weights);

  struct Original {
    std::string name;
    /// Which of how many parts, along the first dimension: queries, keys and values are one tensor in the originals.
    std::size_t part = 0, parts = 1;
  };
  Original original(const std::string& name) const;

 private:
  struct Rule {
    std::regex pattern;
    std::string replacement;
    std::size_t part = 0, parts = 1;
  };
  void add(const std::string& pattern, const std::string& replacement, std::size_t part = 0, std::size_t parts = 1);
  void add_depth_anything();
  void add_dpt();
  void add_attention(const std::string& pattern, const std::array<const char*, 3>& names, const std::string& block);
  void add_refiner(const std::string& scratch);

  std::string strip_;  // what a wrapper class put before every name
  std::vector<Rule> rules_;
};

}  // namespace v1
}  // namespace relievo
