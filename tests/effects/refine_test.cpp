// Mattes brought onto hair and fringe whose coverage is known.
#include <relievo/segmenter.hpp>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <random>
#include <utility>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "common/images.hpp"
#include "common/sentence.hpp"

namespace {

using namespace relievo;  // NOLINT(google-build-using-namespace)

// Uniform numbers that are the same with every standard library.
class Numbers {
 public:
  explicit Numbers(unsigned seed) : engine_(seed) {}
  double between(double low, double high) { return low + (high - low) * engine_() / 4294967296.0; }
  // Of mean 0: three uniform numbers.
  double around(double deviation) {
    return deviation * 2 * (between(-0.5, 0.5) + between(-0.5, 0.5) + between(-0.5, 0.5));
  }

 private:
  std::mt19937 engine_;
};

// Detail of four sizes, mostly of lightness, around a colour.
cv::Mat texture(Numbers& numbers, int side, const cv::Vec3d& base, double contrast) {
  cv::Mat out(side, side, CV_32FC3, cv::Scalar(base[0], base[1], base[2]));
  const std::pair<double, double> octaves[] = {{side / 8.0, 1}, {side / 32.0, 0.7}, {8, 0.5}, {3, 0.3}};
  for (const auto& [size, amount] : octaves) {
    const int cells = static_cast<int>(side / size) + 3;
    cv::Mat grid(cells, cells, CV_32FC3);
    for (int y = 0; y < cells; ++y) {
      for (int x = 0; x < cells; ++x) {
        const double light = numbers.between(-0.5, 0.5);
        for (int c = 0; c < 3; ++c) {
          grid.at<cv::Vec3f>(y, x)[c] =
              static_cast<float>(contrast * amount * (light + 0.4 * numbers.between(-0.5, 0.5)));
        }
      }
    }
    cv::resize(grid, grid, {side, side}, 0, 0, cv::INTER_CUBIC);
    out += grid;
  }
  return out;
}

enum class Edge { hair, fringe };

// A head and shoulders drawn 4 times as large, with strands that taper or with short tufts.
cv::Mat coverage(Numbers& numbers, int side, Edge edge) {
  constexpr int times = 4;
  constexpr double pi = 3.141592653589793;
  const int n = side * times;
  cv::Mat mask(n, n, CV_8UC1, cv::Scalar(0));
  const cv::Point2d middle(n / 2.0, 0.45 * n);
  const cv::Size2d axes(0.2 * n, 0.25 * n);
  cv::ellipse(mask, middle, axes, 0, 0, 360, 255, cv::FILLED);
  cv::ellipse(mask, {n / 2, n}, {static_cast<int>(0.36 * n), static_cast<int>(0.28 * n)}, 0, 0, 360, 255, cv::FILLED);
  const bool hair = edge == Edge::hair;
  for (int i = 0; i < (hair ? 500 : 1500); ++i) {
    const double around = numbers.between(-1.15 * pi, 0.15 * pi);
    cv::Point2d at(middle.x + 0.97 * axes.width * std::cos(around), middle.y + 0.97 * axes.height * std::sin(around));
    double direction = around + numbers.around(hair ? 0.5 : 0.35);
    const double length = n * (hair ? numbers.between(0.02, 0.14) : numbers.between(0.015, 0.05));
    const double width = times * numbers.between(1, hair ? 3 : 2) * side / 1024;
    const double bend = hair ? numbers.around(0.8) : 0;
    constexpr int pieces = 24;
    for (int k = 0; k < pieces; ++k) {
      direction += bend / pieces;
      const cv::Point2d next = at + length / pieces * cv::Point2d(std::cos(direction), std::sin(direction));
      cv::line(mask, at, next, 255, std::max(1, static_cast<int>(std::lround(width * (1 - double(k) / pieces)))));
      at = next;
    }
  }
  cv::Mat alpha;
  mask.convertTo(alpha, CV_64F, 1.0 / 255);
  cv::resize(alpha, alpha, {side, side}, 0, 0, cv::INTER_AREA);
  return alpha;
}

struct Picture {
  Image photo, raw;
  cv::Mat alpha;  // f64
};

struct Look {
  const char* name;
  int side;
  cv::Vec3d front, back;
  double front_contrast, back_contrast;
  Edge edge;
};

void PrintTo(const Look& look, std::ostream* out) { *out << look.name; }

Image u8_of(const cv::Mat& values) {
  Image out(values.cols, values.rows, {Scalar::u8, static_cast<std::uint8_t>(values.channels())});
  cv::Mat bytes(values.rows, values.cols, CV_8UC(values.channels()), out.row<std::uint8_t>(0),
                static_cast<std::size_t>(out.stride()));
  values.convertTo(bytes, CV_8U, 255);
  return out;
}

// The photo, and its alpha as a network of 256 x 256 would have it: coarse, noisy, enlarged.
Picture picture_of(const Look& look, unsigned seed) {
  Numbers numbers(seed);
  const int n = look.side;
  Picture out;
  out.alpha = coverage(numbers, n, look.edge);
  const cv::Mat front = texture(numbers, n, look.front, look.front_contrast);
  const cv::Mat back = texture(numbers, n, look.back, look.back_contrast);
  cv::Mat photo(n, n, CV_32FC3);
  for (int y = 0; y < n; ++y) {
    for (int x = 0; x < n; ++x) {
      const double a = out.alpha.at<double>(y, x);
      for (int c = 0; c < 3; ++c) {
        const double f = std::clamp(double(front.at<cv::Vec3f>(y, x)[c]), 0.0, 1.0);
        const double b = std::clamp(double(back.at<cv::Vec3f>(y, x)[c]), 0.0, 1.0);
        photo.at<cv::Vec3f>(y, x)[c] = static_cast<float>(a * f + (1 - a) * b + numbers.around(0.008));
      }
    }
  }
  out.photo = u8_of(photo);
  cv::Mat coarse;
  cv::resize(out.alpha, coarse, {256, 256}, 0, 0, cv::INTER_AREA);
  coarse.forEach<double>([&](double& value, const int*) { value = std::clamp(value, 0.0, 1.0); });
  for (int y = 0; y < 256; ++y) {
    for (int x = 0; x < 256; ++x) coarse.at<double>(y, x) += numbers.around(0.04);
  }
  cv::Mat bytes, raw;
  coarse.convertTo(bytes, CV_8U, 255);
  cv::resize(bytes, raw, {n, n}, 0, 0, cv::INTER_LINEAR);
  raw.convertTo(raw, CV_64F, 1.0 / 255);
  out.raw = u8_of(raw);
  return out;
}

cv::Mat values_of(const Image& matte) {
  cv::Mat out;
  cv::Mat(matte.height(), matte.width(), CV_8UC1, const_cast<std::uint8_t*>(matte.row<std::uint8_t>(0)),
          static_cast<std::size_t>(matte.stride()))
      .convertTo(out, CV_64F, 1.0 / 255);
  return out;
}

// Rhemann et al., A Perceptually Motivated Online Benchmark for Image Matting, CVPR 2009: sums of absolute differences,
// and of squared differences of the gradient's magnitude by derivatives of a Gaussian of sigma 1.4.
double sum_of_differences(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_L1); }

