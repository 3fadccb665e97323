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

TEST(DepthMetrics, AreThoseOfTheirDefinitions) {
  std::ifstream in(RELIEVO_SOURCE_DIR "/tests/golden/depth_metrics/cases.json");
  const nlohmann::json cases = nlohmann::json::parse(in);
  ASSERT_EQ(cases.size(), 6u);
  for (const nlohmann::json& one : cases) {
    const int width = one["width"], height = one["height"];
    const tool::DepthMetrics found = tool::depth_metrics(map_of(one["estimate"], one["estimate_kind"], width, height),
                                                         map_of(one["truth"], one["truth_kind"], width, height));
    const nlohmann::json& expected = one["metrics"];
    EXPECT_EQ(found.pixels, expected["pixels"]) << one["name"];
    const std::pair<const char*, double> values[] = {{"abs_rel", found.abs_rel},
                                                     {"rmse_m", found.rmse_m},
                                                     {"delta1", found.delta1},
                                                     {"spearman", found.spearman},
                                                     {"boundary_f1", found.boundary_f1}};
    for (const auto& [name, value] : values) {
      if (expected.contains(name)) {
        EXPECT_NEAR(value, expected[name].get<double>(), 1e-6) << name << " of " << one["name"];
      } else {
        EXPECT_TRUE(std::isnan(value)) << name << " of " << one["name"];
      }
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

TEST(DepthMetrics, MapsWithoutACommonPixelAreRefused) {
  relievo::Image left(2, 1, {relievo::Scalar::f32, 1}), right(2, 1, {relievo::Scalar::f32, 1});
  const float unknown = std::numeric_limits<float>::quiet_NaN();
  left.row<float>(0)[0] = right.row<float>(0)[1] = 1;
  left.row<float>(0)[1] = right.row<float>(0)[0] = unknown;
  EXPECT_THROW(tool::depth_metrics(DepthMap(left, DepthKind::metres), DepthMap(right, DepthKind::metres)),
               relievo::Error);
}

}  // namespace
