#include "effects/inpaint.hpp"

#include "core/check.hpp"
#include "vision/fill.hpp"

namespace relievo {
inline namespace v1 {

Image inpaint_photo(const ImageView& photo, const ImageView& mask, const InpaintOptions& options, int threads,
                    const Progress& progress) {
  progress.report(0, "fill");
  const std::int64_t hole = count_hole(mask);
  require(hole < std::int64_t{mask.width} * mask.height,
          "The mask covers the whole photo; nothing is left to fill from.");
  Image out = Image::copy_of(photo);
  if (hole > 0) fill_hole(out.mutable_view(), mask, options.method, options.radius_px, threads, progress);
  progress.report(1, "fill");
  return out;
}

}  // namespace v1
}  // namespace relievo
