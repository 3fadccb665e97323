// What training says of itself while it runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "trainer.hpp"

namespace tool {

/// Losses and validation as files of a folder, losses.csv, validation.csv and curves.svg, and on standard error: one
/// line that is written over on a terminal, else one line each time. What the files hold of steps up to `first` stays,
/// so that a run that goes on continues them.
class TrainingLog {
 public:
  TrainingLog(std::filesystem::path folder, const TrainerOptions& options, std::int64_t first, bool quiet);

  /// Means of what was added since the last line go out every `interval` steps, and with the last step.
  void add(const Trainer::Step& step);
  /// Of the averaged weights: rank correlation with measured disparity, a column for each set, and their mean.
  void add_validation(std::int64_t step, const std::vector<std::string>& sets, const std::vector<double>& values);
  /// A sentence for itself.
  void say(const std::string& sentence);

  static constexpr std::int64_t interval = 50;

 private:
  using Clock = std::chrono::steady_clock;
  struct Row {
    std::int64_t step;
    std::vector<double> values;
  };
  void print(const Trainer::Step& mean, double pictures_per_second, double seconds_left);
  void draw() const;

  std::filesystem::path folder_;
  TrainerOptions options_;
  bool quiet_, terminal_, open_line_ = false;
  std::vector<Row> losses_, validation_;
  std::vector<std::string> sets_;
  Trainer::Step sum_;
  std::int64_t added_ = 0, first_;
  Clock::time_point begin_ = Clock::now(), last_ = begin_;
};

}  // namespace tool
