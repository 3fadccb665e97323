// Progress of work that can take over a second, and the way to cancel it.
#pragma once

#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <relievo/export.hpp>

namespace relievo {
inline namespace v1 {

/// A callback told how far a call has come; may be empty.
///
/// It receives the fraction done of the running call (0 to 1, never falling) and the name of the
/// stage ("fill", "frames"). It returns true to go on and false to cancel, upon which the call
/// throws Error{cancelled} and leaves nothing half-written. It is called from the calling thread.
class Progress {
 public:
  using Callback = std::function<bool(double fraction, std::string_view stage)>;

  Progress() = default;
  template <class F, class = std::enable_if_t<std::is_invocable_r_v<bool, F, double, std::string_view>>>
  Progress(F callback) : callback_(std::move(callback)) {}  // NOLINT(google-explicit-constructor)

  /// Reports; throws Error{cancelled} where the callback returned false.
  RELIEVO_API void report(double fraction, std::string_view stage) const;

  /// The part of this progress between two fractions, for a stage that reports 0 to 1 itself.
  RELIEVO_API Progress part(double from, double to) const;

  explicit operator bool() const noexcept { return static_cast<bool>(callback_); }

 private:
  Callback callback_;
};

}  // namespace v1
}  // namespace relievo
