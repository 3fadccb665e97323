// Scalar types, channel counts and transfer curves.
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "core/curves.hpp"
#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/pixel_groups.hpp"
#include "cuda/runtime.hpp"
#include "cuda/units.hpp"
#include "cuda/views.hpp"
#include "kernels/blend.hpp"
#include "kernels/transfer.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::GroupPlace;
using cuda::MutableRows;
using cuda::Rows;

constexpr int pixels = cuda::group_pixels;

enum Slot : std::size_t { straight_slot = 100 };

// What pixels stand for; channels that an image lacks are its first, and alpha 1.
struct Values {
  float v[pixels][4];
};

template <int channels, class T>
__device__ void load_values(const T* in, int count, const float* table, Values& to) {
  T codes[channels * pixels];
  cuda::load_group(in, channels * count, codes);
#pragma unroll
  for (int i = 0; i < pixels; ++i) {
#pragma unroll
    for (int c = 0; c < 4; ++c) {
      if (c == 3 && channels < 4) {
        to.v[i][c] = 1;
      } else {
        const T code = codes[channels * i + (channels == 1 ? 0 : c)];
        to.v[i][c] = table != nullptr && c < 3 ? table[cuda::code_index(code)] : cuda::unit_of(code);
      }
    }
  }
}

template <int channels, class T>
__device__ void store_values(const Values& from, int count, T* out) {
  T codes[channels * pixels];
#pragma unroll
  for (int i = 0; i < pixels; ++i) {
#pragma unroll
    for (int c = 0; c < channels; ++c) codes[channels * i + c] = from_unit<T>(from.v[i][c]);
  }
  cuda::store_group(codes, channels * count, out);
}

template <class From, class To>
__global__ void convert_pixels(Rows<From> in, int from, MutableRows<To> out, int to, int width, int height,
                               const float* far_table) {
  __shared__ float near[256];
  const float* const table = cuda::near_table<From>(far_table, near);
  const GroupPlace at = cuda::group_place(width, height);
  if (at.count <= 0) return;
  const From* const codes = in.row(at.y) + static_cast<std::int64_t>(from) * at.x;
  To* const converted = out.row(at.y) + static_cast<std::int64_t>(to) * at.x;
  Values values;
  if (from == 1) {
    load_values<1>(codes, at.count, table, values);
  } else if (from == 3) {
    load_values<3>(codes, at.count, table, values);
  } else {
    load_values<4>(codes, at.count, table, values);
  }
  if (to == 1) {
    if (from != 1) {
#pragma unroll
      for (int i = 0; i < pixels; ++i) {
        values.v[i][0] = luma_709(values.v[i][0], values.v[i][1], values.v[i][2]);
      }
    }
    store_values<1>(values, at.count, converted);
  } else if (to == 3) {
    store_values<3>(values, at.count, converted);
  } else {
    store_values<4>(values, at.count, converted);
  }
}

// Codes that stay: other channels of the same integers.
template <int from, int to, class T>
__device__ void move_codes(const T* in, int count, T* out) {
  T before[from * pixels], after[to * pixels];
  cuda::load_group(in, from * count, before);
#pragma unroll
  for (int i = 0; i < pixels; ++i) {
#pragma unroll
    for (int c = 0; c < to; ++c) {
      after[to * i + c] = c == 3 && from < 4 ? static_cast<T>(full_scale<T>) : before[from * i + (from == 1 ? 0 : c)];
    }
  }
  cuda::store_group(after, to * count, out);
}

template <class T>
__global__ void change_channels(Rows<T> in, int from, MutableRows<T> out, int to, int width, int height) {
  const GroupPlace at = cuda::group_place(width, height);
  if (at.count <= 0) return;
  const T* const before = in.row(at.y) + static_cast<std::int64_t>(from) * at.x;
  T* const after = out.row(at.y) + static_cast<std::int64_t>(to) * at.x;
  if (from == 1) {
    if (to == 3) {
      move_codes<1, 3>(before, at.count, after);
    } else {
      move_codes<1, 4>(before, at.count, after);
    }
  } else if (from == 3) {
    move_codes<3, 4>(before, at.count, after);
  } else {
    move_codes<4, 3>(before, at.count, after);
  }
}

// Values through their curves by powers, one a thread: the powers take longer than the memory.
template <class T>
__global__ void change_curve(Rows<float> in, int from, int to, MutableRows<T> out, int scalars, int height,
                             bool alpha) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (i >= scalars || y >= height) return;
  const float value = in.row(y)[i];
  out.row(y)[i] = from_unit<T>(alpha && i % 4 == 3 ? value : from_linear(to, to_linear(from, value)));
}

template <class From, class To>
void launch_convert(const ImageView& in, const MutableImageView& out, const float* table, cudaStream_t stream) {
  cuda::launch(convert_pixels<From, To>, cuda::group_grid(out.width, out.height, stream), cuda::rows<From>(in),
               in.format.channels, cuda::rows<To>(out), out.format.channels, out.width, out.height, table);
}

template <class T>
void launch_curve(const ImageView& in, Transfer from, const MutableImageView& out, cudaStream_t stream) {
  const int scalars = out.width * out.format.channels;
  cuda::launch(change_curve<T>, {cuda::blocks_for(scalars, out.height, cuda::group_block), cuda::group_block, stream},
               cuda::rows<float>(in), int(from), int(out.color.transfer), cuda::rows<T>(out), scalars, out.height,
               out.format.channels == 4);
}

}  // namespace

void CudaEngine::convert(const ImageView& in, const MutableImageView& out) {
  const Enqueue enqueue(*this, "convert");
  const int from = in.format.channels, to = out.format.channels;
  const bool curve = in.color.transfer != out.color.transfer;
  if (in.format == out.format && !curve) return copy(in, out);

  const bool luma = to == 1 && from != 1;
  const bool by_power = curve && (luma || in.format.scalar == Scalar::f32);
  const auto change = [&](const MutableImageView& changed, const float* table) {
    with_scalar(in.format.scalar, [&](auto f) {
      using From = decltype(f);
      if constexpr (std::is_integral_v<From>) {
        if (changed.format.scalar == in.format.scalar && table == nullptr && !luma) {
          return cuda::launch(change_channels<From>, cuda::group_grid(out.width, out.height, stream_),
                              cuda::rows<From>(in), from, cuda::rows<From>(changed), to, out.width, out.height);
        }
      }
      with_scalar(changed.format.scalar,
                  [&](auto t) { launch_convert<From, decltype(t)>(in, changed, table, stream_); });
    });
  };
  if (by_power) {
    ImageView values = in;
    if (from != to || in.format.scalar != Scalar::f32) {
      const MutableImageView straight =
          scratch_.image(straight_slot, out.width, out.height, {Scalar::f32, out.format.channels});
      change(straight, nullptr);
      values = straight;
    }
    with_scalar(out.format.scalar, [&](auto t) { launch_curve<decltype(t)>(values, in.color.transfer, out, stream_); });
    return;
  }
  const float* table = nullptr;
  if (curve) {
    const std::size_t codes = in.format.scalar == Scalar::u8 ? 256 : 65536;
    table = static_cast<const float*>(
        device_->table(recode_table(in.format.scalar, in.color.transfer, out.color.transfer), codes * sizeof(float)));
  }
  change(out, table);
}

}  // namespace v1
}  // namespace relievo
