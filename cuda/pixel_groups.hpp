// Neighbouring pixels in registers, moved in pieces as wide as their size and place allow.
#pragma once

#include <cstdint>
#include <cstring>

#include "cuda/runtime.hpp"
#include "cuda/views.hpp"

namespace relievo {
inline namespace v1 {
namespace cuda {

/// Pixels that one thread takes: enough loads are under way at once to fill a GPU's memory pipes.
inline constexpr int group_pixels = 4;
inline constexpr dim3 group_block{32, 8, 1};

/// Where a thread's group of `pixels` begins and how many of them lie in the image.
struct GroupPlace {
  int x, y, count;
};
template <int pixels = group_pixels>
__device__ inline GroupPlace group_place(int width, int height) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x) * pixels;
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  const int left = width - x;
  return {x, y, y < height ? (left < pixels ? left : pixels) : 0};
}

/// The blocks of a kernel that asks for `group_place<pixels>`.
template <int pixels = group_pixels>
Grid group_grid(int width, int height, cudaStream_t stream) {
  return {blocks_for((width + pixels - 1) / pixels, height, group_block), group_block, stream};
}

/// `size` bytes that are moved at once, whatever type they belong to.
template <int size>
struct __attribute__((may_alias, aligned(size))) Piece {
  std::uint32_t words[size / 4];
};

template <class T, int n>
inline constexpr int piece_bytes = sizeof(T) * n % 16 == 0  ? 16
                                   : sizeof(T) * n % 8 == 0 ? 8
                                                            : 4;

template <class T>
__device__ inline T from_word(std::uint32_t word, int index) {
  if constexpr (sizeof(T) == 1) {
    return static_cast<T>(word >> (8 * index));
  } else if constexpr (sizeof(T) == 2) {
    const auto bits = static_cast<std::uint16_t>(word >> (16 * index));
    T value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  } else {
    T value;
    std::memcpy(&value, &word, sizeof value);
    return value;
  }
}

template <class T>
__device__ inline std::uint32_t to_word(T value, int index) {
  if constexpr (sizeof(T) == 1) {
    return static_cast<std::uint32_t>(value) << (8 * index);
  } else if constexpr (sizeof(T) == 2) {
    std::uint16_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return static_cast<std::uint32_t>(bits) << (16 * index);
  } else {
    std::uint32_t word;
    std::memcpy(&word, &value, sizeof word);
    return word;
  }
}

/// The first `count` of n scalars, the others zero. n scalars are whole words.
template <int n, class T>
__device__ inline void load_group(const T* from, int count, T (&to)[n]) {
  static_assert(sizeof(T) * n % 4 == 0);
  constexpr int bytes = piece_bytes<T, n>;
  constexpr int per_piece = bytes / static_cast<int>(sizeof(T));
  constexpr int per_word = 4 / static_cast<int>(sizeof(T));
  if (count >= n && reinterpret_cast<std::uintptr_t>(from) % bytes == 0) {
    const auto* const pieces = reinterpret_cast<const Piece<bytes>*>(from);
#pragma unroll
    for (int i = 0; i < n / per_piece; ++i) {
      const Piece<bytes> piece = pieces[i];
#pragma unroll
      for (int k = 0; k < per_piece; ++k) {
        to[i * per_piece + k] = from_word<T>(piece.words[k / per_word], k % per_word);
      }
    }
  } else {
#pragma unroll
    for (int k = 0; k < n; ++k) to[k] = k < count ? from[k] : T{};
  }
}

/// The first `count` of n scalars.
template <int n, class T>
__device__ inline void store_group(const T (&from)[n], int count, T* to) {
  static_assert(sizeof(T) * n % 4 == 0);
  constexpr int bytes = piece_bytes<T, n>;
  constexpr int per_piece = bytes / static_cast<int>(sizeof(T));
  constexpr int per_word = 4 / static_cast<int>(sizeof(T));
  if (count >= n && reinterpret_cast<std::uintptr_t>(to) % bytes == 0) {
    auto* const pieces = reinterpret_cast<Piece<bytes>*>(to);
#pragma unroll
    for (int i = 0; i < n / per_piece; ++i) {
      Piece<bytes> piece{};
#pragma unroll
      for (int k = 0; k < per_piece; ++k) {
        piece.words[k / per_word] |= to_word(from[i * per_piece + k], k % per_word);
      }
      pieces[i] = piece;
    }
  } else {
#pragma unroll
    for (int k = 0; k < n; ++k) {
      if (k < count) to[k] = from[k];
    }
  }
}

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
