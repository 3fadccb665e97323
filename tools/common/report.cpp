#include "common/report.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace tool {
namespace {

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace

void Report::add_file(const std::string& path, const std::string& shows) {
  const std::lock_guard lock(mutex_);
  files_.push_back({path, shows});
}

void Report::add_stage(const std::string& name, double start_ms) {
  const double ms = clock_.ms() - start_ms;
  const std::lock_guard lock(mutex_);
  stages_.push_back({name, start_ms, ms});
}

void Report::add_note(const std::string& sentence) {
  const std::lock_guard lock(mutex_);
  if (std::find(notes_.begin(), notes_.end(), sentence) == notes_.end()) notes_.push_back(sentence);
}

void Report::add_fact(const std::string& name, const std::string& value) {
  const std::lock_guard lock(mutex_);
  facts_.emplace_back(name, value);
}

relievo::Progress Report::progress() {
  if (quiet || json || isatty(STDERR_FILENO) == 0) return {};
  return relievo::Progress([this](double fraction, std::string_view stage) {
    const std::lock_guard lock(mutex_);
    constexpr int width = 30;
    const int done = static_cast<int>(fraction * width + 0.5);
    std::fprintf(stderr, "\r[%s%s] %3.0f %% %-12.*s", std::string(static_cast<std::size_t>(done), '#').c_str(),
                 std::string(static_cast<std::size_t>(width - done), '.').c_str(), fraction * 100,
                 static_cast<int>(stage.size()), stage.data());
    bar_ = true;
    return true;
  });
}

void Report::clear_bar() {
  if (bar_) std::fputs("\r\033[K", stderr);
  bar_ = false;
}

void Report::print(const std::string& folder) {
  clear_bar();
  std::stable_sort(stages_.begin(), stages_.end(),
                   [](const Stage& a, const Stage& b) { return a.start_ms < b.start_ms; });
  if (json) {
    nlohmann::ordered_json out;
    for (const auto& [name, value] : facts_) out[name] = value;
    out["files"] = nlohmann::ordered_json::array();
    for (const File& file : files_) out["files"].push_back({{"path", file.path}, {"shows", file.shows}});
    out["stages"] = nlohmann::ordered_json::array();
    for (const Stage& stage : stages_) {
      out["stages"].push_back({{"name", stage.name}, {"start_ms", stage.start_ms}, {"ms", stage.ms}});
    }
    if (!notes_.empty()) out["notes"] = notes_;
    out["total_ms"] = clock_.ms();
    out["peak_mib"] = peak_mib();
    std::printf("%s\n", out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
    return;
  }
  if (quiet) return;
  for (const std::string& note : notes_) std::fprintf(stderr, "relievo: %s\n", note.c_str());
  for (const auto& [name, value] : facts_) std::printf("%-13s %s\n", name.c_str(), value.c_str());
  if (!folder.empty()) std::printf("%s/\n", folder.c_str());
  for (const File& file : files_) {
    const std::string name = folder.empty() ? file.path : "  " + std::filesystem::path(file.path).filename().string();
    std::printf("%-26s %s\n", name.c_str(), file.shows.c_str());
  }
  if (stages_.empty()) return;
  std::printf("time:");
  const char* separator = " ";
  double end_ms = 0;
  bool at_once = false;
  for (const Stage& stage : stages_) {
    std::printf("%s%s %.2f s", separator, stage.name.c_str(), stage.ms / 1000);
    separator = ", ";
    at_once |= stage.start_ms < end_ms;
    end_ms = std::max(end_ms, stage.start_ms + stage.ms);
  }
  std::printf("; %sin all %.2f s, at most %.0f MiB\n", at_once ? "some at once, " : "", clock_.ms() / 1000, peak_mib());
}

}  // namespace tool
