#include <opencv2/imgproc.hpp>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

TEST(Gaussian, IsWithinOneOfOpenCv) {
  TestEngine engine(2);
  const Picture in = random_picture(131, 67, {Scalar::u8, 3});
  const ImageView view = in;
  const cv::Mat mat(view.height, view.width, CV_8UC3, const_cast<void*>(view.data), std::size_t(view.stride));
  for (const int k : {1, 3, 5, 7, 9, 13, 19, 31}) {
    Picture out(131, 67, {Scalar::u8, 3});
    engine.gaussian(in, out, k);
    cv::Mat expected;
    cv::GaussianBlur(mat, expected, cv::Size(k, k), 0, 0, cv::BORDER_REFLECT_101);
    EXPECT_TRUE(near(out, 1, [&](int x, int y, int c) { return expected.at<cv::Vec3b>(y, x)[c]; })) << "size " << k;
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
