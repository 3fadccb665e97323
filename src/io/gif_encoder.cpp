#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include "io/file.hpp"
#include "io/libav.hpp"
#include "io/palette.hpp"
#include "io/pixels.hpp"
#include "io/video_encoder.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

constexpr AVRational centisecond = {1, 100};  // the clock of GIF
// Viewers slow shorter delays down to a tenth of a second.
constexpr std::int64_t shortest_delay = 2;
constexpr std::int64_t most_bytes_kept = std::int64_t{4} << 30;
constexpr int transparent = 255;
constexpr std::size_t spare_bytes = 64;  // swscale reads whole vectors, beyond the last pixel too

struct Frames {
  int width = 0;
  int height = 0;
  std::vector<std::vector<std::uint8_t>> pixels;  // RGB
  std::vector<std::int64_t> times;                // centiseconds
};

std::vector<std::uint32_t> count_cells(const Frames& frames) {
  tbb::enumerable_thread_specific<std::vector<std::uint32_t>> parts(
      [] { return std::vector<std::uint32_t>(Palette::cells); });
  tbb::parallel_for(std::size_t{0}, frames.pixels.size(), [&](std::size_t i) {
    auto& counts = parts.local();
    const auto& pixels = frames.pixels[i];
    for (std::size_t p = 0; p < pixels.size(); p += 3) ++counts[Palette::cell(&pixels[p])];
  });
  std::vector<std::uint32_t> counts(Palette::cells);
  for (const auto& part : parts) {
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += part[i];
  }
  return counts;
}

Frames smaller(const std::string& path, const Frames& frames, double factor) {
  Frames out;
  out.width = std::max(1, static_cast<int>(frames.width * factor));
  out.height = std::max(1, static_cast<int>(frames.height * factor));
  out.times = frames.times;
  out.pixels.resize(frames.pixels.size());
  const auto row = static_cast<std::size_t>(out.width) * 3;
  tbb::parallel_for(std::size_t{0}, frames.pixels.size(), [&](std::size_t i) {
    const Libav<SwsContext> scaler =
        make_scaler(frames.width, frames.height, AV_PIX_FMT_RGB24, out.width, out.height, SWS_AREA);
    const Libav<AVFrame> scaled = make_frame(AV_PIX_FMT_RGB24, out.width, out.height);
    const std::uint8_t* planes[4] = {frames.pixels[i].data()};
    const int strides[4] = {frames.width * 3};
    check_libav(sws_scale(scaler.get(), planes, strides, 0, frames.height, scaled->data, scaled->linesize), path);
    out.pixels[i].resize(row * static_cast<std::size_t>(out.height));
    for (int y = 0; y < out.height; ++y) {
      std::memcpy(&out.pixels[i][row * static_cast<std::size_t>(y)],
                  scaled->data[0] + static_cast<std::ptrdiff_t>(y) * scaled->linesize[0], row);
    }
  });
  return out;
}

/// What the muxer has written, which it gives up.
Libav<std::uint8_t> take_buffer(AVFormatContext* muxer, std::size_t& size) {
  std::uint8_t* data = nullptr;
  size = static_cast<std::size_t>(avio_close_dyn_buf(muxer->pb, &data));
  muxer->pb = nullptr;
  return Libav<std::uint8_t>(data);
}

struct FreeGifMuxer {
  void operator()(AVFormatContext* muxer) const {
    std::size_t size = 0;
    if (muxer->pb) take_buffer(muxer, size);
    avformat_free_context(muxer);
  }
};

/// The gif muxer into memory.
class GifFile {
 public:
  GifFile(const std::string& path, int width, int height)
      : path_(path), codec_(make_encoder("gif", path)), packet_(make_packet()) {
    codec_->width = width;
    codec_->height = height;
    codec_->pix_fmt = AV_PIX_FMT_PAL8;
    codec_->time_base = centisecond;
    check_libav(avcodec_open2(codec_.get(), nullptr, nullptr), path);
    AVFormatContext* muxer = nullptr;
    check_libav(avformat_alloc_output_context2(&muxer, nullptr, "gif", nullptr), path);
    muxer_.reset(muxer);
    check_libav(avio_open_dyn_buf(&muxer->pb), path);
    AVStream* stream = avformat_new_stream(muxer, nullptr);
    if (!stream) throw std::bad_alloc();
    check_libav(avcodec_parameters_from_context(stream->codecpar, codec_.get()), path);
    stream->time_base = centisecond;
    const QuietLog quiet;
    check_libav(avformat_write_header(muxer, nullptr), path);
  }

  void send(const AVFrame* frame) {
    encode_frame(codec_.get(), packet_.get(), frame, path_, [&](AVPacket* packet) {
      av_packet_rescale_ts(packet, codec_->time_base, muxer_->streams[0]->time_base);
      const QuietLog quiet;
      check_libav(av_write_frame(muxer_.get(), packet), path_);
    });
  }

