#include "common/report.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "common/markdown.hpp"
#include "common/scenes.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {

double copy_bandwidth() {
  static const double bandwidth = [] {
    const Image from = textured(4000, 3000, {Scalar::u8, 4});
    Image to(4000, 3000, {Scalar::u8, 4});
    const double bytes = 2.0 * 4 * 4000 * 3000;
    double best = 0;
    for (int i = 0; i < 9; ++i) {
      const auto start = std::chrono::steady_clock::now();
      engine().copy(from, to.mutable_view());
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      best = std::max(best, bytes / took.count());
    }
    return best;
  }();
  return bandwidth;
}

void report(benchmark::State& state, double pixels, double bytes_per_pixel) {
  using benchmark::Counter;
  const double all = pixels * static_cast<double>(state.iterations());
  // The inverse of a rate scaled by 1e-9 is nanoseconds a pixel.
  state.counters["ns/px"] = Counter(all * 1e-9, Counter::kIsRate | Counter::kInvert);
  state.counters["MP/s"] = Counter(all * 1e-6, Counter::kIsRate);
  state.counters["threads"] = engine().threads();
  if (bytes_per_pixel > 0) {
    state.counters["ceiling_%"] = Counter(100 * all * bytes_per_pixel / copy_bandwidth(), Counter::kIsRate);
  }
}

bool check(benchmark::State& state, bool holds, const char* what) {
  if (!holds) state.SkipWithError(what);
  return holds;
}

Context cpu_context() { return {{"engine", engine().name()}, {"copy_GB/s", std::to_string(copy_bandwidth() * 1e-9)}}; }

int run(int argc, char** argv, const Context& context) {
  // Given first, so that the command line overrides them.
  std::vector<std::string> defaults = {"--benchmark_repetitions=7", "--benchmark_min_warmup_time=0.1",
                                       "--benchmark_report_aggregates_only=true", "--benchmark_counters_tabular=true"};
  std::vector<char*> arguments = {argv[0]};
  for (std::string& text : defaults) arguments.push_back(text.data());
  std::string markdown;
  for (int i = 1; i < argc; ++i) {
    constexpr std::string_view flag = "--markdown=";
    if (std::string_view(argv[i]).substr(0, flag.size()) == flag) {
      markdown = argv[i] + flag.size();
    } else {
      arguments.push_back(argv[i]);
    }
  }
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  std::vector<std::string> lines;
  for (const auto& [key, value] : context) {
    benchmark::AddCustomContext(key, value);
    lines.push_back(key + ": " + value);
  }
  if (markdown.empty()) {
    benchmark::RunSpecifiedBenchmarks();
  } else {
    MarkdownReporter reporter(markdown, lines);
    benchmark::RunSpecifiedBenchmarks(&reporter);
  }
  benchmark::Shutdown();
  return 0;
}

}  // namespace bench
}  // namespace v1
}  // namespace relievo
