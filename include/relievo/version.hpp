// The version of the headers (macros) and of the library that was loaded (function).
#pragma once

#include <relievo/export.hpp>

#define RELIEVO_VERSION_MAJOR 1
#define RELIEVO_VERSION_MINOR 0
#define RELIEVO_VERSION_PATCH 0
#define RELIEVO_VERSION_STRING "1.0.0"

namespace relievo {
inline namespace v1 {

/// Version of the loaded library as "major.minor.patch". Thread safe.
RELIEVO_API const char* version() noexcept;

}  // namespace v1
}  // namespace relievo