  Bytes finish() {
    send(nullptr);
    {
      const QuietLog quiet;
      check_libav(av_write_trailer(muxer_.get()), path_);
      avio_flush(muxer_->pb);
      check_libav(muxer_->pb->error, path_);
    }
    std::size_t size = 0;
    const Libav<std::uint8_t> data = take_buffer(muxer_.get(), size);
    return {data.get(), data.get() + size};
  }

 private:
  std::string path_;
  Libav<AVCodecContext> codec_;
  Libav<AVPacket> packet_;
  std::unique_ptr<AVFormatContext, FreeGifMuxer> muxer_;
};

Bytes encode(const std::string& path, const Frames& frames) {
  const Palette palette(count_cells(frames));
  std::array<std::uint32_t, 256> colors{};
  colors.fill(0xff000000u);
  for (std::size_t i = 0; i < palette.entries().size(); ++i) {
    const auto [r, g, b] = palette.entries()[i];
    colors[i] = 0xff000000u | static_cast<std::uint32_t>(r << 16 | g << 8 | b);
  }
  // The encoder writes this index where a pixel is as in the frame before.
  colors[transparent] = 0;
  GifFile file(path, frames.width, frames.height);
  for (std::size_t i = 0; i < frames.pixels.size(); ++i) {
    const Libav<AVFrame> indexed = make_frame(AV_PIX_FMT_PAL8, frames.width, frames.height);
    std::memcpy(indexed->data[1], colors.data(), sizeof colors);
    tbb::parallel_for(tbb::blocked_range<int>(0, frames.height, 16), [&](const auto& rows) {
      for (int y = rows.begin(); y < rows.end(); ++y) {
        palette.map_row(&frames.pixels[i][static_cast<std::size_t>(y) * static_cast<std::size_t>(frames.width) * 3],
                        frames.width, y, indexed->data[0] + static_cast<std::ptrdiff_t>(y) * indexed->linesize[0]);
      }
    });
    indexed->pts = frames.times[i];
    file.send(indexed.get());
  }
  return file.finish();
}

class GifSink final : public FrameSink {
 public:
  GifSink(const std::string& path, const VideoOptions& options) : path_(path), options_(options), file_(path) {}

  void add(const ImageView& frame) override {
    const auto time = static_cast<std::int64_t>(std::llround(static_cast<double>(count_++) * 100 / options_.fps));
    if (!frames_.times.empty() && time - frames_.times.back() < shortest_delay) return;
    frames_.width = frame.width;
    frames_.height = frame.height;
    const std::size_t row = static_cast<std::size_t>(frame.width) * 3;
    const std::size_t size = row * static_cast<std::size_t>(frame.height);
    const auto kept = static_cast<std::int64_t>(size * (frames_.pixels.size() + 1));
    if (kept > most_bytes_kept) {
      fail(ErrorCode::out_of_memory, "The frames of '", path_, "' take ", kept, " bytes; a GIF may take ",
           most_bytes_kept, ".");
    }
    std::vector<std::uint8_t> pixels;
    pixels.reserve(size + spare_bytes);
    pixels.resize(size);
    tbb::parallel_for(tbb::blocked_range<int>(0, frame.height, 16), [&](const auto& rows) {
      for (int y = rows.begin(); y < rows.end(); ++y) row_to_rgb8(frame, y, &pixels[row * static_cast<std::size_t>(y)]);
    });
    frames_.pixels.push_back(std::move(pixels));
    frames_.times.push_back(time);
  }

  void finish() override {
    Bytes bytes = encode(path_, frames_);
    double factor = 1;
    while (options_.max_bytes > 0 && static_cast<long long>(bytes.size()) > options_.max_bytes) {
      const double excess = static_cast<double>(options_.max_bytes) / static_cast<double>(bytes.size());
      // Bytes go with the area; the margin saves most second attempts.
      factor *= std::min(0.95, std::sqrt(excess) * 0.98);
      if (frames_.width * factor < 8 || frames_.height * factor < 8) {
        fail(ErrorCode::invalid_argument, "'", path_, "' does not fit into max_bytes = ", options_.max_bytes, " with ",
             frames_.pixels.size(), " frames.");
      }
      bytes = encode(path_, smaller(path_, frames_, factor));
    }
    file_.write(bytes.data(), bytes.size());
    file_.commit();
  }

 private:
  std::string path_;
  VideoOptions options_;
  AtomicFile file_;
  Frames frames_;
  std::int64_t count_ = 0;
};

}  // namespace

std::unique_ptr<FrameSink> make_gif_sink(const std::string& path, const VideoOptions& options) {
  return std::make_unique<GifSink>(path, options);
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
