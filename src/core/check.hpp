// One-sentence errors.
#pragma once

#include <locale>
#include <sstream>
#include <string>

#include <relievo/error.hpp>

namespace relievo {
inline namespace v1 {

template <class... Parts>
std::string sentence(const Parts&... parts) {
  std::ostringstream out;
  out.imbue(std::locale::classic());  // 1.000 is one in some languages
  (out << ... << parts);
  return out.str();
}

template <class... Parts>
[[noreturn]] void fail(ErrorCode code, const Parts&... parts) {
  throw Error(code, sentence(parts...));
}

template <class... Parts>
void require(bool holds, const Parts&... parts) {
  if (!holds) fail(ErrorCode::invalid_argument, parts...);
}

}  // namespace v1
}  // namespace relievo
