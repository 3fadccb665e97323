// Results as a table to paste into a page, beside Google Benchmark's own console and JSON.
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

namespace relievo {
inline namespace v1 {
namespace bench {

/// Prints to the console as usual and writes the medians with their spread and counters to `path` at the end.
class MarkdownReporter final : public benchmark::ConsoleReporter {
 public:
  /// `context` are lines that say what was measured on.
  MarkdownReporter(std::string path, std::vector<std::string> context)
      : ConsoleReporter(OO_Tabular), path_(std::move(path)), context_(std::move(context)) {}
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  struct Row {
    std::string name;
    double median_us = 0, variation = 0;
    std::vector<std::pair<std::string, double>> counters;
  };
  Row& row(const std::string& name);

  std::string path_;
  std::vector<std::string> context_;
  std::vector<Row> rows_;
};

}  // namespace bench
}  // namespace v1
}  // namespace relievo
