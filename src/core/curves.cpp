#include "core/curves.hpp"

#include <algorithm>
#include <mutex>
#include <vector>

#include "core/with_scalar.hpp"
#include "kernels/transfer.hpp"

namespace relievo {
inline namespace v1 {
namespace {

static_assert(int(Transfer::srgb) == 0 && int(Transfer::linear) == 1 && int(Transfer::bt709) == 2 &&
              int(Transfer::gamma22) == 3);

int code_count(Scalar scalar) { return scalar == Scalar::u8 ? 256 : 65536; }

double code_value(Scalar scalar, int code) {
  if (scalar == Scalar::u8) return code / 255.0;
  if (scalar == Scalar::u16) return code / 65535.0;
  return half_to_float(static_cast<std::uint16_t>(code));
}

// One table, made once by whoever needs it first.
template <class T>
struct Table {
  std::once_flag once;
  std::vector<T> values;

  template <class Fill>
  const T* get(const Fill& fill) {
    std::call_once(once, [&] { fill(values); });
    return values.data();
  }
};

template <class T>
void fill_codes(std::vector<T>& values, Transfer to) {
  values.resize(65536);
  for (int i = 0; i < 65536; ++i) {
    const double code = from_linear<double>(int(to), i / 65535.0);
    values[i] = from_float<T>(static_cast<float>(code * double(full_scale<T>)));
  }
}

}  // namespace

const float* recode_table(Scalar scalar, Transfer from, Transfer to) {
  static Table<float> tables[3][4][4];
  return tables[int(scalar)][int(from)][int(to)].get([&](std::vector<float>& values) {
    values.resize(code_count(scalar));
    for (int i = 0; i < code_count(scalar); ++i) {
      const double code = code_value(scalar, i);
      values[i] = static_cast<float>(from == to ? code : from_linear(int(to), to_linear(int(from), code)));
    }
  });
}

const std::uint16_t* light_table(Scalar scalar, Transfer from) {
  static Table<std::uint16_t> tables[3][4];
  return tables[int(scalar)][int(from)].get([&](std::vector<std::uint16_t>& values) {
    values.resize(code_count(scalar));
    for (int i = 0; i < code_count(scalar); ++i) {
      const double light = to_linear(int(from), code_value(scalar, i));
      values[i] = from_float<std::uint16_t>(static_cast<float>(light * 65535.0));
      // The darkest codes of a pure gamma share a value; kept apart, they survive the way back.
      if (scalar == Scalar::u8 && i > 0) values[i] = std::max<std::uint16_t>(values[i], values[i - 1] + 1);
    }
  });
}

const void* code_table(Scalar scalar, Transfer to) {
  static Table<std::uint8_t> u8[4];
  static Table<std::uint16_t> u16[4];
  static Table<Half> f16[4];
  static Table<float> f32[4];
  const int k = int(to);
  switch (scalar) {
    case Scalar::u8:
      return u8[k].get([&](auto& values) {
        fill_codes(values, to);
        const std::uint16_t* light = light_table(Scalar::u8, to);
        for (int i = 0; i < 256; ++i) values[light[i]] = static_cast<std::uint8_t>(i);
      });
    case Scalar::u16:
      return u16[k].get([&](auto& values) { fill_codes(values, to); });
    case Scalar::f16:
      return f16[k].get([&](auto& values) { fill_codes(values, to); });
    case Scalar::f32:
      break;
  }
  return f32[k].get([&](auto& values) { fill_codes(values, to); });
}

}  // namespace v1
}  // namespace relievo
