// Errors in one sentence.
#pragma once

#include <sstream>

#include <relievo/error.hpp>

namespace tool {

template <class... Parts>
[[noreturn]] void fail(relievo::ErrorCode code, const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  throw relievo::Error(code, out.str());
}

}  // namespace tool
