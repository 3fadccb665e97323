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

std::string video_extension(const std::string& path) {
  static constexpr std::string_view known[] = {".gif", ".mp4", ".mov", ".hevc"};
  return extension_among(path, known, "a video");
}

std::unique_ptr<FrameSink> make_sink(const std::string& path, const VideoOptions& options) {
  const std::string extension = video_extension(path);
  if (extension == ".gif") return make_gif_sink(path, options);
  if (extension == ".hevc") return make_hevc_sink(path, options);
  return make_movie_sink(path, options, extension == ".mov" ? "mov" : "mp4");
}

}  // namespace

struct VideoWriter::Impl {
  std::string path;
  std::unique_ptr<FrameSink> sink;
  int width = 0;
  int height = 0;
  bool finished = false;

  FrameSink& open_sink() {
    require(sink != nullptr, "'", path, "' ", finished ? "is finished already" : "was given up after an error", ".");
    return *sink;
  }
};

void check_video_path(const std::string& path) {
  video_extension(path);
  check_writable(path);
}

VideoWriter::VideoWriter(const std::string& path, const VideoOptions* given, std::size_t size)
    : impl_(std::make_unique<Impl>()) {
  const VideoOptions options = checked_options(given, size);
  require(options.max_bytes == 0 || options.max_bytes >= 10000, "max_bytes is ", options.max_bytes,
          "; allowed is 0 or at least 10000 bytes.");
  impl_->path = path;
  impl_->sink = guarded(ErrorCode::io, path, [&] { return make_sink(path, options); });
}

VideoWriter::VideoWriter(VideoWriter&&) noexcept = default;
VideoWriter& VideoWriter::operator=(VideoWriter&&) noexcept = default;
VideoWriter::~VideoWriter() = default;

void VideoWriter::add(const ImageView& frame) {
  require(impl_ != nullptr, "The video writer was moved from.");
  FrameSink& sink = impl_->open_sink();
  check_host_image(frame, "frame");
  if (impl_->width == 0) impl_->width = frame.width, impl_->height = frame.height;
  require(frame.width == impl_->width && frame.height == impl_->height, "The frame is ", frame.width, " x ",
          frame.height, " pixels, but the first one was ", impl_->width, " x ", impl_->height, ".");
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
  require(impl_ != nullptr, "The video writer was moved from.");
  FrameSink& sink = impl_->open_sink();
  require(impl_->width > 0, "'", impl_->path, "' has no frame; add at least one before finish.");
  // Whatever happens the sink is spent: on failure its temporary file goes with it.
  const std::unique_ptr<FrameSink> spent = std::move(impl_->sink);
  guarded(ErrorCode::io, impl_->path, [&] { sink.finish(); });
  impl_->finished = true;
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
