#include "vision/dilate.hpp"

#include <opencv2/imgproc.hpp>

namespace relievo {
inline namespace v1 {

Image dilate(const ImageView& matte, int threshold, int size, int times) {
  Image out(matte.width, matte.height, {Scalar::u8, 1});
  const cv::Mat in(matte.height, matte.width, CV_8UC1, const_cast<void*>(matte.data),
                   static_cast<std::size_t>(matte.stride));
  cv::Mat mask(out.height(), out.width(), CV_8UC1, out.mutable_view().data, static_cast<std::size_t>(out.stride()));
  cv::threshold(in, mask, threshold, 255, cv::THRESH_BINARY);
  if (times > 0 && size > 1) {
    cv::dilate(mask, mask, cv::getStructuringElement(cv::MORPH_ELLIPSE, {size, size}), {-1, -1}, times);
  }
  return out;
}

}  // namespace v1
}  // namespace relievo
