// Random numbers that are the same everywhere: integers and products, none of the standard library's distributions.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "kernels/vector.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::uint32_t seed() { return static_cast<std::uint32_t>(bits() >> 32); }
  /// 0 to below 1.
  float unit() { return static_cast<float>(bits() >> 40) * 0x1p-24f; }
  float between(float low, float high) { return low + (high - low) * unit(); }
  /// low to high, both of them.
  int whole(int low, int high) { return low + static_cast<int>(unit() * static_cast<float>(high - low + 1)); }
  bool chance(float probability) { return unit() < probability; }
  /// Mean 0, deviation 1, at most 3.46: twelve uniform numbers.
  float normal() {
    float sum = -6;
    for (int i = 0; i < 12; ++i) sum += unit();
    return sum;
  }
  template <class T>
  T any(std::initializer_list<T> values) {
    return values.begin()[whole(0, static_cast<int>(values.size()) - 1)];
  }

 private:
  std::uint64_t state_;
};

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
