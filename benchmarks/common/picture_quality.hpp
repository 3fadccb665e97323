// How much two pictures differ where a mask says.
#pragma once

#include <opencv2/core.hpp>

namespace relievo {
inline namespace v1 {
namespace bench {

struct PictureQuality {
  double psnr = 0;  ///< dB, of u8 RGB
  double ssim = 0;  ///< mean over the mask (Wang et al., IEEE Transactions on Image Processing 2004), of luma
};

/// Two pictures of u8 and 3 channels; `mask` (u8; empty = everywhere) is not 0 where they count.
PictureQuality picture_quality(const cv::Mat& a, const cv::Mat& b, const cv::Mat& mask);

}  // namespace bench
}  // namespace v1
}  // namespace relievo
