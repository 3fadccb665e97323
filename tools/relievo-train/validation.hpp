// How right a network is while it is trained.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <relievo/device.hpp>

#include "pairs.hpp"

namespace tool {

/// Folders of photos and measured depth that are not learnt from.
class Validation {
 public:
  /// Throws relievo::Error that names the file.
  explicit Validation(const std::vector<std::string>& folders);

  struct Result {
    std::vector<std::string> sets;
    std::vector<double> correlations;  ///< Spearman's, a mean over each set's pictures
    double mean = 0;                   ///< over the sets
  };
  /// The network of a file, opened as by anyone. Writes a sheet to `samples`: photo, truth and estimate of some
  /// pictures of each set.
  Result measure(const relievo::Device& device, const std::filesystem::path& network,
                 const std::filesystem::path& samples) const;

 private:
  struct Shown {
    relievo::Image photo;
    relievo::DepthMap truth;
  };
  struct Set {
    std::string name;
    std::vector<Shown> pictures;
  };
  std::vector<Set> sets_;
};

}  // namespace tool
