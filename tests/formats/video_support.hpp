// Videos read back by libavcodec, and frames to write.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/stereo3d.h>
#include <libswscale/swscale.h>
}

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <relievo/image.hpp>

namespace relievo_tests {

struct Decoded {
  int width = 0, height = 0;
  double fps = 0;
  std::vector<std::vector<std::uint8_t>> frames;  // RGB
  std::vector<std::int64_t> times;
  int stereo = -1;
  int stereo_frames = 0;
  AVColorSpace space = AVCOL_SPC_UNSPECIFIED;
  AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
  AVCodecID codec = AV_CODEC_ID_NONE;
};

inline void take_frame(AVFrame* frame, Decoded& out) {
  out.width = frame->width, out.height = frame->height;
  out.space = frame->colorspace, out.range = frame->color_range;
  out.times.push_back(frame->pts);
  if (const AVFrameSideData* data = av_frame_get_side_data(frame, AV_FRAME_DATA_STEREO3D)) {
    out.stereo = reinterpret_cast<const AVStereo3D*>(data->data)->type;
    ++out.stereo_frames;
  }
  SwsContext* sws = sws_getContext(frame->width, frame->height, static_cast<AVPixelFormat>(frame->format), frame->width,
                                   frame->height, AV_PIX_FMT_RGB24,
                                   SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr);
  if (frame->format == AV_PIX_FMT_YUV420P) {
    const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
    sws_setColorspaceDetails(sws, bt709, 0, bt709, 1, 0, 1 << 16, 1 << 16);
  }
  // swscale writes whole vectors, so rows end in spare room.
  const int stride = (frame->width * 3 + 63) / 64 * 64;
  std::vector<std::uint8_t> padded(static_cast<std::size_t>(stride * frame->height + 64));
  std::uint8_t* planes[4] = {padded.data()};
  const int strides[4] = {stride};
  sws_scale(sws, frame->data, frame->linesize, 0, frame->height, planes, strides);
  sws_freeContext(sws);
  std::vector<std::uint8_t> rgb;
  for (int y = 0; y < frame->height; ++y) {
    rgb.insert(rgb.end(), padded.begin() + y * stride, padded.begin() + y * stride + frame->width * 3);
  }
  out.frames.push_back(std::move(rgb));
}

inline Decoded decode(const std::string& path) {
  Decoded out;
  AVFormatContext* file = nullptr;
  EXPECT_EQ(avformat_open_input(&file, path.c_str(), nullptr, nullptr), 0);
  if (!file) return out;
  EXPECT_GE(avformat_find_stream_info(file, nullptr), 0);
  AVStream* stream = file->streams[0];
  out.fps = av_q2d(stream->avg_frame_rate);
  out.codec = stream->codecpar->codec_id;
  AVCodecContext* codec = avcodec_alloc_context3(avcodec_find_decoder(stream->codecpar->codec_id));
  avcodec_parameters_to_context(codec, stream->codecpar);
  EXPECT_EQ(avcodec_open2(codec, codec->codec, nullptr), 0);
  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  const auto drain = [&] {
    while (avcodec_receive_frame(codec, frame) == 0) {
      take_frame(frame, out);
      av_frame_unref(frame);
    }
  };
  while (av_read_frame(file, packet) == 0) {
    avcodec_send_packet(codec, packet);
    av_packet_unref(packet);
    drain();
  }
  avcodec_send_packet(codec, nullptr);
  drain();
  av_frame_free(&frame);
  av_packet_free(&packet);
  avcodec_free_context(&codec);
  avformat_close_input(&file);
  return out;
}

inline relievo::Image smooth_frame(int width, int height, int shift = 0,
                                   relievo::PixelFormat format = {relievo::Scalar::u8, 3}) {
  using relievo::Scalar;
  relievo::Image image(width, height, format);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float u = static_cast<float>(x + shift) / 40, v = static_cast<float>(y) / 30;
      const float values[] = {0.5f + 0.4f * std::sin(u), 0.5f + 0.4f * std::cos(v), 0.5f + 0.4f * std::sin(u + v), 1};
      for (int c = 0; c < format.channels; ++c) {
        const int i = x * format.channels + c;
        switch (format.scalar) {
          case Scalar::u8:
            image.row<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(std::lround(values[c] * 255));
            break;
          case Scalar::u16:
            image.row<std::uint16_t>(y)[i] = static_cast<std::uint16_t>(std::lround(values[c] * 65535));
            break;
          case Scalar::f32:
            image.row<float>(y)[i] = values[c];
            break;
          // Within [0.5, 1) and below, by the definition of binary16 for normal numbers.
          case Scalar::f16: {
            int exponent = 0;
            const float fraction = std::frexp(values[c], &exponent);
            image.row<std::uint16_t>(y)[i] =
                static_cast<std::uint16_t>(((exponent + 14) << 10) + std::lround((fraction * 2 - 1) * 1024));
            break;
          }
        }
      }
    }
  }
  return image;
}

inline double psnr(const std::vector<std::uint8_t>& decoded, int decoded_width, const relievo::Image& frame) {
  double sum = 0;
  for (int y = 0; y < frame.height(); ++y) {
    for (int i = 0; i < frame.width() * 3; ++i) {
      const double d =
          decoded[static_cast<std::size_t>(y * decoded_width * 3 + i)] - double(frame.row<std::uint8_t>(y)[i]);
      sum += d * d;
    }
  }
  return 10 * std::log10(255 * 255 / (sum / (frame.width() * frame.height() * 3) + 1e-9));
}

}  // namespace relievo_tests
