#include "vision/dilate.hpp"

#include <opencv2/imgproc.hpp>

#include "vision/mat.hpp"
#include "vision/regions.hpp"

namespace relievo {
inline namespace v1 {

Image dilate(const ImageView& matte, int threshold, int size, int times) {
  return with_opencv("Growing a mask", [&] {
    Image out(matte.width, matte.height, {Scalar::u8, 1});
    cv::Mat mask = mat_of(out);
    cv::threshold(mat_of(matte), mask, threshold, 255, cv::THRESH_BINARY);
    if (times > 0 && size > 1) cv::dilate(mask, mask, ellipse(size), {-1, -1}, times);
    return out;
  });
}

}  // namespace v1
}  // namespace relievo
