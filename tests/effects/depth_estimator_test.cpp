#include <relievo/depth_estimator.hpp>

#include <cmath>
#include <fstream>
#include <numeric>

#include <nlohmann/json.hpp>

#include "common/assets.hpp"
#include "common/images.hpp"
#include "common/pictures.hpp"
#include "common/sentence.hpp"

namespace {

using namespace relievo;  // NOLINT(google-build-using-namespace)

const DepthOptions cues{.model = "cues"};

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
  const DepthMap depth = DepthEstimator(Device::cpu(), cues).estimate(pictures::read_rgb(photo));
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
  const DepthMap depth = DepthEstimator(Device::cpu(), cues).estimate(pictures::read_rgb(path));
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

TEST(DepthEstimator, TakesEverySize) {
  const DepthEstimator estimator(Device::cpu(), cues);
  for (const auto& [width, height] :
       {std::pair{1, 1}, std::pair{1, 40}, std::pair{40, 1}, std::pair{5, 3}, std::pair{3000, 2}}) {
    for (const bool constant : {false, true}) {
      const DepthMap depth =
          estimator.estimate(constant ? test::flat(width, height, test::u8_3, 0.4) : test::photo(width, height));
      ASSERT_EQ(depth.width(), width);
      ASSERT_EQ(depth.height(), height);
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          const float value = depth.values().row<float>(y)[x];
          ASSERT_TRUE(value >= 0 && value <= 1) << value << " at " << x << ", " << y;
        }
      }
    }
  }
}

TEST(DepthEstimator, EveryFormatHasTheDepthOfItsBytes) {
  const DepthEstimator estimator(Device::cpu(), cues);
  for (const std::uint8_t channels : {1, 3, 4}) {
    // Alpha is 1; colours are multiples of 1/255, which every format holds.
    const auto value = [](int x, int y, int c) { return c == 3 ? 1 : test::texture(x, y, c); };
    const DepthMap wanted = estimator.estimate(test::make(96, 64, {Scalar::u8, channels}, value));
    for (const Scalar scalar : {Scalar::u16, Scalar::f16, Scalar::f32}) {
      const DepthMap depth = estimator.estimate(test::make(96, 64, {scalar, channels}, value));
      EXPECT_TRUE(test::same(depth.values(), wanted.values()))
          << static_cast<int>(channels) << " channels of scalar " << static_cast<int>(scalar);
    }
  }
}

TEST(DepthEstimator, IsDeterministic) {
  const Image photo = test::photo(120, 80);
  const DepthMap a = DepthEstimator(Device::cpu(1), cues).estimate(photo);
  const DepthMap b = DepthEstimator(Device::cpu(3), cues).estimate(photo);
  EXPECT_TRUE(test::same(a.values(), b.values()));
}

void expect_not_found(std::string_view model, const char* part) {
  DepthOptions options;
  options.model = model;
  try {
    const DepthEstimator estimator(Device::cpu(), options);
    FAIL() << model;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(DepthEstimator, NamesTheModelsThatWork) {
  expect_not_found(
      "crystal-ball",
      "There is no depth model \"crystal-ball\" and no file of that name; there are auto, cues, depth-any");
  expect_not_found("dpt-hybrid", "The model \"dpt-hybrid\" is not installed; run \"relievo models fetch dpt-hybrid");
  EXPECT_EQ(DepthEstimator(Device::cpu()).model(), "cues") << "there is no librelievo_torch.so beside this test";
  DepthOptions options = cues;
  options.resolution = 10;
  EXPECT_ERROR(DepthEstimator(Device::cpu(), options), invalid_argument,
               "resolution is 10; allowed is 0 (the model's own) or 64 to 4096 px.");
  options.resolution = 0;
  options.tiles = 2;
  EXPECT_ERROR(DepthEstimator(Device::cpu(), options), invalid_argument,
               "tiles is 2; the model is cues, which sees the photo as a whole: allowed is 1.");
  EXPECT_ERROR(DepthEstimator(Device::cpu(), cues).estimate(ImageView{}), invalid_argument, "The photo is empty.");
}

TEST(Sequence, MixesInThePastWithinAShot) {
  const DepthEstimator estimator(Device::cpu(), cues);
  // Frames of one shot: a small bright box wanders.
  const auto frame = [](int left) {
    return test::make(96, 64, test::u8_3, [&](int x, int y, int c) {
      return x >= left && x < left + 12 && y >= 30 && y < 50 ? 0.95 : 0.8 * test::texture(x, y, c);
    });
  };
  const Image frames[] = {frame(20), frame(30), frame(40)};
  for (const float smoothing : {0.0f, 0.75f}) {
    Sequence sequence(smoothing);
    std::vector<double> past;
    double moved = 0;
    for (int i = 0; i < 3; ++i) {
      const DepthMap alone = estimator.estimate(frames[i]);
      const DepthMap shown = estimator.estimate(frames[i], sequence);
      EXPECT_EQ(sequence.frames(), i + 1);
      EXPECT_FALSE(sequence.was_cut());
      std::vector<double> now;
      for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 96; ++x) {
          const double own = test::at(alone.values(), x, y);
          const double before = i == 0 ? own : past[now.size()];
          now.push_back(static_cast<double>(smoothing) * before + (1 - static_cast<double>(smoothing)) * own);
          ASSERT_NEAR(test::at(shown.values(), x, y), now.back(), 1e-6) << x << ", " << y << " of frame " << i;
          moved = std::max(moved, std::abs(own - before));
        }
      }
      past = std::move(now);
    }
    EXPECT_GT(moved, 0.1) << "the frames differ in depth";
  }
}

TEST(Sequence, ForgetsAtACutAndAtAnotherSize) {
  const DepthEstimator estimator(Device::cpu(), cues);
  Sequence sequence(0.5f);
  const Image one = test::photo(96, 64);
  const Image dark = pictures::waves<std::uint8_t>(96, 64, {Scalar::u8, 3}, 40);
  const Image small = test::photo(48, 32);
  (void)estimator.estimate(one, sequence);
  (void)estimator.estimate(one, sequence);
  EXPECT_EQ(sequence.frames(), 2);
  for (const ImageView& next : {dark.view(), small.view()}) {
    const DepthMap cut = estimator.estimate(next, sequence);
    EXPECT_TRUE(sequence.was_cut());
    EXPECT_EQ(sequence.frames(), 1);
    EXPECT_TRUE(test::same(cut.values(), estimator.estimate(next).values()));
    (void)estimator.estimate(next, sequence);
    EXPECT_FALSE(sequence.was_cut());
  }
  sequence.reset();
  EXPECT_EQ(sequence.frames(), 0);
  EXPECT_FALSE(sequence.was_cut());
  const DepthMap first = estimator.estimate(one, sequence);
  EXPECT_FALSE(sequence.was_cut());
  EXPECT_TRUE(test::same(first.values(), estimator.estimate(one).values()));
  EXPECT_ERROR(Sequence(1.5f), invalid_argument, "smoothing is 1.5; allowed is 0 to 0.99.");
}

}  // namespace
