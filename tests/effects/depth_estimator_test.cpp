#include <relievo/depth_estimator.hpp>

#include <cstring>
#include <fstream>
#include <numeric>

#include <nlohmann/json.hpp>

#include "common/assets.hpp"
#include "common/pictures.hpp"
#include "common/sentence.hpp"

namespace {

using namespace relievo;  // NOLINT(google-build-using-namespace)

// Ranks with ties at their mean.
std::vector<double> ranks_of(const std::vector<float>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    for (std::size_t i = first; i < last; ++i) ranks[order[i]] = static_cast<double>(first + last - 1) / 2;
    first = last;
  }
  return ranks;
}

double spearman(const std::vector<float>& a, const std::vector<float>& b) {
  const auto x = ranks_of(a);
  const auto y = ranks_of(b);
  const double mean = static_cast<double>(x.size() - 1) / 2;
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xy / std::sqrt(xx * yy);
}

void expect_ranks(const std::string& photo, const std::string& truth_path, bool metres) {
  const DepthMap depth = DepthEstimator(Device::cpu()).estimate(pictures::read_rgb(photo));
  const cv::Mat truth = cv::imread(truth_path, cv::IMREAD_UNCHANGED);
  ASSERT_EQ(truth.cols, depth.width());
  std::vector<float> measured;
  std::vector<float> ours;
  std::vector<float> ramp;
  for (int y = 0; y < truth.rows; ++y) {
    for (int x = 0; x < truth.cols; ++x) {
      const float value = metres ? truth.at<std::uint16_t>(y, x) : truth.at<std::uint8_t>(y, x);
      if (value <= 0) continue;
      measured.push_back(metres ? 1 / value : value);
      ours.push_back(depth.values().row<float>(y)[x]);
      ramp.push_back(static_cast<float>(y));
    }
  }
  const double rank = spearman(ours, measured);
  const double least = spearman(ramp, measured) - 0.05;
  std::printf("Spearman %.3f, at least %.3f\n", rank, least);
  EXPECT_GE(rank, least);
}

TEST(DepthEstimator, RanksTeddy) {
  RELIEVO_ASSET(photo, "teddy_im2.png");
  RELIEVO_ASSET(truth, "teddy_disp2.pgm");
  expect_ranks(photo, truth, false);
}

TEST(DepthEstimator, RanksCones) {
  RELIEVO_ASSET(photo, "cones_im2.png");
  RELIEVO_ASSET(truth, "cones_disp2.pgm");
  expect_ranks(photo, truth, false);
}

TEST(DepthEstimator, RanksARoom) {
  RELIEVO_ASSET(photo, "tum_color.png");
  RELIEVO_ASSET(truth, "tum_depth.png");
  expect_ranks(photo, truth, true);
}

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

class Portrait : public testing::TestWithParam<const char*> {};

TEST_P(Portrait, StandsBeforeWhatIsAround) {
  std::ifstream file(std::string(RELIEVO_SOURCE_DIR "/tests/golden/outlines/") + GetParam() + ".json");
  const auto outline = nlohmann::json::parse(file);
  RELIEVO_ASSET(path, outline.at("photo").get<std::string>());
  const DepthMap depth = DepthEstimator(Device::cpu()).estimate(pictures::read_rgb(path));
  std::vector<cv::Point> points;
  for (const auto& point : outline.at("outline")) points.emplace_back(point[0].get<int>(), point[1].get<int>());
  cv::Mat mask = cv::Mat::zeros(depth.height(), depth.width(), CV_8UC1);
  cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{points}, 255);
  const Image relative = depth.relative();
  std::vector<float> inside;
  std::vector<float> around;
  for (int y = 0; y < depth.height(); ++y) {
    for (int x = 0; x < depth.width(); ++x) {
      (mask.at<std::uint8_t>(y, x) != 0 ? inside : around).push_back(relative.row<float>(y)[x]);
    }
  }
  std::printf("%s: %.3f before the rest\n", GetParam(), median(inside) - median(around));
  EXPECT_GE(median(inside) - median(around), 0.2f);
}

