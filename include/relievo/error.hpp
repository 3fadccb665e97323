// The one exception that crosses the library's boundary.
#pragma once

#include <exception>
#include <memory>
#include <string>

#include <relievo/export.hpp>

namespace relievo {
inline namespace v1 {

/// Why a call failed. Values are stable; the C interface returns the same numbers.
enum class ErrorCode : int {
  invalid_argument = 1,  ///< A value is out of range or contradicts another; the sentence names it.
  unsupported = 2,       ///< Valid, but this build or machine cannot do it; the sentence says what can.
  not_found = 3,         ///< A file, model, asset, module or device does not exist.
  io = 4,                ///< Reading or writing failed (permission, full disk, broken pipe).
  corrupt_data = 5,      ///< A file or buffer is truncated, damaged or hostile.
  out_of_memory = 6,     ///< An allocation failed or a budget cannot hold; the sentence names the bytes.
  device = 7,            ///< A device failed or was lost.
  cancelled = 8,         ///< A Progress callback asked to stop.
  internal = 9,          ///< A defect of relievo itself.
};

/// Name of a code as it is spelt above, for logs. Thread safe.
RELIEVO_API const char* to_string(ErrorCode code) noexcept;

/// The exception every function of relievo throws, and the only one.
/// `what()` is one sentence that names the thing, the value and what is allowed.
/// Copying never throws.
class RELIEVO_API Error final : public std::exception {
 public:
  Error(ErrorCode code, const std::string& sentence);
  Error(const Error&) noexcept;
  Error& operator=(const Error&) noexcept;
  ~Error() override;

  ErrorCode code() const noexcept { return code_; }
  const char* what() const noexcept override;

 private:
  ErrorCode code_;
  std::shared_ptr<const std::string> sentence_;
};

}  // namespace v1
}  // namespace relievo
