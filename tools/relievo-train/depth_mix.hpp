// Where pictures to learn from come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "depth_sample.hpp"
#include "random.hpp"

namespace tool {

/// Thread safe.
class DepthSource {
 public:
  virtual ~DepthSource() = default;
  virtual const std::string& name() const = 0;
  /// A picture of this size, another for another state of `random`, varied so that none is met twice.
  virtual DepthSample draw(int width, int height, Random& random) const = 0;
};

/// Sources, each drawn from as often as its weight says.
class DepthMix {
 public:
  void add(std::unique_ptr<DepthSource> source, double weight);
  bool empty() const { return sources_.empty(); }
  /// The same for the same seed and number, whatever was drawn before.
  DepthSample draw(std::uint64_t seed, std::uint64_t number, int width, int height) const;

 private:
  struct Part {
    std::unique_ptr<DepthSource> source;
    double up_to;  ///< weights up to and with this one
  };
  std::vector<Part> sources_;
};

}  // namespace tool
