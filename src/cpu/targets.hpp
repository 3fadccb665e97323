// Instruction sets the loops are compiled for; the best one the machine has is chosen at run time.
// Include before any header of Highway.
#pragma once

#include <cstdint>

#define HWY_DISABLED_TARGETS HWY_SSSE3

namespace relievo {
inline namespace v1 {

/// The bit (HWY_AVX2, ...) of the instruction set in use.
std::int64_t cpu_target();

}  // namespace v1
}  // namespace relievo
