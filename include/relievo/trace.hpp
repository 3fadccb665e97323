// Where the time goes.
#pragma once

#include <cstdint>

#include <relievo/export.hpp>

namespace relievo {
inline namespace v1 {

/// Measures from construction to destruction while RELIEVO_TRACE names a file: as the process ends,
/// every span is written there as a Chrome trace (chrome://tracing, Perfetto). Without the variable
/// it costs one comparison. relievo marks its own stages; mark yours to see them beside. `name` must
/// outlive the process (a literal). Thread safe.
class RELIEVO_API TraceSpan final {
 public:
  explicit TraceSpan(const char* name) noexcept;
  TraceSpan(const TraceSpan&) = delete;
  TraceSpan& operator=(const TraceSpan&) = delete;
  ~TraceSpan();

 private:
  const char* name_;
  std::int64_t begin_ns_ = 0;
};

}  // namespace v1
}  // namespace relievo
