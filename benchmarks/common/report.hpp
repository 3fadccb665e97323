// What every benchmark reports, and the ceiling it is held against.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace relievo {
inline namespace v1 {
namespace bench {

/// Bytes a second that this machine copies with the engine's threads (read + write), measured once a run.
double copy_bandwidth();

/// Adds ns/px, megapixels/s, threads and, where `bytes_per_pixel` (least traffic) is given, the part of the
/// copy ceiling in per cent.
void report(benchmark::State& state, double pixels, double bytes_per_pixel = 0);

/// Stops the benchmark with an error unless `holds`: a wrong answer has no speed.
bool check(benchmark::State& state, bool holds, const char* what);

/// What was measured on, beside what Google Benchmark says itself.
using Context = std::vector<std::pair<std::string, std::string>>;

/// The CPU engine and the copy it is held against.
Context cpu_context();

/// Runs everything with 7 repetitions and a warm-up unless the command line says otherwise; --markdown=FILE also writes
/// a table.
int run(int argc, char** argv, const Context& context);

}  // namespace bench
}  // namespace v1
}  // namespace relievo

#define RELIEVO_BENCHMARK_MAIN() \
  int main(int argc, char** argv) { return relievo::bench::run(argc, argv, relievo::bench::cpu_context()); }
