// The one place where exceptions of other libraries become Error.
#pragma once

#include <exception>
#include <new>

#include <relievo/trace.hpp>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

/// Runs `body` as a traced stage; whatever it throws leaves as Error.
template <class Body>
auto at_boundary(const char* what, Body&& body) -> decltype(body()) {
  const TraceSpan span(what);
  try {
    return body();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::out_of_memory, "No memory left in ", what, ".");
  } catch (const std::exception& error) {
    fail(ErrorCode::internal, what, " failed: ", error.what(), ".");
  }
}

}  // namespace v1
}  // namespace relievo
