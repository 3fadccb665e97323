// Random numbers that are the same on every machine and with every library: a number a place, no state to keep.
#pragma once

#include <cmath>
#include <cstdint>

namespace tool {

/// SplitMix64 (Steele et al., OOPSLA 2014) of a seed and a counter. Two seeds that differ in one bit have nothing in
/// common.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  /// For the part `of` of what `seed` stands for.
  Random(std::uint64_t seed, std::uint64_t of) : state_(Random(seed).bits() ^ (of * 0xD1B54A32D192ED03u)) {}

  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  /// 0 to below 1.
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double between(double low, double high) { return low + (high - low) * unit(); }
  bool chance(double probability) { return unit() < probability; }
  /// 0 to below `count`.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(unit() * static_cast<double>(count)); }
  /// Of mean 0 and deviation 1 (Box and Muller).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - unit()));
    return radius * std::cos(2 * 3.14159265358979323846 * unit());
  }

 private:
  std::uint64_t state_;
};

}  // namespace tool
