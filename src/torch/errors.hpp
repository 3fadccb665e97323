// What LibTorch throws, in one sentence.
#pragma once

#include <string>

#include <c10/util/Exception.h>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

/// `text` is what LibTorch says of running `what`, `code` what its error is where memory is not.
[[noreturn]] inline void fail_running(const std::string& what, const std::string& text, ErrorCode code) {
  if (text.find("DefaultCPUAllocator") != text.npos || text.find("CUDA out of memory") != text.npos) {
    fail(ErrorCode::out_of_memory, "No memory left in running ", what, "; a smaller resolution or batch needs less.");
  }
  fail(code, "Running ", what, " failed: ", text, ".");
}

/// The result of `body`, which runs `what`.
template <class Body>
auto translated(const std::string& what, Body&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const c10::Error& error) {
    fail_running(what, error.what_without_backtrace(), ErrorCode::internal);
  }
}

}  // namespace v1
}  // namespace relievo
