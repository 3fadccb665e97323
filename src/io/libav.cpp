#include "io/libav.hpp"

#include <cmath>
#include <mutex>

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

std::mutex log_mutex;
int quiet_count = 0;
int level_before = 0;

}  // namespace

std::string libav_reason(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(error, text, sizeof text);
  return text;
}

void check_libav(int error, const std::string& path) {
  if (error == AVERROR(ENOMEM)) fail(ErrorCode::out_of_memory, "Not enough memory to write '", path, "'.");
  if (error < 0) fail(ErrorCode::io, "Cannot write '", path, "': ", libav_reason(error), ".");
}

QuietLog::QuietLog() {
  const std::lock_guard lock(log_mutex);
  if (quiet_count++ > 0) return;
  level_before = av_log_get_level();
  av_log_set_level(AV_LOG_QUIET);
}

QuietLog::~QuietLog() {
  const std::lock_guard lock(log_mutex);
  if (--quiet_count == 0) av_log_set_level(level_before);
}

Libav<AVCodecContext> make_encoder(const char* name, const std::string& path) {
  const AVCodec* codec = avcodec_find_encoder_by_name(name);
  if (!codec) {
    fail(ErrorCode::unsupported, "'", path, "' cannot be written: this system's FFmpeg has no encoder ", name, ".");
  }
  Libav<AVCodecContext> context(avcodec_alloc_context3(codec));
  if (!context) throw std::bad_alloc();
  context->log_level_offset = 100;  // above every level (AV_LOG_TRACE is 56) and within the byte that holds one
  return context;
}

Libav<AVPacket> make_packet() {
  Libav<AVPacket> packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  return packet;
}

Libav<AVFrame> make_frame(AVPixelFormat format, int width, int height) {
  Libav<AVFrame> frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  frame->format = format;
  frame->width = width;
  frame->height = height;
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  return frame;
}

Libav<SwsContext> make_scaler(int width, int height, AVPixelFormat format, int to_width, int to_height, int flags) {
  const QuietLog quiet;
  Libav<SwsContext> scaler(sws_getContext(width, height, AV_PIX_FMT_RGB24, to_width, to_height, format,
                                          flags | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_FULL_CHR_H_INT, nullptr,
                                          nullptr, nullptr));
  if (!scaler) throw std::bad_alloc();
  constexpr int full_range = 1, limited_range = 0, one = 1 << 16;
  const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
  if (format != AV_PIX_FMT_RGB24) {
    sws_setColorspaceDetails(scaler.get(), bt709, full_range, bt709, limited_range, 0, one, one);
  }
  return scaler;
}

AVRational frame_rate(double fps) {
  const double whole = std::ceil(fps);
  if (whole != fps && std::abs(fps - whole * 1000 / 1001) < 0.002) return {static_cast<int>(whole) * 1000, 1001};
  return av_d2q(fps, 100000);
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
