// The measures of depth beside those that make_depth_metrics.py works out from their definitions.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include <relievo/error.hpp>

#include "common/depth_metrics.hpp"

namespace {

using relievo::DepthKind;
using relievo::DepthMap;

DepthMap map_of(const nlohmann::json& values, const std::string& kind, int width, int height) {
  relievo::Image image(width, height, {relievo::Scalar::f32, 1});
  std::size_t i = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, ++i) {
      image.row<float>(y)[x] = values[i].is_null() ? std::numeric_limits<float>::quiet_NaN() : values[i].get<float>();
    }
  }
  return DepthMap(image, kind == "metres"         ? DepthKind::metres
                         : kind == "disparity-px" ? DepthKind::disparity_px
                                                  : DepthKind::disparity);
}

tool::DepthProtocol protocol_of(const nlohmann::json& run) {
  tool::DepthProtocol protocol;
  while (run["align"] != std::string(relievo::name_of(protocol.align))) {
    protocol.align = static_cast<tool::Alignment>(static_cast<int>(protocol.align) + 1);
  }
  protocol.eigen_crop = run["crop"];
  protocol.min_depth_m = run["min"];
  if (run["max"].is_number()) protocol.max_depth_m = run["max"];
  return protocol;
}

void expect_metrics(const tool::DepthMetrics& found, const nlohmann::json& expected) {
  EXPECT_EQ(found.pixels, expected["pixels"]);
  for (const tool::DepthMeasure& measure : tool::depth_measures) {
    const double value = found.*measure.value;
    if (expected.contains(measure.name)) {
      EXPECT_NEAR(value, expected[measure.name].get<double>(), 1e-6) << measure.name;
    } else {
      EXPECT_TRUE(std::isnan(value)) << measure.name;
    }
  }
}

TEST(DepthMetrics, AreThoseOfTheirDefinitions) {
  std::ifstream in(RELIEVO_SOURCE_DIR "/tests/golden/depth_metrics/cases.json");
  const nlohmann::json cases = nlohmann::json::parse(in);
  ASSERT_EQ(cases.size(), 7u);
  for (const nlohmann::json& one : cases) {
    const int width = one["width"], height = one["height"];
    const DepthMap estimate = map_of(one["estimate"], one["estimate_kind"], width, height);
    const DepthMap truth = map_of(one["truth"], one["truth_kind"], width, height);
    ASSERT_EQ(one["runs"].size(), 12u);
    for (const nlohmann::json& run : one["runs"]) {
      nlohmann::json protocol = run;
      protocol.erase("metrics");
      SCOPED_TRACE(one["name"].get<std::string>() + " " + protocol.dump());
      expect_metrics(tool::depth_metrics(estimate, truth, protocol_of(run)), run["metrics"]);
    }
  }
}

TEST(DepthMetrics, OfTheTruthItselfArePerfect) {
  relievo::Image image(40, 30, {relievo::Scalar::f32, 1});
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) image.row<float>(y)[x] = (x / 10 + y / 10) % 2 == 0 ? 2.0f : 3.0f;
  }
  const DepthMap truth(image, DepthKind::metres);
  const tool::DepthMetrics found = tool::depth_metrics(truth, truth);
  EXPECT_NEAR(found.abs_rel, 0, 1e-12);
  EXPECT_NEAR(found.rmse_m, 0, 1e-12);
  EXPECT_NEAR(found.spearman, 1, 1e-12);
  EXPECT_EQ(found.delta1, 1);
  EXPECT_NEAR(found.boundary_f1, 1, 1e-12);
}

TEST(DepthMetrics, TheProtocolOfNyuIsItsCropAndRange) {
  const tool::DepthProtocol nyu = tool::DepthProtocol::nyu();
  relievo::Image metres(640, 480, {relievo::Scalar::f32, 1});
  for (int y = 0; y < 480; ++y) {
    for (int x = 0; x < 640; ++x) metres.row<float>(y)[x] = 1 + static_cast<float>(x) / 640;
  }
  metres.row<float>(45)[41] = 10.5f;
  EXPECT_EQ(tool::depth_metrics(DepthMap(metres, DepthKind::metres), DepthMap(metres, DepthKind::metres), nyu).pixels,
            (471u - 45u) * (601u - 41u) - 1u);
}

TEST(DepthMetrics, RanksAreComparedWithoutARange) {
  relievo::Image left(3, 1, {relievo::Scalar::f32, 1}), right(3, 1, {relievo::Scalar::f32, 1});
  for (int x = 0; x < 3; ++x) left.row<float>(0)[x] = static_cast<float>(x + 1);
  right.row<float>(0)[0] = 5, right.row<float>(0)[1] = 9, right.row<float>(0)[2] = 7;
  // Ranks of nearness 2 1 0 of the former, 0 2 1 of the latter.
  EXPECT_NEAR(tool::rank_correlation(DepthMap(left, DepthKind::metres), DepthMap(right, DepthKind::disparity)), -0.5,
              1e-12);
}

TEST(DepthMetrics, MapsWithoutACommonPixelAreRefused) {
  relievo::Image left(2, 1, {relievo::Scalar::f32, 1}), right(2, 1, {relievo::Scalar::f32, 1});
  const float unknown = std::numeric_limits<float>::quiet_NaN();
  left.row<float>(0)[0] = right.row<float>(0)[1] = 1;
  left.row<float>(0)[1] = right.row<float>(0)[0] = unknown;
  EXPECT_THROW(tool::depth_metrics(DepthMap(left, DepthKind::metres), DepthMap(right, DepthKind::metres)),
               relievo::Error);
}

}  // namespace
