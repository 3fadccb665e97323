#include "common/markdown.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace relievo {
inline namespace v1 {
namespace bench {

MarkdownReporter::Row& MarkdownReporter::row(const std::string& name) {
  const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& r) { return r.name == name; });
  if (found != rows_.end()) return *found;
  rows_.push_back({name, 0, 0, {}});
  return rows_.back();
}

void MarkdownReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.aggregate_name == "median") {
      Row& to = row(run.run_name.function_name + (run.run_name.args.empty() ? "" : " " + run.run_name.args));
      to.median_us = run.real_accumulated_time / static_cast<double>(std::max<std::int64_t>(run.iterations, 1)) * 1e6;
      for (const auto& [name, counter] : run.counters) to.counters.emplace_back(name, counter.value);
    } else if (run.aggregate_name == "cv") {
      row(run.run_name.function_name + (run.run_name.args.empty() ? "" : " " + run.run_name.args)).variation =
          run.real_accumulated_time * 100;
    }
  }
  ConsoleReporter::ReportRuns(runs);
}

void MarkdownReporter::Finalize() {
  ConsoleReporter::Finalize();
  std::ofstream out(path_);
  for (const std::string& line : context_) out << line << "  \n";
  std::vector<std::string> columns;
  for (const Row& r : rows_) {
    for (const auto& [name, value] : r.counters) {
      if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
    }
  }
  out << "\n| operation | median us | spread % |";
  for (const std::string& column : columns) out << ' ' << column << " |";
  out << "\n|---|---|---|";
  for (std::size_t i = 0; i < columns.size(); ++i) out << "---|";
  out << '\n';
  const auto number = [](double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return std::string(text);
  };
  for (const Row& r : rows_) {
    out << "| " << r.name << " | " << number(r.median_us) << " | " << number(r.variation) << " |";
    for (const std::string& column : columns) {
      const auto found = std::find_if(r.counters.begin(), r.counters.end(),
                                      [&](const auto& counter) { return counter.first == column; });
      out << ' ' << (found != r.counters.end() ? number(found->second) : "") << " |";
    }
    out << '\n';
  }
  if (!out.flush()) std::fprintf(stderr, "%s cannot be written.\n", path_.c_str());
}

}  // namespace bench
}  // namespace v1
}  // namespace relievo
