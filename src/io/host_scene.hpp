// A scene's layers in host memory, for what is written of them.
#pragma once

#include <relievo/layered_scene.hpp>

namespace relievo {
inline namespace v1 {
namespace io {

/// Pixels in host memory: the view itself where they are there, else a copy that `keep` owns. Empty stays empty.
ImageView on_host(const ImageView& view, Image& keep);

/// Pixels from (x0, y0) to before (x1, y1).
struct Box {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  int width() const { return x1 - x0; }
  int height() const { return y1 - y0; }
  bool empty() const { return x1 <= x0 || y1 <= y0; }
};

/// One layer on the host; the photo's alpha takes part in its coverage.
class HostLayer {
 public:
  HostLayer(const LayeredScene& scene, int index);

  ImageView color() const { return color_; }
  ImageView disparity() const { return disparity_; }
  /// 255 = opaque.
  int coverage(int x, int y) const { return coverage_.empty() ? 255 : coverage_.row<std::uint8_t>(y)[x]; }
  bool is_opaque() const { return coverage_.empty(); }
  /// Where there is any coverage.
  Box box() const { return box_; }
  /// Whether coverage is between all and nothing somewhere.
  bool is_soft() const { return is_soft_; }

  /// sRGB of 8 bits within the box; RGBA with coverage where the layer is not opaque.
  Image picture(const Box& box) const;

 private:
  void look_at_coverage();

  ImageView color_, disparity_, coverage_;
  Image keep_color_, keep_disparity_, keep_coverage_;
  Box box_;
  bool is_soft_ = false;
};

}  // namespace io
}  // namespace v1
}  // namespace relievo
