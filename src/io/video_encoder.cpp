#include "io/video_encoder.hpp"

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>

#include <tbb/parallel_for.h>

#include "io/byte_order.hpp"
#include "io/file.hpp"
#include "io/libav.hpp"
#include "io/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

AVColorPrimaries coded_primaries(Primaries primaries) {
  switch (primaries) {
    case Primaries::display_p3:
      return AVCOL_PRI_SMPTE432;
    case Primaries::bt2020:
      return AVCOL_PRI_BT2020;
    default:
      return AVCOL_PRI_BT709;
  }
}

// Random access every two seconds: seeking stays quick and a loop costs little.
int group_length(double fps) { return std::max(2, static_cast<int>(std::lround(fps * 2))); }

/// Turns frames into packets; what becomes of a packet is the derived class's matter.
class CodecSink : public FrameSink {
 public:
  CodecSink(const std::string& path, const VideoOptions& options, const char* encoder)
      : path_(path), options_(options), file_(path), codec_(make_encoder(encoder, path)), packet_(make_packet()) {}

  void add(const ImageView& frame) override {
    if (!scaler_) open(frame);
    check_libav(av_frame_make_writable(yuv_.get()), path_);
    const int padded_width = codec_->width, padded_height = codec_->height;
    tbb::parallel_for(0, padded_height, [&](int y) {
      unsigned char* row = rgb_->data[0] + static_cast<std::ptrdiff_t>(y) * rgb_->linesize[0];
      row_to_rgb8(frame, std::min(y, frame.height - 1), row);
      for (int x = frame.width; x < padded_width; ++x) std::memcpy(row + x * 3, row + frame.width * 3 - 3, 3);
    });
    check_libav(sws_scale(scaler_.get(), rgb_->data, rgb_->linesize, 0, padded_height, yuv_->data, yuv_->linesize),
                path_);
    yuv_->pts = count_++;
    send(yuv_.get());
  }

  void finish() override {
    send(nullptr);
    close();
    file_.commit();
  }

 protected:
  virtual void set_options() = 0;
  /// The encoder's own name for its trade of time against size.
  virtual const char* preset() const { return "veryfast"; }
  /// Pixels of the shortest side the encoder takes, even.
  virtual int shortest_side() const { return 2; }
  virtual void opened() {}
  virtual void take(AVPacket* packet) = 0;
  virtual void close() {}

  std::string path_;
  VideoOptions options_;
  AtomicFile file_;
  Libav<AVCodecContext> codec_;

 private:
  int coded_side(int side) const { return std::max(side + side % 2, shortest_side()); }

  void open(const ImageView& frame) {
    const int width = coded_side(frame.width), height = coded_side(frame.height);
    codec_->width = width;
    codec_->height = height;
    codec_->pix_fmt = AV_PIX_FMT_YUV420P;
    codec_->framerate = frame_rate(options_.fps);
    codec_->time_base = av_inv_q(codec_->framerate);
    codec_->gop_size = group_length(options_.fps);
    codec_->thread_count = options_.threads;
    codec_->color_range = AVCOL_RANGE_MPEG;
    codec_->colorspace = AVCOL_SPC_BT709;
    codec_->color_primaries = coded_primaries(frame.color.primaries);
    codec_->color_trc = AVCOL_TRC_BT709;
    codec_->chroma_sample_location = AVCHROMA_LOC_LEFT;
    codec_->sample_aspect_ratio = {1, 1};
    codec_->trellis = 0;  // libavcodec would switch on what the preset leaves off
    av_opt_set_int(codec_->priv_data, "crf", options_.crf, 0);
    av_opt_set(codec_->priv_data, "preset", preset(), 0);
    set_options();
    const int error = avcodec_open2(codec_.get(), nullptr, nullptr);
    if (error < 0) {
      fail(ErrorCode::unsupported, "'", path_, "' cannot be written: encoder ", codec_->codec->name, " refuses ", width,
           " x ", height, " pixels (", libav_reason(error), ").");
    }
    rgb_ = make_frame(AV_PIX_FMT_RGB24, width, height);
    yuv_ = make_frame(AV_PIX_FMT_YUV420P, width, height);
    scaler_ = make_scaler(width, height, AV_PIX_FMT_YUV420P, width, height, SWS_BILINEAR);
    opened();
  }

  void send(const AVFrame* frame) {
    encode_frame(codec_.get(), packet_.get(), frame, path_, [&](AVPacket* packet) {
      packet->duration = 1;
      take(packet);
    });
  }

  Libav<AVPacket> packet_;
  Libav<AVFrame> rgb_, yuv_;
  Libav<SwsContext> scaler_;
  std::int64_t count_ = 0;
};

class MovieSink final : public CodecSink {
 public:
  MovieSink(const std::string& path, const VideoOptions& options, const char* muxer)
      : CodecSink(path, options, "libx264") {
    check_libav(avformat_alloc_output_context2(&muxer_, nullptr, muxer, nullptr), path);
    codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  }
  ~MovieSink() override {
    if (muxer_->pb) avio_closep(&muxer_->pb);
    avformat_free_context(muxer_);
  }

