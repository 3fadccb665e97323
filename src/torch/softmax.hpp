// The softmax of attention on the CPU.
#pragma once

#include <cstdint>

namespace relievo {
inline namespace v1 {

/// Of each of `count` rows of `width` values, one after another: exp(value - the row's largest), in place, and into
/// `sums` what a row adds up to. Thread safe.
void softmax_numerators(float* values, std::int64_t count, std::int64_t width, float* sums);

}  // namespace v1
}  // namespace relievo
