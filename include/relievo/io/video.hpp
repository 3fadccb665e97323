// Animations and video.
#pragma once

#include <memory>
#include <string>

#include <relievo/export.hpp>
#include <relievo/fields.hpp>
#include <relievo/image.hpp>
#include <relievo/progress.hpp>

namespace relievo {
inline namespace v1 {
namespace io {

/// How two views lie in each frame, written as the frame-packing SEI message of H.264 and HEVC.
enum class FramePacking : unsigned char { none = 0, side_by_side = 1, top_bottom = 2 };

/// Options of VideoWriter.
struct VideoOptions {
  /// Frames a second. Unit: fps. Range: 1 to 120. Default: 30.
  double fps = 30;
  /// Constant rate factor of H.264 and HEVC; lower is better. Unit: none. Range: 0 to 51. Default:
  /// 20.
  int crf = 20;
  /// Threads of the encoder; 0 = one a hardware thread. Unit: threads. Range: 0 to 64. Default: 0.
  int threads = 0;
  /// How two views lie in each frame. Unit: none. Range: none, side-by-side or top-bottom. Default:
  /// none.
  FramePacking packing = FramePacking::none;
  /// Most bytes of a GIF; frames are made smaller until it fits. Unit: bytes. Range: 0 (no limit) or
  /// at least 10,000. Default: 0.
  long long max_bytes = 0;
};

/// Writes frames into a file, by the name's extension: .gif, .mp4 or .mov (H.264), .hevc (raw HEVC
/// with frame packing before each random-access picture).
///
/// Frames have 1, 3 or 4 channels of u8 or u16 (f16, f32 in 0..1), all of one size. Odd sizes are
/// padded by one pixel for 4:2:0. The file appears at `finish`, whole or not at all: destroying an
/// unfinished writer leaves nothing behind. One thread at a time.
class RELIEVO_API VideoWriter final {
 public:
  /// Throws Error{invalid_argument} for an unknown extension or an option out of range,
  /// Error{unsupported} where the system's FFmpeg lacks the encoder, Error{io}.
  explicit VideoWriter(const std::string& path, const VideoOptions& options = {});
  VideoWriter(VideoWriter&&) noexcept;
  VideoWriter& operator=(VideoWriter&&) noexcept;
  ~VideoWriter();

  /// Appends a frame of host memory; the view is not kept.
  void add(const ImageView& frame);
  /// Completes the file. Throws Error{invalid_argument} where no frame was added.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace io
}  // namespace v1
}  // namespace relievo
