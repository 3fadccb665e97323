#include "vision/refine.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "vision/mat.hpp"
#include "vision/regions.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr int window = 6;         // radius in px of the small photo: wide enough to see both sides
constexpr double epsilon = 1e-4;  // (1 % of the range)^2: noise and rounding
// px of the small photo by which an outline may err: hair stands out from it further than gaps reach in.
constexpr int reach_outside = 2, reach_inside = 1;
constexpr double nearly = 0.06;  // a blurred matte this near 0 or 1 is that but for noise
// Colours of either side vary, by which a regression flattens.
constexpr float stretch = 1.3f;
// Colours that explain less than the first part of a matte's variance do not tell sides apart; more than the second,
// do.
constexpr float telling_from = 0.3f, telling_to = 0.7f;

cv::Mat mean_of(const cv::Mat& values) {
  cv::Mat out;
  cv::blur(values, out, {2 * window + 1, 2 * window + 1}, {-1, -1}, cv::BORDER_REFLECT);
  return out;
}

// 255 where the matte is open.
struct Known {
  cv::Mat inside, open;
};

Known known_of(const cv::Mat& matte, const ImageView& sure) {
  // Either takes noise away; a median leaves outlines where they are, a mean leaves hair.
  cv::Mat median, smooth;
  cv::medianBlur(matte, median, 3);
  cv::GaussianBlur(matte, smooth, {}, 1);
  Known known;
  known.inside = shrunk(median > 1 - nearly, reach_inside);
  if (!sure.empty()) known.inside |= mat_of(sure) != 0;
  known.open = grown(smooth >= nearly, reach_outside) & ~known.inside;
  return known;
}

// Mean coefficients around each pixel, and how much of the matte's variance they explain.
cv::Mat linear_model(const std::array<cv::Mat, 3>& rgb, const cv::Mat& matte) {
  std::array<cv::Mat, 3> mean, with_matte;
  std::array<cv::Mat, 6> product;
  for (std::size_t i = 0, k = 0; i < 3; ++i) {
    mean[i] = mean_of(rgb[i]);
    with_matte[i] = mean_of(rgb[i].mul(matte));
    for (std::size_t j = i; j < 3; ++j) product[k++] = mean_of(rgb[i].mul(rgb[j]));
  }
  const cv::Mat mean_matte = mean_of(matte), square = mean_of(matte.mul(matte));
  using Row = cv::Vec<float, 5>;
  cv::Mat model(matte.size(), CV_32FC(5));
  model.forEach<Row>([&](Row& out, const int* at) {
    const auto value = [&](const cv::Mat& image) { return static_cast<double>(image.at<float>(at[0], at[1])); };
    const cv::Vec3d m(value(mean[0]), value(mean[1]), value(mean[2]));
    const double p = value(mean_matte);
    cv::Matx33d covariance;
    cv::Vec3d right;
    for (int i = 0, k = 0; i < 3; ++i) {
      right[i] = value(with_matte[static_cast<std::size_t>(i)]) - m[i] * p;
      for (int j = i; j < 3; ++j) {
        covariance(i, j) = covariance(j, i) = value(product[static_cast<std::size_t>(k++)]) - m[i] * m[j];
      }
      covariance(i, i) += epsilon;
    }
    const cv::Vec3d a = covariance.inv(cv::DECOMP_CHOLESKY) * right;
    const double variance = value(square) - p * p;
    for (int i = 0; i < 3; ++i) out[i] = static_cast<float>(a[i]);
    out[3] = static_cast<float>(p - a.dot(m));
    out[4] = static_cast<float>(std::clamp(a.dot(right) / std::max(variance, 1e-6), 0.0, 1.0));
  });
  return mean_of(model);
}

}  // namespace

Image matte_model(const ImageView& rgb, const ImageView& matte, const ImageView& sure) {
  return with_opencv("Refining a matte", [&] {
    cv::Mat alpha;
    mat_of(matte).convertTo(alpha, CV_32F, 1.0 / 255);
    const Known known = known_of(alpha, sure);
    alpha.setTo(0, ~(known.inside | known.open));
    alpha.setTo(1, known.inside);
    cv::Mat colours;
    mat_of(rgb).convertTo(colours, CV_32F, 1.0 / 255);
    std::array<cv::Mat, 3> planes;
    cv::split(colours, planes.data());
    const cv::Mat model = linear_model(planes, alpha);

    Image out(rgb.width, rgb.height, {Scalar::f32, 4});
    for (int y = 0; y < out.height(); ++y) {
      auto* const row = out.row<cv::Vec4f>(y);
      for (int x = 0; x < out.width(); ++x) {
        const float raw = alpha.at<float>(y, x);
        if (known.open.at<std::uint8_t>(y, x) == 0) {
          row[x] = {0, 0, 0, raw};
          continue;
        }
        const auto& fit = model.at<cv::Vec<float, 5>>(y, x);
        const float telling = std::clamp((fit[4] - telling_from) / (telling_to - telling_from), 0.0f, 1.0f);
        for (int c = 0; c < 3; ++c) row[x][c] = telling * stretch * fit[c];
        row[x][3] = telling * (stretch * (fit[3] - 0.5f) + 0.5f) + (1 - telling) * raw;
      }
    }
    return out;
  });
}

}  // namespace v1
}  // namespace relievo
