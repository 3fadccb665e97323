// Animations and video.
#pragma once

#include <cstddef>
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

}  // namespace io

template <>
struct EnumNames<io::FramePacking> {
  static constexpr std::string_view names[] = {"none", "side-by-side", "top-bottom"};
};

namespace io {

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
  /// Most bytes of a GIF; its width and height are made smaller until it fits, its rate stays. Unit:
  /// bytes. Range: 0 (no limit) or 10,000 to 1,000,000,000,000. Default: 0.
  long long max_bytes = 0;
};
template <class Visitor>
void visit_fields(VideoOptions& o, Visitor&& visit) {
  visit(Field{"fps", "frames a second", "fps", 1, 120}, o.fps);
  visit(Field{"crf", "constant rate factor; lower is better", "", 0, 51}, o.crf);
  visit(Field{"threads", "threads of the encoder; 0 = all", "threads", 0, 64}, o.threads);
  visit(Field{"packing", "how two views lie in each frame", ""}, o.packing);
  visit(Field{"max_bytes", "most bytes of a GIF; 0 = no limit", "bytes", 0, 1e12}, o.max_bytes);
}

/// Writes frames into a file, by the name's extension: .gif, .mp4 or .mov (H.264), .hevc (raw HEVC
/// with frame packing before each random-access picture).
///
/// Frames have 1, 3 or 4 channels of u8 or u16 (f16, f32 in 0..1), all of one size; alpha is ignored,
/// linear light is given the sRGB curve. Odd sizes are padded by one pixel for 4:2:0,
/// and HEVC to sides of at least 16, by repeating the last pixel. The file appears
/// at `finish`, whole or not at all: destroying an unfinished writer leaves nothing behind.
///
/// A GIF loops for ever, keeps its frames in memory until `finish` (at most 4 GiB) and shows at most
/// 50 frames a second, as viewers slow down shorter delays: frames between are left out.
/// While a file is opened, written to or closed, FFmpeg's process-wide log level may be AV_LOG_QUIET for
/// a moment. One thread at a time.
class RELIEVO_API VideoWriter final {
 public:
  /// Throws Error{invalid_argument} for an unknown extension or an option out of range,
  /// Error{unsupported} where the system's FFmpeg lacks the encoder, Error{io}.
  explicit VideoWriter(const std::string& path, const VideoOptions& options = {})
      : VideoWriter(path, &options, sizeof options) {}
  VideoWriter(VideoWriter&&) noexcept;
  VideoWriter& operator=(VideoWriter&&) noexcept;
  ~VideoWriter();

  /// Appends a frame of host memory; the view is not kept. Throws Error{invalid_argument} for a frame
  /// of another size, device memory or a format out of range, which leaves the writer as it was. After
  /// Error{io} (the disk is full) and Error{out_of_memory} (frames of a GIF beyond 4 GiB) nothing can be added.
  void add(const ImageView& frame);
  /// Completes the file. Throws Error{invalid_argument} where no frame was added or max_bytes cannot be
  /// met, Error{io} where it cannot be written.
  void finish();

 private:
  VideoWriter(const std::string& path, const VideoOptions* options, std::size_t size);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Throws what `VideoWriter` would throw for this path alone, as `check_photo_path`. Thread safe.
RELIEVO_API void check_video_path(const std::string& path);

}  // namespace io
}  // namespace v1
}  // namespace relievo
