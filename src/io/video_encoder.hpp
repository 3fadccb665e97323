// What VideoWriter hands frames to: one sink a kind of file.
#pragma once

#include <memory>
#include <string>

#include <relievo/io/video.hpp>

namespace relievo {
inline namespace v1 {
namespace io {

class FrameSink {
 public:
  virtual ~FrameSink() = default;
  /// A frame of the size of the first one, in host memory.
  virtual void add(const ImageView& frame) = 0;
  /// Completes the file under its temporary name and renames it.
  virtual void finish() = 0;
};

std::unique_ptr<FrameSink> make_gif_sink(const std::string& path, const VideoOptions& options);
/// H.264 in MP4 or MOV.
std::unique_ptr<FrameSink> make_movie_sink(const std::string& path, const VideoOptions& options, const char* muxer);
/// HEVC without a container.
std::unique_ptr<FrameSink> make_hevc_sink(const std::string& path, const VideoOptions& options);

}  // namespace io
}  // namespace v1
}  // namespace relievo
