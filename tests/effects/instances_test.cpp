// Several subjects of one photo.
#include <relievo/segmenter.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "common/images.hpp"
#include "common/sentence.hpp"

namespace {

using namespace relievo;  // NOLINT(google-build-using-namespace)

constexpr int width = 720, height = 480;

// Head, torso, arms and legs.
struct Figure {
  double x, foot, tall;  // px
  double disparity;
  double shirt[3], trousers[3];

  // 0 nothing, 1 skin, 2 shirt, 3 trousers.
  int part(double px, double py) const {
    const double u = (px - x) / tall, v = (foot - py) / tall;
    if (std::hypot(u / 0.075, (v - 0.9) / 0.1) < 1) return 1;
    if (std::abs(u) < 0.03 && v > 0.75 && v < 0.85) return 1;
    if (std::abs(u) < 0.15 - 0.05 * (0.8 - v) && v > 0.45 && v < 0.8) return 2;
    if (std::abs(std::abs(u) - 0.17 - 0.06 * (0.75 - v)) < 0.03 && v > 0.42 && v < 0.78) return v > 0.5 ? 2 : 1;
    if (std::abs(std::abs(u) - 0.06) < 0.055 && v > 0 && v < 0.47) return 3;
    return 0;
  }
};

struct Scene {
  std::vector<Figure> figures;  // the nearest first

  int seen(int x, int y) const {
    for (std::size_t i = 0; i < figures.size(); ++i) {
      if (figures[i].part(x + 0.5, y + 0.5) != 0) return static_cast<int>(i);
    }
    return -1;
  }
  Image photo() const {
    return test::make(width, height, test::u8_3, [&](int x, int y, int c) {
      const double wall[] = {0.45, 0.5, 0.42}, skin[] = {0.8, 0.6, 0.5};
      const int i = seen(x, y);
      const Figure* const figure = i < 0 ? nullptr : &figures[static_cast<std::size_t>(i)];
      const int part = figure == nullptr ? 0 : figure->part(x + 0.5, y + 0.5);
      const double* const color = part == 0 ? wall : part == 1 ? skin : part == 2 ? figure->shirt : figure->trousers;
      return std::clamp(color[c] + 0.4 * (test::texture(x + 31 * i, y, c) - 0.5), 0.0, 1.0);
    });
  }
  // Blurred by a Gaussian of `sigma` px.
  DepthMap depth(double sigma) const {
    Image values = test::make(width, height, test::f32_1, [&](int x, int y, int) {
      const int i = seen(x, y);
      return i < 0 ? 0.1 + 0.05 * y / height : figures[static_cast<std::size_t>(i)].disparity;
    });
    if (sigma > 0) {
      cv::Mat mat(height, width, CV_32F, values.row<float>(0), static_cast<std::size_t>(values.stride()));
      cv::GaussianBlur(mat, mat, {}, sigma);
    }
    return DepthMap(values, DepthKind::disparity);
  }
};

double overlap(const Image& matte, const Scene& scene, int figure) {
  int both = 0, either = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool is = matte.row<std::uint8_t>(y)[x] >= 128, should = scene.seen(x, y) == figure;
      both += is && should;
      either += is || should;
    }
  }
  return static_cast<double>(both) / std::max(1, either);
}

// Two who overlap, the nearer one larger.
const Scene couple{{{300, 470, 440, 0.9, {0.7, 0.25, 0.2}, {0.2, 0.2, 0.35}},
                    {420, 440, 380, 0.55, {0.25, 0.35, 0.7}, {0.35, 0.3, 0.2}}}};

TEST(Instances, TwoPersonsWhoOverlapAreTwo) {
  for (const double sigma : {0.0, 2.0}) {
    const std::vector<Image> mattes = Segmenter(Device::cpu()).instances(couple.photo(), couple.depth(sigma));
    ASSERT_EQ(mattes.size(), 2u) << sigma;
    for (int i = 0; i < 2; ++i) EXPECT_GT(overlap(mattes[static_cast<std::size_t>(i)], couple, i), 0.9) << sigma;
  }
}

TEST(Instances, ThoseApartAreNearestFirst) {
  const Scene apart{{{560, 460, 420, 0.9, {0.7, 0.25, 0.2}, {0.2, 0.2, 0.35}},
                     {360, 440, 360, 0.65, {0.25, 0.35, 0.7}, {0.35, 0.3, 0.2}},
                     {160, 430, 330, 0.45, {0.7, 0.65, 0.2}, {0.3, 0.2, 0.3}}}};
  const std::vector<Image> mattes = Segmenter(Device::cpu()).instances(apart.photo(), apart.depth(1));
  ASSERT_EQ(mattes.size(), 3u);
  for (int i = 0; i < 3; ++i) EXPECT_GT(overlap(mattes[static_cast<std::size_t>(i)], apart, i), 0.85) << i;
}

TEST(Instances, CoverAPixelOnce) {
  const std::vector<Image> mattes = Segmenter(Device::cpu()).instances(couple.photo(), couple.depth(1));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      int sum = 0;
      for (const Image& matte : mattes) sum += matte.row<std::uint8_t>(y)[x];
      ASSERT_LE(sum, 255);
    }
  }
}

TEST(Instances, OneIsOneAndNoneIsNone) {
  const Scene one{{couple.figures[0]}};
  const std::vector<Image> mattes = Segmenter(Device::cpu()).instances(one.photo(), one.depth(1));
  ASSERT_EQ(mattes.size(), 1u);
  EXPECT_GT(overlap(mattes[0], one, 0), 0.9);
  const DepthMap flat(test::flat(width, height, test::f32_1, 0.5), DepthKind::disparity);
  EXPECT_TRUE(Segmenter(Device::cpu()).instances(test::photo(width, height), flat).empty());
}

TEST(Instances, CanBeCancelled) {
  for (const double at : {0.0, 0.3, 0.8}) {
    const Progress progress([at](double fraction, std::string_view) { return fraction < at; });
    EXPECT_EQ(test::error_of([&] {
                (void)Segmenter(Device::cpu()).instances(couple.photo(), couple.depth(0), progress);
              }).substr(0, 9),
              "cancelled");
  }
}

TEST(Instances, NeedColours) {
  EXPECT_ERROR(Segmenter(Device::cpu(), SegmentOptions::spatial_photo()).instances(couple.photo(), couple.depth(0)),
               invalid_argument, "method is otsu, which knows no instances; it must be auto.");
}

}  // namespace