cv::Mat gradient(const cv::Mat& values) {
  constexpr double sigma = 1.4;
  constexpr int reach = 5;
  cv::Mat smooth = cv::getGaussianKernel(2 * reach + 1, sigma, CV_64F), slope = smooth.clone();
  for (int i = -reach; i <= reach; ++i) slope.at<double>(i + reach) *= -i / (sigma * sigma);
  cv::Mat across, down, out;
  cv::sepFilter2D(values, across, CV_64F, slope, smooth);
  cv::sepFilter2D(values, down, CV_64F, smooth, slope);
  cv::magnitude(across, down, out);
  return out;
}

double gradient_error(const cv::Mat& a, const cv::Mat& b) { return cv::norm(gradient(a), gradient(b), cv::NORM_L2SQR); }

const Look looks[] = {
    {"dark hair before light", 1024, {0.2, 0.13, 0.1}, {0.75, 0.8, 0.85}, 0.25, 0.3, Edge::hair},
    {"dark hair before foliage", 1024, {0.25, 0.18, 0.15}, {0.5, 0.6, 0.45}, 0.25, 0.4, Edge::hair},
    {"fair hair before grey", 1024, {0.55, 0.42, 0.3}, {0.45, 0.5, 0.55}, 0.3, 0.35, Edge::hair},
    {"fringe", 1024, {0.6, 0.35, 0.2}, {0.3, 0.5, 0.3}, 0.3, 0.4, Edge::fringe},
    {"hair in a large photo", 2048, {0.25, 0.18, 0.15}, {0.6, 0.6, 0.55}, 0.25, 0.4, Edge::hair},
};

class Refining : public testing::TestWithParam<Look> {};

TEST_P(Refining, MoreThanHalvesTheErrorsOfACoarseMatte) {
  const Picture picture = picture_of(GetParam(), 7);
  const cv::Mat before = values_of(picture.raw);
  const cv::Mat after = values_of(Segmenter(Device::cpu()).refine(picture.photo, picture.raw));
  const double sum = sum_of_differences(after, picture.alpha) / sum_of_differences(before, picture.alpha);
  const double slopes = gradient_error(after, picture.alpha) / gradient_error(before, picture.alpha);
  RecordProperty("differences", std::to_string(sum));
  RecordProperty("gradient", std::to_string(slopes));
  EXPECT_LT(sum, 0.4);
  EXPECT_LT(slopes, 0.4);
  // Around the outline alone, where it is not the noise that goes.
  cv::Mat outline;
  cv::dilate((picture.alpha > 0.02) & (picture.alpha < 0.98), outline, cv::Mat(), {-1, -1}, GetParam().side / 128);
  cv::Mat errors_before = cv::abs(before - picture.alpha), errors_after = cv::abs(after - picture.alpha);
  errors_before.setTo(0, ~outline);
  errors_after.setTo(0, ~outline);
  EXPECT_LT(cv::sum(errors_after)[0], 0.5 * cv::sum(errors_before)[0]);
}

