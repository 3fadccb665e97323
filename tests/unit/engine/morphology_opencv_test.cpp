#include <opencv2/imgproc.hpp>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

cv::Mat ellipse(int diameter) { return cv::getStructuringElement(cv::MORPH_ELLIPSE, {diameter, diameter}); }

TEST(Morphology, EllipsesAreOpenCvs) {
  for (int diameter = 1; diameter <= 128; ++diameter) {
    const cv::Mat expected = ellipse(diameter);
    cv::Mat found = cv::Mat::zeros(diameter, diameter, CV_8UC1);
    const ApertureMask mask = make_ellipse(diameter);
    for (const ApertureRun& run : mask.runs) {
      for (int dx = run.dx_begin; dx < run.dx_end; ++dx) {
        found.at<std::uint8_t>(run.dy + diameter / 2, dx + diameter / 2) = 1;
      }
    }
    EXPECT_EQ(cv::countNonZero(found != expected), 0) << diameter;
    EXPECT_EQ(mask.area, cv::countNonZero(expected)) << diameter;
  }
}

TEST(Morphology, PixelsAreOpenCvs) {
  TestEngine engine(2);
  for (const Size size : {Size{1, 1}, Size{300, 20}, Size{701, 203}}) {
    const Picture in = random_picture(size.width, size.height, {Scalar::u8, 1});
    const ImageView view = in;
    const cv::Mat mat(view.height, view.width, CV_8UC1, const_cast<void*>(view.data), std::size_t(view.stride));
    for (const int diameter : {3, 5, 7, 11, 31, 101}) {
      for (const Morphology operation : {Morphology::dilate, Morphology::erode}) {
        Picture out(size.width, size.height, {Scalar::u8, 1});
        engine.morphology(in, out, operation, make_ellipse(diameter));
        cv::Mat expected;
        cv::morphologyEx(mat, expected, operation == Morphology::dilate ? cv::MORPH_DILATE : cv::MORPH_ERODE,
                         ellipse(diameter));
        EXPECT_TRUE(near(out, 0, [&](int x, int y, int) { return expected.at<std::uint8_t>(y, x); })) << diameter;
      }
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
