// Symbol visibility of the shared libraries.
#pragma once

#if defined(__GNUC__)
#define RELIEVO_API __attribute__((visibility("default")))
#else
#define RELIEVO_API
#endif
