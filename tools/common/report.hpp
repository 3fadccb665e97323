// What a run made and how long it took, for people and for programs.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <relievo/progress.hpp>

namespace tool {

/// Collects files and stage times; draws progress on a terminal. Thread safe.
class Report {
 public:
  bool quiet = false;
  bool json = false;

  ~Report() { clear_bar(); }

  void add_file(const std::string& path, const std::string& shows);
  /// Once, however often it is added.
  void add_note(const std::string& sentence);
  void add_fact(const std::string& name, const std::string& value);

  /// Runs `body` as stage `name`.
  template <class Body>
  auto stage(const std::string& name, Body body) {
    struct AtEnd {
      Report& report;
      const std::string& name;
      double start_ms;
      ~AtEnd() { report.add_stage(name, start_ms); }
    } at_end{*this, name, clock_.ms()};
    return body();
  }

  /// Draws a bar on standard error when that is a terminal and the run is not quiet.
  relievo::Progress progress();

  /// Takes the bar away; what is printed next has its line for itself.
  void clear_bar();

  /// Prints everything. `folder` is the common folder of the files, or empty.
  void print(const std::string& folder);

 private:
  struct Clock {
    std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
    double ms() const {
      return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    }
  };
  struct File {
    std::string path, shows;
  };
  struct Stage {
    std::string name;
    double start_ms, ms;
  };
  void add_stage(const std::string& name, double start_ms);

  Clock clock_;
  std::mutex mutex_;
  std::vector<File> files_;
  std::vector<Stage> stages_;
  std::vector<std::string> notes_;
  std::vector<std::pair<std::string, std::string>> facts_;
  bool bar_ = false;
};

}  // namespace tool
