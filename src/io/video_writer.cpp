#include <exception>
#include <optional>

#include "core/options.hpp"
#include "io/file.hpp"
#include "io/libav.hpp"
#include "io/oiio.hpp"
#include "io/pixels.hpp"
#include "io/video_encoder.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

void check_options(const VideoOptions& options) {
  require(options.fps >= 1 && options.fps <= 120, "VideoOptions::fps is ", options.fps, "; 1 to 120 is allowed");
  require(options.crf >= 0 && options.crf <= 51, "VideoOptions::crf is ", options.crf, "; 0 to 51 is allowed");
  require(options.threads >= 0 && options.threads <= 64, "VideoOptions::threads is ", options.threads,
          "; 0 to 64 is allowed");
  require(options.max_bytes == 0 || options.max_bytes >= 10000, "VideoOptions::max_bytes is ", options.max_bytes,
          "; 0 or at least 10000 is allowed");
  require(options.packing <= FramePacking::top_bottom, "VideoOptions::packing is ", static_cast<int>(options.packing),
          "; none, side-by-side or top-bottom is allowed");
}

std::unique_ptr<FrameSink> make_sink(const std::string& path, const VideoOptions& options) {
  const std::string extension = extension_of(path);
  if (extension == ".gif") return make_gif_sink(path, options);
  if (extension == ".mp4") return make_movie_sink(path, options, "mp4");
  if (extension == ".mov") return make_movie_sink(path, options, "mov");
  if (extension == ".hevc") return make_hevc_sink(path, options);
  fail(ErrorCode::invalid_argument, "'", path, "' has no extension of a video; .gif .mp4 .mov .hevc are allowed");
}

}  // namespace

struct VideoWriter::Impl {
  std::string path;
  std::unique_ptr<FrameSink> sink;
  int width = 0;
  int height = 0;
  bool finished = false;

  FrameSink& open_sink() {
    require(sink != nullptr, "'", path, "' ", finished ? "is finished already" : "was given up after an error");
    return *sink;
  }
};

VideoWriter::VideoWriter(const std::string& path, const VideoOptions* given, std::size_t size)
    : impl_(std::make_unique<Impl>()) {
  const VideoOptions options = read_options(given, size);
  check_options(options);
  impl_->path = path;
  impl_->sink = guarded(ErrorCode::io, path, [&] { return make_sink(path, options); });
}

VideoWriter::VideoWriter(VideoWriter&&) noexcept = default;
VideoWriter& VideoWriter::operator=(VideoWriter&&) noexcept = default;
VideoWriter::~VideoWriter() = default;

void VideoWriter::add(const ImageView& frame) {
  require(impl_ != nullptr, "the video writer was moved from");
  FrameSink& sink = impl_->open_sink();
  check_host_image(frame, "the frame");
  if (impl_->width == 0) impl_->width = frame.width, impl_->height = frame.height;
  require(frame.width == impl_->width && frame.height == impl_->height, "the frame is ", frame.width, " x ",
          frame.height, " pixels, but the first one was ", impl_->width, " x ", impl_->height);
  try {
    guarded(ErrorCode::io, impl_->path, [&] {
      if (frame.color.transfer == Transfer::linear) {
        Color display = frame.color;
        display.transfer = Transfer::srgb;
        sink.add(converted(frame, {Scalar::u8, 3}, display));
      } else {
        sink.add(frame);
      }
    });
  } catch (...) {
    impl_->sink.reset();
    throw;
  }
}

void VideoWriter::finish() {
  require(impl_ != nullptr, "the video writer was moved from");
  FrameSink& sink = impl_->open_sink();
  require(impl_->width > 0, "'", impl_->path, "' has no frame; add at least one before finish");
  // Whatever happens the sink is spent: on failure its temporary file goes with it.
  const std::unique_ptr<FrameSink> spent = std::move(impl_->sink);
  guarded(ErrorCode::io, impl_->path, [&] { sink.finish(); });
  impl_->finished = true;
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
