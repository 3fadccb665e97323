// FFmpeg's objects with owners, its errors as sentences, its chatter off.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

struct FreeLibav {
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
  void operator()(std::uint8_t* p) const { av_free(p); }
};
template <class T>
using Libav = std::unique_ptr<T, FreeLibav>;

/// Text of an AVERROR.
std::string libav_reason(int error);

/// Throws Error{io} naming the file where `error` is negative.
void check_libav(int error, const std::string& path);

/// Codec contexts are silenced one by one through their log_level_offset. Muxers and swscale know no
/// such switch: while one of these lives the process-wide level is lowered, and put back by the last.
class QuietLog {
 public:
  QuietLog();
  QuietLog(const QuietLog&) = delete;
  QuietLog& operator=(const QuietLog&) = delete;
  ~QuietLog();
};

/// A context of the named encoder that prints nothing. Throws Error{unsupported} where it is missing.
Libav<AVCodecContext> make_encoder(const char* name, const std::string& path);

/// Hands a frame to the encoder, null after the last, and each packet that comes out to `take`.
template <class Take>
void encode_frame(AVCodecContext* codec, AVPacket* packet, const AVFrame* frame, const std::string& path, Take&& take) {
  check_libav(avcodec_send_frame(codec, frame), path);
  for (;;) {
    const int error = avcodec_receive_packet(codec, packet);
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return;
    check_libav(error, path);
    take(packet);
    av_packet_unref(packet);
  }
}

Libav<AVPacket> make_packet();
Libav<AVFrame> make_frame(AVPixelFormat format, int width, int height);

/// 24-bit RGB to `format` or another size. For YUV: BT.709 coefficients in limited range.
Libav<SwsContext> make_scaler(int width, int height, AVPixelFormat format, int to_width, int to_height, int flags);

/// Frames a second as a fraction; broadcast rates such as 29.97 become n * 1000 / 1001.
AVRational frame_rate(double fps);

}  // namespace io
}  // namespace v1
}  // namespace relievo
