#include <tbb/parallel_for.h>

#include <algorithm>

#include "core/check.hpp"
#include "io/scene_format.hpp"
#include "io/scene_planes.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

// The frames of a file in their order, found and looked at before memory is taken for what they hold.
class Frames {
 public:
  Frames(const std::string& path, ByteSpan bytes) : path_(path), rest_(bytes) {}

  void expect_plane(const SceneHeader& header, PixelFormat format) {
    for (int y = 0; y < header.height; y += band_rows) {
      if (rest_.size() < 4) cut_off();
      const std::size_t size = little32(rest_.data());
      if (size > rest_.size() - 4) cut_off();
      const ByteSpan frame = rest_.subspan(4, size);
      const int rows = std::min(band_rows, header.height - y);
      if (!claims_bytes(frame, raw_band_bytes(header.width, rows, format))) {
        fail(ErrorCode::corrupt_data, "'", path_, "' is damaged: a band of its rows has another size.");
      }
      frames_.push_back(frame);
      rest_ = rest_.subspan(4 + size);
    }
  }
  void expect_end() const {
    if (!rest_.empty()) {
      fail(ErrorCode::corrupt_data, "'", path_, "' is damaged: ", rest_.size(), " bytes follow its last layer.");
    }
  }

  Image next_plane(const SceneHeader& header, PixelFormat format, Color color, const ImageView& below) {
    Image plane(header.width, header.height, format, color);
    const MutableImageView view = plane.mutable_view();
    const std::size_t from = next_;
    tbb::parallel_for(0, bands_of(header.height), [&](int band) {
      decode_band(path_, frames_[from + static_cast<std::size_t>(band)], view, below, band);
    });
    next_ += static_cast<std::size_t>(bands_of(header.height));
    return plane;
  }

 private:
  [[noreturn]] void cut_off() const { fail(ErrorCode::corrupt_data, "'", path_, "' is truncated."); }

  const std::string& path_;
  ByteSpan rest_;
  std::vector<ByteSpan> frames_;
  std::size_t next_ = 0;
};

void check_disparity(const std::string& path, const Image& disparity) {
  for (int y = 0; y < disparity.height(); ++y) {
    const float* row = disparity.row<float>(y);
    if (!std::all_of(row, row + disparity.width(), [](float d) { return d >= 0 && d <= 1; })) {
      fail(ErrorCode::corrupt_data, "'", path, "' is damaged: it holds disparity that is not within 0 to 1.");
    }
  }
}

}  // namespace

ParsedScene parse_scene(const std::string& path, ByteSpan bytes, const ReadLimits& limits) {
  ParsedScene scene;
  const SceneHeader& header = scene.header = parse_header(path, bytes, limits);
  const PixelFormat alpha_format{header.format.scalar, 1};
  Frames frames(path, bytes.subspan(scene_header_bytes));
  if (header.has_alpha) frames.expect_plane(header, alpha_format);
  for (int i = 0; i < header.layers; ++i) {
    frames.expect_plane(header, header.format);
    if (i > 0) frames.expect_plane(header, coverage_format);
    frames.expect_plane(header, disparity_format);
  }
  frames.expect_end();

  constexpr Color no_color{Primaries::unspecified, Transfer::linear, false};
  if (header.has_alpha) scene.alpha = frames.next_plane(header, alpha_format, header.color, {});
  for (int i = 0; i < header.layers; ++i) {
    const ParsedScene::Layer none;
    const ParsedScene::Layer& below = i > 0 ? scene.layers.back() : none;
    ParsedScene::Layer layer;
    layer.color = frames.next_plane(header, header.format, header.color, below.color);
    if (i > 0) layer.coverage = frames.next_plane(header, coverage_format, no_color, below.coverage);
    layer.disparity = frames.next_plane(header, disparity_format, no_color, below.disparity);
    check_disparity(path, layer.disparity);
    scene.layers.push_back(std::move(layer));
  }
  return scene;
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
