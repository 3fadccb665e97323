#include <relievo/progress.hpp>

#include <algorithm>
#include <string>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

void Progress::report(double fraction, std::string_view stage) const {
  if (callback_ && !callback_(std::clamp(fraction, 0.0, 1.0), stage)) {
    fail(ErrorCode::cancelled, "Cancelled during ", stage, ".");
  }
}

Progress Progress::part(double from, double to) const {
  if (!callback_) return {};
  return Progress([callback = callback_, from, to](double fraction, std::string_view stage) {
    return callback(from + fraction * (to - from), stage);
  });
}

}  // namespace v1
}  // namespace relievo
