#include "io/scene_planes.hpp"

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

// Higher levels take several times as long for some per cent.
constexpr int zstd_level = 3;

// How a sample is foretold, one for each cell of band_rows x band_rows pixels.
enum Predictor : std::uint8_t { layer_below = 0, gradient = 1, median = 2, predictors = 3 };

int cells_of(int width) { return (width + band_rows - 1) / band_rows; }

// Rows of samples as integers, floats by their bits.
template <class T>
struct Rows {
  const T *row, *above, *below;  // above and below may be null
  int channels;

  // Sample i. Neighbours beyond the left border and the band take the value of the other one.
  template <Predictor By>
  T predicted(int i) const {
    if constexpr (By == layer_below) return below ? below[i] : T{0};
    if (i < channels) return above ? above[i] : T{0};
    const T left = row[i - channels];
    if (!above) return left;
    const T up = above[i], corner = above[i - channels];
    const T plane = static_cast<T>(left + up - corner);
    if constexpr (By == gradient) return plane;
    // The median of left, up and their plane (Weinberger et al., LOCO-I, IEEE Trans. Image Process. 2000).
    const T low = std::min(left, up), high = std::max(left, up);
    return corner >= high ? low : corner <= low ? high : plane;
  }
};

template <class T>
Rows<T> rows_at(const ImageView& plane, const ImageView& below, int y, int first) {
  return {plane.row<T>(y), y > first ? plane.row<T>(y - 1) : nullptr, below.empty() ? nullptr : below.row<T>(y),
          plane.format.channels};
}

// Calls `work` with the predictor as a constant.
template <class Work>
void with_predictor(std::uint8_t by, Work&& work) {
  switch (by) {
    case layer_below:
      return work(std::integral_constant<Predictor, layer_below>{});
    case gradient:
      return work(std::integral_constant<Predictor, gradient>{});
    default:
      return work(std::integral_constant<Predictor, median>{});
  }
}

// Calls `work(by, first, last)` for the samples of each cell of a row, with their predictor as a constant.
template <class Work>
void for_each_cell(const ImageView& plane, const std::uint8_t* choice, Work&& work) {
  const int channels = plane.format.channels;
  for (int cell = 0; cell < cells_of(plane.width); ++cell) {
    const int last = std::min((cell + 1) * band_rows, plane.width);
    with_predictor(choice[cell], [&](auto by) { work(by, cell * band_rows * channels, last * channels); });
  }
}

// Small differences of either sign become small numbers.
template <class T>
T folded(T difference) {
  constexpr int top = std::numeric_limits<T>::digits - 1;
  return static_cast<T>(static_cast<T>(difference << 1) ^ static_cast<T>(0 - (difference >> top)));
}
template <class T>
T unfolded(T code) {
  return static_cast<T>((code >> 1) ^ static_cast<T>(0 - (code & 1)));
}

template <class T>
std::uint8_t best_predictor(const ImageView& plane, const ImageView& below, int first, int last, int cell) {
  const int channels = plane.format.channels;
  const int begin = cell * band_rows * channels, end = std::min((cell + 1) * band_rows, plane.width) * channels;
  std::int64_t cost[predictors] = {};
  for (std::uint8_t p = 0; p < predictors; ++p) {
    with_predictor(p, [&](auto by) {
      for (int y = first; y < last; y += 2) {  // half of the rows tell as much
        const Rows<T> rows = rows_at<T>(plane, below, y, first);
        for (int i = begin; i < end; ++i) {
          cost[p] += std::bit_width(folded(static_cast<T>(rows.row[i] - rows.template predicted<by()>(i))));
        }
      }
    });
  }
  return static_cast<std::uint8_t>(std::min_element(cost, cost + predictors) - cost);
}

// Red and blue lie near green in what is left over, too.
bool has_green(PixelFormat format) {
  return format.channels == 3 && (format.scalar == Scalar::u8 || format.scalar == Scalar::u16);
}
template <class T>
void take_green(std::vector<T>& differences) {
  for (std::size_t i = 0; i < differences.size(); i += 3) {
    differences[i] = static_cast<T>(differences[i] - differences[i + 1]);
    differences[i + 2] = static_cast<T>(differences[i + 2] - differences[i + 1]);
  }
}
template <class T>
void add_green(std::vector<T>& differences) {
  for (std::size_t i = 0; i < differences.size(); i += 3) {
    differences[i] = static_cast<T>(differences[i] + differences[i + 1]);
    differences[i + 2] = static_cast<T>(differences[i + 2] + differences[i + 1]);
  }
}

// Calls `work(bytes, channel, shift)` for each of the places where a row has its bytes: those of alike weight lie
// together, channel by channel, from the highest byte to the lowest, row by row.
template <class T, class Byte, class Work>
void for_each_byte_row(Byte* samples, const ImageView& plane, int rows, int row, Work&& work) {
  const auto width = static_cast<std::size_t>(plane.width);
  Byte* at = samples + static_cast<std::size_t>(row) * width;
  for (std::size_t c = 0; c < plane.format.channels; ++c) {
    for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8) {
      work(at, c, shift);
      at += static_cast<std::size_t>(rows) * width;
    }
  }
}

