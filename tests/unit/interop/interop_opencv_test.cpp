#include <relievo/interop/opencv.hpp>

#include "common/sentence.hpp"

namespace relievo {
namespace {

TEST(InteropOpencv, EveryFormatKeepsItsTypeAndItsPixels) {
  for (const Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
    for (const int channels : {1, 3, 4}) {
      Image image(7, 5, {scalar, static_cast<std::uint8_t>(channels)});
      cv::Mat mat = interop::as_mat(image.mutable_view());
      EXPECT_EQ(mat.data, image.mutable_view().data);
      EXPECT_EQ(mat.cols, 7);
      EXPECT_EQ(mat.rows, 5);
      EXPECT_EQ(mat.channels(), channels);
      EXPECT_EQ(static_cast<int>(mat.elemSize1()), bytes_of(scalar));

      const MutableImageView back = interop::as_mutable_view(mat, image.color());
      EXPECT_EQ(back.data, image.mutable_view().data);
      EXPECT_EQ(back.stride, image.stride());
      EXPECT_EQ(back.format, image.format());
    }
  }
}

TEST(InteropOpencv, WritesGoThrough) {
  Image image(3, 2, {Scalar::u8, 3});
  interop::as_mat(image.mutable_view()).setTo(cv::Scalar(1, 2, 3));
  EXPECT_EQ(image.row<unsigned char>(1)[6], 1);
  EXPECT_EQ(image.row<unsigned char>(1)[7], 2);
  EXPECT_EQ(image.row<unsigned char>(1)[8], 3);
}

TEST(InteropOpencv, RegionsOfInterestKeepTheirStride) {
  const cv::Mat whole(20, 30, CV_32FC1, cv::Scalar(0.5));
  const cv::Mat part = whole(cv::Rect(4, 6, 10, 8));
  const ImageView view = interop::as_view(part);
  EXPECT_EQ(view.stride, 30 * 4);
  EXPECT_EQ(view.width, 10);
  EXPECT_EQ(view.row<float>(7)[9], 0.5f);
  EXPECT_EQ(view.row<float>(0), whole.ptr<float>(6) + 4);
}

TEST(InteropOpencv, NothingBecomesNothing) {
  EXPECT_TRUE(interop::as_mat(ImageView{}).empty());
  EXPECT_TRUE(interop::as_view(cv::Mat()).empty());
}

TEST(InteropOpencv, RefusesWhatItCannotName) {
  expect_refused([] { interop::as_view(cv::Mat(2, 2, CV_64FC1)); }, "allowed are CV_8U, CV_16U, CV_16F and CV_32F");
  expect_refused([] { interop::as_view(cv::Mat(2, 2, CV_8UC2)); }, "2 channels");
  expect_refused([] { interop::as_view(cv::Mat({2, 2, 2}, CV_8UC1)); }, "3 dimensions");
  expect_refused([] { interop::as_view(cv::Mat(1, 70000, CV_8UC1)); }, "70000 x 1");
  ImageView device_view;
  device_view.device = {DeviceKind::cuda, 0};
  expect_refused([&] { interop::as_mat(device_view); }, "download");
}

}  // namespace
}  // namespace relievo
