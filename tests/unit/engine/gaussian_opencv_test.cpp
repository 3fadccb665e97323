#include <opencv2/imgproc.hpp>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

TEST(Gaussian, BytesAreOpenCvsToTheBit) {
  TestEngine engine(2);
  for (const Size size : {Size{1, 1}, Size{1, 60}, Size{60, 1}, Size{9, 5}, Size{131, 67}}) {
    for (const std::uint8_t channels : {1, 3}) {
      const PixelFormat format{Scalar::u8, channels};
      const Picture noise = random_picture(size.width, size.height, format);
      Picture mask = noise;
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
          for (int c = 0; c < channels; ++c) mask.set(x, y, c, noise.at(x, y, c) > 127 ? 255 : 0);
        }
      }
      for (const Picture* in : {&noise, static_cast<const Picture*>(&mask)}) {
        const ImageView view = *in;
        const cv::Mat mat(view.height, view.width, CV_8UC(channels), const_cast<void*>(view.data),
                          std::size_t(view.stride));
        for (int k = 1; k <= 101; k += 2) {
          Picture out(size.width, size.height, format);
          engine.gaussian(*in, out, k);
          cv::Mat expected;
          cv::GaussianBlur(mat, expected, cv::Size(k, k), 0, 0, cv::BORDER_REFLECT_101);
          EXPECT_TRUE(near(out, 0, [&](int x, int y, int c) { return expected.ptr(y)[x * channels + c]; }))
              << "size " << k;
        }
      }
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
