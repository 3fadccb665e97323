#include "io/scene_planes.hpp"

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <memory>
#include <new>
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

  // Sample i, of pixel x. Neighbours beyond the left border and the band take the value of the other one.
  T predicted(Predictor by, int x, int i) const {
    if (by == layer_below) return below ? below[i] : T{0};
    if (x == 0) return above ? above[i] : T{0};
    const T left = row[i - channels];
    if (!above) return left;
    const T up = above[i], corner = above[i - channels];
    const T plane = static_cast<T>(left + up - corner);
    if (by == gradient) return plane;
    // The median of left, up and their plane (Weinberger et al., LOCO-I, IEEE Trans. Image Process. 2000).
    const auto [low, high] = std::minmax(left, up);
    return corner >= high ? low : corner <= low ? high : plane;
  }
};

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
Rows<T> rows_at(const ImageView& plane, const ImageView& below, int y, int first) {
  return {plane.row<T>(y), y > first ? plane.row<T>(y - 1) : nullptr, below.empty() ? nullptr : below.row<T>(y),
          plane.format.channels};
}

// Red and blue lie near green in what is left over, too.
bool has_green(const ImageView& plane) {
  return plane.format.channels == 3 && (plane.format.scalar == Scalar::u8 || plane.format.scalar == Scalar::u16);
}

template <class T>
Predictor best_predictor(const ImageView& plane, const ImageView& below, int first, int last, int cell) {
  const int channels = plane.format.channels;
  const int begin = cell * band_rows, end = std::min(begin + band_rows, plane.width);
  std::int64_t cost[predictors] = {};
  for (int y = first; y < last; y += 2) {  // half of the rows tell as much
    const Rows<T> rows = rows_at<T>(plane, below, y, first);
    for (int x = begin; x < end; ++x) {
      for (int i = x * channels; i < (x + 1) * channels; ++i) {
        for (std::uint8_t p = 0; p < predictors; ++p) {
          const T difference = static_cast<T>(rows.row[i] - rows.predicted(static_cast<Predictor>(p), x, i));
          cost[p] += std::bit_width(folded(difference));
        }
      }
    }
  }
  return static_cast<Predictor>(std::min_element(cost, cost + predictors) - cost);
}

// Bytes of alike weight lie together: channel by channel, from the highest byte to the lowest, row by row.
struct Layout {
  std::size_t width, rows, sample_bytes, channels;
  std::size_t byte_plane() const { return width * rows; }
  // Where the highest byte of a sample lies.
  std::size_t at(std::size_t x, std::size_t y, std::size_t channel) const {
    return channel * sample_bytes * byte_plane() + y * width + x;
  }
};

template <class T>
void put(std::uint8_t* to, const Layout& layout, T value) {
  for (std::size_t b = 0; b < sizeof(T); ++b) {
    to[b * layout.byte_plane()] = static_cast<std::uint8_t>(value >> (8 * (sizeof(T) - 1 - b)));
  }
}
template <class T>
T take(const std::uint8_t* from, const Layout& layout) {
  std::uint32_t value = 0;
  for (std::size_t b = 0; b < sizeof(T); ++b) value = value << 8 | from[b * layout.byte_plane()];
  return static_cast<T>(value);
}

Layout layout_of(int width, int rows, PixelFormat format) {
  return {static_cast<std::size_t>(width), static_cast<std::size_t>(rows),
          static_cast<std::size_t>(bytes_of(format.scalar)), format.channels};
}

template <class T>
void predict(const ImageView& plane, const ImageView& below, int first, int last, std::uint8_t* raw) {
  const int channels = plane.format.channels;
  const bool green = has_green(plane);
  const Layout layout = layout_of(plane.width, last - first, plane.format);
  std::uint8_t* choice = raw;
  std::uint8_t* samples = raw + cells_of(plane.width);
  for (int cell = 0; cell < cells_of(plane.width); ++cell) {
    choice[cell] = best_predictor<T>(plane, below, first, last, cell);
  }
  for (int y = first; y < last; ++y) {
    const Rows<T> rows = rows_at<T>(plane, below, y, first);
    for (int x = 0; x < plane.width; ++x) {
      const auto by = static_cast<Predictor>(choice[x / band_rows]);
      T difference[3];
      for (int c = 0; c < channels; ++c) {
        const int i = x * channels + c;
        difference[c] = static_cast<T>(rows.row[i] - rows.predicted(by, x, i));
      }
      if (green) {
        difference[0] = static_cast<T>(difference[0] - difference[1]);
        difference[2] = static_cast<T>(difference[2] - difference[1]);
      }
      for (int c = 0; c < channels; ++c) {
        put(samples + layout.at(static_cast<std::size_t>(x), static_cast<std::size_t>(y - first),
                                static_cast<std::size_t>(c)),
            layout, folded(difference[c]));
      }
    }
  }
}

template <class T>
void restore(const std::uint8_t* raw, const MutableImageView& plane, const ImageView& below, int first, int last) {
  const int channels = plane.format.channels;
  const bool green = has_green(plane);
  const Layout layout = layout_of(plane.width, last - first, plane.format);
  const std::uint8_t* samples = raw + cells_of(plane.width);
  for (int y = first; y < last; ++y) {
    const Rows<T> rows = rows_at<T>(plane, below, y, first);
    T* row = plane.row<T>(y);
    for (int x = 0; x < plane.width; ++x) {
      const auto by = static_cast<Predictor>(raw[x / band_rows]);
      T difference[3];
      for (int c = 0; c < channels; ++c) {
        difference[c] =
            unfolded(take<T>(samples + layout.at(static_cast<std::size_t>(x), static_cast<std::size_t>(y - first),
                                                 static_cast<std::size_t>(c)),
                             layout));
      }
      if (green) {
        difference[0] = static_cast<T>(difference[0] + difference[1]);
        difference[2] = static_cast<T>(difference[2] + difference[1]);
      }
      for (int c = 0; c < channels; ++c) {
        const int i = x * channels + c;
        row[i] = static_cast<T>(rows.predicted(by, x, i) + difference[c]);
      }
    }
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