template <class T>
void predict(const ImageView& plane, const ImageView& below, int first, int last, std::uint8_t* raw) {
  const std::size_t channels = plane.format.channels, width = static_cast<std::size_t>(plane.width);
  for (int cell = 0; cell < cells_of(plane.width); ++cell) {
    raw[cell] = best_predictor<T>(plane, below, first, last, cell);
  }
  std::uint8_t* samples = raw + cells_of(plane.width);
  std::vector<T> codes(width * channels);
  for (int y = first; y < last; ++y) {
    const Rows<T> rows = rows_at<T>(plane, below, y, first);
    for_each_cell(plane, raw, [&](auto by, int begin, int end) {
      for (int i = begin; i < end; ++i) {
        codes[static_cast<std::size_t>(i)] = static_cast<T>(rows.row[i] - rows.template predicted<by()>(i));
      }
    });
    if (has_green(plane.format)) take_green(codes);
    for (T& code : codes) code = folded(code);
    for_each_byte_row<T>(samples, plane, last - first, y - first, [&](std::uint8_t* to, std::size_t c, int shift) {
      for (std::size_t x = 0; x < width; ++x) to[x] = static_cast<std::uint8_t>(codes[x * channels + c] >> shift);
    });
  }
}

template <class T>
void restore(const std::uint8_t* raw, const MutableImageView& plane, const ImageView& below, int first, int last) {
  const std::size_t channels = plane.format.channels, width = static_cast<std::size_t>(plane.width);
  const std::uint8_t* samples = raw + cells_of(plane.width);
  std::vector<T> codes(width * channels);
  for (int y = first; y < last; ++y) {
    std::fill(codes.begin(), codes.end(), T{0});
    for_each_byte_row<T>(samples, plane, last - first, y - first,
                         [&](const std::uint8_t* from, std::size_t c, int shift) {
                           for (std::size_t x = 0; x < width; ++x)
                             codes[x * channels + c] |= static_cast<T>(T{from[x]} << shift);
                         });
    for (T& code : codes) code = unfolded(code);
    if (has_green(plane.format)) add_green(codes);
    const Rows<T> rows = rows_at<T>(plane, below, y, first);
    T* row = plane.row<T>(y);
    for_each_cell(plane, raw, [&](auto by, int begin, int end) {
      for (int i = begin; i < end; ++i) {
        row[i] = static_cast<T>(rows.template predicted<by()>(i) + codes[static_cast<std::size_t>(i)]);
      }
    });
  }
}

// Calls `work` with an integer of the size of a sample.
template <class Work>
void with_integer(Scalar scalar, Work&& work) {
  switch (bytes_of(scalar)) {
    case 1:
      return work(std::uint8_t{});
    case 2:
      return work(std::uint16_t{});
    default:
      return work(std::uint32_t{});
  }
}

struct Span {
  int first, last;
};
Span rows_of(int height, int band) { return {band * band_rows, std::min((band + 1) * band_rows, height)}; }

}  // namespace

std::size_t raw_band_bytes(int width, int rows, PixelFormat format) {
  return static_cast<std::size_t>(cells_of(width)) +
         static_cast<std::size_t>(width) * static_cast<std::size_t>(rows) * static_cast<std::size_t>(format.bytes());
}

std::int64_t most_plane_bytes(int width, int height, PixelFormat format) {
  const std::size_t band = sizeof(std::uint32_t) + ZSTD_compressBound(raw_band_bytes(width, band_rows, format)) + 64;
  return static_cast<std::int64_t>(band) * bands_of(height);
}

Bytes encode_band(const ImageView& plane, const ImageView& below, int band) {
  const Span rows = rows_of(plane.height, band);
  Bytes raw(raw_band_bytes(plane.width, rows.last - rows.first, plane.format));
  with_integer(plane.format.scalar, [&]<class T>(T) { predict<T>(plane, below, rows.first, rows.last, raw.data()); });
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (!context) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, zstd_level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  Bytes frame(ZSTD_compressBound(raw.size()));
  const std::size_t size = ZSTD_compress2(context.get(), frame.data(), frame.size(), raw.data(), raw.size());
  if (ZSTD_isError(size)) throw std::bad_alloc();  // the only reason left
  frame.resize(size);
  return frame;
}

bool claims_bytes(ByteSpan frame, std::size_t bytes) {
  return ZSTD_getFrameContentSize(frame.data(), frame.size()) == bytes;
}

void decode_band(const std::string& path, ByteSpan frame, const MutableImageView& plane, const ImageView& below,
                 int band) {
  const Span rows = rows_of(plane.height, band);
  Bytes raw(raw_band_bytes(plane.width, rows.last - rows.first, plane.format));
  const std::size_t size = ZSTD_decompress(raw.data(), raw.size(), frame.data(), frame.size());
  if (ZSTD_isError(size)) {
    fail(ErrorCode::corrupt_data, "'", path, "' is damaged: ", ZSTD_getErrorName(size), ".");
  }
  const auto* cells = raw.data();
  const bool known = size == raw.size() &&
                     std::all_of(cells, cells + cells_of(plane.width), [](std::uint8_t p) { return p < predictors; });
  if (!known) fail(ErrorCode::corrupt_data, "'", path, "' is damaged: a band of its rows has no meaning.");
  with_integer(plane.format.scalar, [&]<class T>(T) { restore<T>(raw.data(), plane, below, rows.first, rows.last); });
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