INSTANTIATE_TEST_SUITE_P(OfGeneratedHair, Refining, testing::ValuesIn(looks), [](const auto& look) {
  std::string name = look.param.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

// A disc of a colour of its own, its matte softened by `radius` px.
Picture disc(PixelFormat format, int side, double radius) {
  const auto cover = [side](double x, double y, double soft) {
    const double inside = side / 3.0 - std::hypot(x + 0.5 - side / 2.0, y + 0.5 - side / 2.0);
    return std::clamp(0.5 + inside / soft, 0.0, 1.0);
  };
  Picture out;
  out.photo = test::make(side, side, format, [&](int x, int y, int c) {
    const double a = cover(x, y, 1);
    return a * (0.8 - 0.2 * c) + (1 - a) * (0.2 + 0.1 * c) + 0.1 * (test::texture(x, y, c) - 0.5);
  });
  out.raw = test::make(side, side, test::u8_1, [&](int x, int y, int) { return cover(x, y, radius); });
  out.alpha = cv::Mat(side, side, CV_64F);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) out.alpha.at<double>(y, x) = cover(x, y, 1);
  }
  return out;
}

TEST(Refine, TakesPhotosOfEveryFormat) {
  for (const PixelFormat format : {test::u8_1, test::u8_3, test::u8_4, test::u16_3, test::f16_3, test::f32_3}) {
    const Picture picture = disc(format, 300, 12);
    const cv::Mat after = values_of(Segmenter(Device::cpu()).refine(picture.photo, picture.raw));
    EXPECT_LT(sum_of_differences(after, picture.alpha),
              0.3 * sum_of_differences(values_of(picture.raw), picture.alpha));
  }
}

TEST(Refine, ByHowFarTheMatteMayBeWrong) {
  const Picture picture = disc(test::u8_3, 300, 30);
  const auto error = [&](int px) {
    SegmentOptions options;
    options.refine_px = px;
    return sum_of_differences(values_of(Segmenter(Device::cpu(), options).refine(picture.photo, picture.raw)),
                              picture.alpha);
  };
  EXPECT_LT(error(8), 0.5 * error(1));
}

TEST(Refine, LeavesMattesOfOneSideAndColoursThatTellNothing) {
  const Segmenter segmenter(Device::cpu());
  const Image photo = test::photo(300, 200);
  for (const double value : {0.0, 1.0}) {
    const Image matte = test::flat(300, 200, test::u8_1, value);
    EXPECT_TRUE(test::same(segmenter.refine(photo, matte), matte));
    const Image one = test::flat(1, 1, test::u8_1, value);
    EXPECT_TRUE(test::same(segmenter.refine(test::photo(1, 1), one), one));
  }
  // A wall of one colour on both sides of the edge.
  const Image matte = test::box(300, 200, 0, 0, 150, 200);
  const Image refined = segmenter.refine(test::flat(300, 200, test::u8_3, 0.5), matte);
  for (int x = 0; x < 300; ++x) {
    if (std::abs(x - 149.5) > 2) {
      EXPECT_EQ(refined.row<std::uint8_t>(100)[x], x < 150 ? 255 : 0) << x;
    }
  }
}

TEST(Refine, RefusesWhatDoesNotFitAndCanBeCancelled) {
  const Segmenter segmenter(Device::cpu());
  const Image photo = test::photo(60, 40), matte = test::box(60, 40, 20, 10, 40, 30);
  EXPECT_ERROR(segmenter.refine(photo, test::flat(40, 40, test::u8_1, 1)), invalid_argument,
               "The photo is 60 x 40 pixels, the matte 40 x 40; they must be the same.");
  EXPECT_ERROR(segmenter.refine(photo, photo), invalid_argument, "The matte must be u8 with 1 channel.");
  EXPECT_ERROR(segmenter.refine(photo, ImageView{}), invalid_argument, "The matte is empty.");
  EXPECT_ERROR(segmenter.refine(ImageView{}, matte), invalid_argument, "The photo is empty.");
  const auto never = [](double, std::string_view) { return false; };
  EXPECT_EQ(test::error_of([&] { (void)segmenter.refine(photo, matte, never); }).substr(0, 9), "cancelled");
  SegmentOptions options;
  options.refine_px = 257;
  EXPECT_ERROR(Segmenter(Device::cpu(), options), invalid_argument, "refine_px is 257; allowed is 0 to 256 px.");
}

}  // namespace
