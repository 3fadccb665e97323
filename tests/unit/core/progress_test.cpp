// Progress reports parts of a whole and carries a wish to stop.
#include <relievo/progress.hpp>

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "common/images.hpp"

namespace relievo {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Progress, AnEmptyOneHearsNothing) {
  const Progress none;
  EXPECT_FALSE(none);
  none.report(0.5, "fill");
  EXPECT_FALSE(none.part(0, 0.5));
  none.part(0, 0.5).report(1, "fill");
}

TEST(Progress, HearsFractionAndStage) {
  std::vector<std::pair<double, std::string>> heard;
  const Progress progress([&](double fraction, std::string_view stage) {
    heard.emplace_back(fraction, stage);
    return true;
  });
  EXPECT_TRUE(progress);
  progress.report(0, "fill");
  progress.report(0.25, "fill");
  progress.report(1.5, "frames");
  progress.report(-1, "frames");
  EXPECT_THAT(heard, ElementsAre(Pair(0, "fill"), Pair(0.25, "fill"), Pair(1, "frames"), Pair(0, "frames")));
}

TEST(Progress, PartsLieBetweenTheirEndsAndNest) {
  std::vector<double> heard;
  const Progress progress([&](double fraction, std::string_view) {
    heard.push_back(fraction);
    return true;
  });
  const Progress part = progress.part(0.5, 0.75);
  part.report(0, "a");
  part.report(0.5, "a");
  part.report(1, "a");
  part.part(0.5, 1).report(0.5, "a");  // 0.5 + 0.25 * 0.75
  EXPECT_THAT(heard, ElementsAre(0.5, 0.625, 0.75, 0.6875));
}

TEST(Progress, ANoIsCancelled) {
  const Progress progress([](double fraction, std::string_view) { return fraction < 0.5; });
  EXPECT_EQ(test::error_of([&] { progress.report(0.4, "fill"); }), "nothing");
  EXPECT_EQ(test::error_of([&] { progress.report(0.6, "fill"); }), "cancelled: Cancelled during fill.");
  EXPECT_EQ(test::error_of([&] { progress.part(0, 0.5).report(1, "frames"); }), "cancelled: Cancelled during frames.");
}

}  // namespace
}  // namespace relievo