 private:
  void set_options() override {
    // Numbers of ITU-T H.264, D.2.26: 3 side by side, 4 top and bottom.
    if (options_.packing == FramePacking::side_by_side)
      av_opt_set(codec_->priv_data, "x264-params", "frame-packing=3", 0);
    if (options_.packing == FramePacking::top_bottom)
      av_opt_set(codec_->priv_data, "x264-params", "frame-packing=4", 0);
  }

  void opened() override {
    stream_ = avformat_new_stream(muxer_, nullptr);
    if (!stream_) throw std::bad_alloc();
    check_libav(avcodec_parameters_from_context(stream_->codecpar, codec_.get()), path_);
    stream_->time_base = codec_->time_base;
    stream_->avg_frame_rate = codec_->framerate;
    const std::string url = "file:" + file_.temporary();
    // The second pass that moves the index to the front opens the file by this name.
    muxer_->url = av_strdup(url.c_str());
    if (!muxer_->url) throw std::bad_alloc();
    check_libav(avio_open(&muxer_->pb, url.c_str(), AVIO_FLAG_WRITE), path_);
    AVDictionary* settings = nullptr;
    av_dict_set(&settings, "movflags", "+faststart", 0);
    const QuietLog quiet;
    const int error = avformat_write_header(muxer_, &settings);
    av_dict_free(&settings);
    check_libav(error, path_);
  }

  void take(AVPacket* packet) override {
    av_packet_rescale_ts(packet, codec_->time_base, stream_->time_base);
    packet->stream_index = stream_->index;
    const QuietLog quiet;
    check_libav(av_write_frame(muxer_, packet), path_);
    check_libav(muxer_->pb->error, path_);
  }

  void close() override {
    const QuietLog quiet;
    check_libav(av_write_trailer(muxer_), path_);
    avio_flush(muxer_->pb);
    check_libav(muxer_->pb->error, path_);
    check_libav(avio_closep(&muxer_->pb), path_);
  }

  AVFormatContext* muxer_ = nullptr;
  AVStream* stream_ = nullptr;
};

// Frame packing arrangement SEI (ITU-T H.265, D.2.16) as a prefix SEI unit: first view left or on top.
constexpr std::uint8_t side_by_side_unit[] = {0, 0, 0, 1, 0x4e, 0x01, 0x2d, 0x06, 0x81, 0x81, 0, 0, 3, 0, 2, 0x80};
constexpr std::uint8_t top_bottom_unit[] = {0, 0, 0, 1, 0x4e, 0x01, 0x2d, 0x06, 0x82, 0x01, 0, 0, 3, 0, 2, 0x80};

// Where the first slice of a random-access picture starts, with its start code; npos = none.
std::size_t random_access_slice(ByteSpan unit_stream) {
  for (std::size_t at = 0; at + 3 < unit_stream.size(); ++at) {
    if (unit_stream[at] != 0 || unit_stream[at + 1] != 0 || unit_stream[at + 2] != 1) continue;
    const int type = unit_stream[at + 3] >> 1 & 0x3f;
    if (type <= 31) {
      const bool long_code = at > 0 && unit_stream[at - 1] == 0;
      return type >= 16 && type <= 23 ? at - (long_code ? 1 : 0) : std::string::npos;
    }
  }
  return std::string::npos;
}

class HevcSink final : public CodecSink {
 public:
  HevcSink(const std::string& path, const VideoOptions& options) : CodecSink(path, options, "libx265") {}

 private:
  // x265 3.5 refuses shorter sides, and crashes on being opened with them.
  int shortest_side() const override { return 16; }
  // Slower ones gain about a decibel beyond 48 dB and would take most of the time of a whole run.
  const char* preset() const override { return "ultrafast"; }

  void set_options() override {
    std::string settings = "log-level=none:info=0";
    if (options_.threads > 0) settings += ":pools=" + std::to_string(options_.threads);
    av_opt_set(codec_->priv_data, "x265-params", settings.c_str(), 0);
    codec_->thread_count = std::min(options_.threads, 16);  // x265 takes this as frames in flight, at most 16
  }

  void take(AVPacket* packet) override {
    const ByteSpan bytes(packet->data, static_cast<std::size_t>(packet->size));
    const std::size_t slice = options_.packing == FramePacking::none ? std::string::npos : random_access_slice(bytes);
    if (slice == std::string::npos) {
      file_.write(bytes.data(), bytes.size());
      return;
    }
    file_.write(bytes.data(), slice);
    if (options_.packing == FramePacking::side_by_side) {
      file_.write(side_by_side_unit, sizeof side_by_side_unit);
    } else {
      file_.write(top_bottom_unit, sizeof top_bottom_unit);
    }
    file_.write(bytes.data() + slice, bytes.size() - slice);
  }
};

}  // namespace

std::unique_ptr<FrameSink> make_movie_sink(const std::string& path, const VideoOptions& options, const char* muxer) {
  return std::make_unique<MovieSink>(path, options, muxer);
}

std::unique_ptr<FrameSink> make_hevc_sink(const std::string& path, const VideoOptions& options) {
  return std::make_unique<HevcSink>(path, options);
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