INSTANTIATE_TEST_SUITE_P(Photos, Portrait, testing::Values("astronaut", "kodim04", "b24_worker_owi"));

TEST(DepthEstimator, TakesEveryFormatAndSize) {
  const DepthEstimator estimator(Device::cpu());
  for (const auto& [width, height] : {std::pair{1, 1}, std::pair{1, 40}, std::pair{40, 1}, std::pair{5, 3}}) {
    const DepthMap depth = estimator.estimate(pictures::waves<std::uint8_t>(width, height, {Scalar::u8, 3}, 255));
    EXPECT_EQ(depth.width(), width);
    EXPECT_EQ(depth.height(), height);
  }
  for (const std::uint8_t channels : {1, 3, 4}) {
    EXPECT_EQ(estimator.estimate(pictures::waves<std::uint16_t>(64, 48, {Scalar::u16, channels}, 65535)).width(), 64);
    EXPECT_EQ(estimator.estimate(pictures::waves<float>(64, 48, {Scalar::f32, channels}, 1)).width(), 64);
  }
}

TEST(DepthEstimator, IsDeterministic) {
  const Image photo = pictures::waves<std::uint8_t>(120, 80, {Scalar::u8, 3}, 255);
  const DepthMap a = DepthEstimator(Device::cpu(1)).estimate(photo);
  const DepthMap b = DepthEstimator(Device::cpu(3)).estimate(photo);
  for (int y = 0; y < 80; ++y) {
    EXPECT_EQ(std::memcmp(a.values().row<float>(y), b.values().row<float>(y), 120 * sizeof(float)), 0);
  }
}

TEST(DepthEstimator, NamesTheModelsThatWork) {
  DepthOptions options;
  options.model = "crystal-ball";
  EXPECT_ERROR(DepthEstimator(Device::cpu(), options), not_found,
               "There is no depth model \"crystal-ball\"; the model that works is \"cues\".");
  options.model = "dpt-hybrid";
  try {
    const DepthEstimator estimator(Device::cpu(), options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    EXPECT_NE(std::string(error.what()).find("librelievo_torch.so"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("\"cues\""), std::string::npos);
  }
  EXPECT_EQ(DepthEstimator(Device::cpu()).model(), "cues");
  options = {};
  options.resolution = 10;
  EXPECT_ERROR(DepthEstimator(Device::cpu(), options), invalid_argument, "resolution is 10; allowed is 64 to 4096 px.");
  EXPECT_ERROR(DepthEstimator(Device::cpu()).estimate(ImageView{}), invalid_argument, "The photo is empty.");
}

TEST(Sequence, IsSteadyWithinAShotAndForgetsAtACut) {
  const DepthEstimator estimator(Device::cpu());
  Sequence sequence(0.5f);
  const Image one = pictures::waves<std::uint8_t>(96, 64, {Scalar::u8, 3}, 255);
  const Image two = pictures::waves<std::uint8_t>(96, 64, {Scalar::u8, 3}, 40);
  (void)estimator.estimate(one, sequence);
  EXPECT_FALSE(sequence.was_cut());
  (void)estimator.estimate(one, sequence);
  EXPECT_EQ(sequence.frames(), 2);
  const DepthMap cut = estimator.estimate(two, sequence);
  EXPECT_TRUE(sequence.was_cut());
  EXPECT_EQ(sequence.frames(), 1);
  EXPECT_EQ(cut.values().row<float>(30)[40], estimator.estimate(two).values().row<float>(30)[40]);
  sequence.reset();
  EXPECT_EQ(sequence.frames(), 0);
  EXPECT_ERROR(Sequence(1.5f), invalid_argument, "smoothing is 1.5; allowed is 0 to 0.99.");
}

}  // namespace
