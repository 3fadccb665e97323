// What a user says of the subject, subjects without depth, and trimaps.
#include <relievo/segmenter.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/images.hpp"
#include "common/pictures.hpp"
#include "common/sentence.hpp"

namespace {

using namespace relievo;  // NOLINT(google-build-using-namespace)
using test::at;

constexpr int width = 480, height = 320;

bool left_disc(int x, int y) { return std::hypot(x - 130.5, y - 160.5) < 80; }
bool right_disc(int x, int y) { return std::hypot(x - 350.5, y - 170.5) < 70; }
// A square that touches the left disc at its depth.
bool square(int x, int y) { return x >= 190 && x < 250 && y >= 60 && y < 120; }

// A red disc with a green square on it, a yellow disc, all before a blue wall; noise is not colour alone.
Image photo_of_discs() {
  return test::make(width, height, test::u8_3, [](int x, int y, int c) {
    const double red[] = {0.8, 0.2, 0.2}, yellow[] = {0.8, 0.7, 0.2}, green[] = {0.2, 0.7, 0.25},
                 blue[] = {0.2, 0.3, 0.7};
    const double* const color = square(x, y) ? green : left_disc(x, y) ? red : right_disc(x, y) ? yellow : blue;
    return std::clamp(color[c] + 0.3 * (test::texture(x, y, c) - 0.5), 0.0, 1.0);
  });
}

DepthMap depth_of_discs(bool flat = false) {
  return DepthMap(test::make(width, height, test::f32_1,
                             [flat](int x, int y, int) {
                               if (flat) return 0.5;
                               return left_disc(x, y) || square(x, y) ? 0.9 : right_disc(x, y) ? 0.6 : 0.1;
                             }),
                  DepthKind::disparity);
}

// Shared part of a matte's 128 and more, and a shape.
template <class Shape>
double overlap(const Image& matte, const Shape& shape) {
  int both = 0, either = 0;
  for (int y = 0; y < matte.height(); ++y) {
    for (int x = 0; x < matte.width(); ++x) {
      const bool is = matte.row<std::uint8_t>(y)[x] >= 128, should = shape(x, y);
      both += is && should;
      either += is || should;
    }
  }
  return either == 0 ? 1 : static_cast<double>(both) / either;
}

Image hinted(const SegmentHint& hint, bool flat = false) {
  return Segmenter(Device::cpu()).segment(photo_of_discs(), depth_of_discs(flat), hint);
}

SegmentHint hint_of(const std::vector<SegmentPoint>& points, SegmentBox box = {}) {
  return {{}, box, points.data(), static_cast<int>(points.size())};
}

TEST(Hint, APointPicksWhatIsAtItsDepth) {
  EXPECT_GT(overlap(hinted(hint_of({{350, 170}})), right_disc), 0.95);
  EXPECT_GT(overlap(hinted(hint_of({{110, 170}})), [](int x, int y) { return left_disc(x, y) || square(x, y); }), 0.95);
  EXPECT_GT(overlap(hinted(hint_of({{350, 170}, {110, 170}})),
                    [](int x, int y) { return left_disc(x, y) || square(x, y) || right_disc(x, y); }),
            0.95);
}

TEST(Hint, APointOutsideLeavesOutWhatHasItsColours) {
  EXPECT_GT(overlap(hinted(hint_of({{110, 170}, {220, 90, false}})),
                    [](int x, int y) { return left_disc(x, y) && !square(x, y); }),
            0.93);
  // Of the subject, which without it is both discs or the nearer one.
  const Image matte = hinted(hint_of({{350, 170, false}}));
  EXPECT_LT(at(matte, 350, 170), 0.02);
  EXPECT_GT(at(matte, 110, 170), 0.98);
}

TEST(Hint, ABoxAndAMaskPickToo) {
  EXPECT_GT(overlap(hinted(hint_of({}, {260, 80, 180, 180})), right_disc), 0.95);
  const Image rough = test::box(width, height, 300, 115, 400, 225);
  SegmentHint hint;
  hint.mask = rough;
  EXPECT_GT(overlap(hinted(hint), right_disc), 0.93);
}

TEST(Hint, WithoutDepthColoursDecide) {
  EXPECT_GT(overlap(hinted(hint_of({{350, 170}}), true), right_disc), 0.93);
  EXPECT_GT(overlap(hinted(hint_of({}, {260, 80, 180, 180}), true), right_disc), 0.93);
}

TEST(Hint, AnEmptyOneIsNone) {
  const Segmenter segmenter(Device::cpu());
  const Image photo = photo_of_discs();
  EXPECT_TRUE(test::same(segmenter.segment(photo, depth_of_discs(), SegmentHint{}),
                         segmenter.segment(photo, depth_of_discs())));
}

TEST(Hint, TakesPhotosOfOnePixelAndOneRow) {
  const Segmenter segmenter(Device::cpu());
  for (const auto& [w, h] : {std::pair{1, 1}, std::pair{1, 100}, std::pair{100, 1}, std::pair{2, 3}}) {
    for (const bool flat : {false, true}) {
      const Image photo = test::photo(w, h);
      const DepthMap depth(
          test::make(w, h, test::f32_1,
                     [&](int x, int y, int) { return !flat && x + y >= 40 && x + y < 60 ? 0.9 : 0.1; }),
          DepthKind::disparity);
      const SegmentPoint last{w - 1, h - 1}, points[] = {{0, 0}, {w - 1, h - 1, false}};
      SegmentHint hint{{}, {0, 0, w, h}, &last, 1};
      EXPECT_GT(at(segmenter.segment(photo, depth, hint), w - 1, h - 1), 0.98) << w << " x " << h;
      if (w * h > 1) {
        hint = {{}, {}, points, 2};
        EXPECT_GT(at(segmenter.segment(photo, depth, hint), 0, 0), 0.5) << w << " x " << h;
      }
      hint = {{}, {0, 0, w, h}, nullptr, 0};
      EXPECT_EQ(segmenter.segment(photo, depth, hint).width(), w);
      EXPECT_LE(segmenter.instances(photo, depth).size(), 1u);
      EXPECT_EQ(segmenter.trimap(test::flat(w, h, test::u8_1, 1), 50).height(), h);
    }
  }
}

TEST(Hint, ThoseThatCannotBeMeantAreRefused) {
  const auto refused = [](const SegmentHint& hint, const char* sentence) {
    EXPECT_ERROR(hinted(hint), invalid_argument, sentence);
    EXPECT_ERROR((Segmenter(Device::cpu()).check(photo_of_discs(), hint), 0), invalid_argument, sentence);
  };
  refused(hint_of({{10, 10}, {480, 10}}),
          "A point of the hint is (480, 10); it must lie within the photo, 480 x 320 pixels.");
  refused(hint_of({{-1, 10}}), "A point of the hint is (-1, 10); it must lie within the photo, 480 x 320 pixels.");
  refused(hint_of({}, {400, 300, 100, 10}),
          "The box is 100 x 10 at (400, 300); it must lie within the photo, 480 x 320 pixels.");
  refused(hint_of({}, {4, 3, 1, 0}), "The box is 1 x 0 at (4, 3); it must lie within the photo, 480 x 320 pixels.");
  refused(hint_of({{10, 10}}, {100, 100, 50, 50}),
          "The point (10, 10) is to be the subject's, but lies outside of the box.");
  refused(hint_of({{10, 10}, {10, 10, false}}),
          "The points (10, 10) and (10, 10) are too near to each other for one to be the subject's and one not.");
  SegmentHint hint;
  const Image nothing = test::flat(width, height, test::u8_1, 0), all = test::flat(width, height, test::u8_1, 1);
  hint.mask = nothing;
  refused(hint, "The mask covers nothing; it must cover some of the subject.");
  hint.mask = all;
  refused(hint, "The mask covers the whole photo; it must leave the background out.");
  const Image corner = test::box(width, height, 0, 0, 20, 20), small = test::flat(30, 20, test::u8_1, 1),
              colours = photo_of_discs();
  hint.mask = corner;
  hint.box = {100, 100, 50, 50};
  refused(hint, "The mask and the box of the hint have no pixel in common.");
  hint.mask = small;
  refused(hint, "The photo is 480 x 320 pixels, the hint's mask 30 x 20; they must be the same.");
  hint.mask = colours;
  refused(hint, "The hint's mask must be u8 with 1 channel.");
  const Segmenter otsu(Device::cpu(), SegmentOptions::spatial_photo());
  EXPECT_ERROR(otsu.segment(photo_of_discs(), depth_of_discs(), hint_of({{10, 10}})), invalid_argument,
               "method is otsu, which knows no hints; it must be auto.");
}

TEST(Segmenter, AThingThatStandsOutByItsColoursIsTheSubjectWhereDepthHasNoStep) {
  const auto apple = [](int x, int y) { return std::hypot((x - 250) / 1.2, y - 170) < 75; };
  const Image photo = test::make(width, height, test::u8_3, [&](int x, int y, int c) {
    const double red[] = {0.75, 0.15, 0.15}, wall[] = {0.6, 0.62, 0.6};
    return std::clamp((apple(x, y) ? red : wall)[c] + 0.15 * (test::texture(x, y, c) - 0.5), 0.0, 1.0);
  });
  const DepthMap ground(
      test::make(width, height, test::f32_1, [](int, int y, int) { return static_cast<double>(y) / height; }),
      DepthKind::disparity);
  EXPECT_GT(overlap(Segmenter(Device::cpu()).segment(photo, ground), apple), 0.95);
  // Texture alone has none.
  const Image matte = Segmenter(Device::cpu()).segment(test::photo(width, height), ground);
  EXPECT_EQ(overlap(matte, [](int, int) { return false; }), 1);
}

TEST(Trimap, KnowsWhatIsFarFromTheEdge) {
  // A soft edge from column 20 to 23.
  const Image matte =
      test::make(60, 10, test::u8_1, [](int x, int, int) { return std::clamp((x - 19) / 5.0, 0.0, 1.0); });
  const Segmenter segmenter(Device::cpu());
  for (const int band : {0, 3}) {
    const Image trimap = segmenter.trimap(matte, band);
    for (int x = 0; x < 60; ++x) {
      const int expected = x < 20 - band ? 0 : x > 23 + band ? 255 : 128;
      EXPECT_EQ(trimap.row<std::uint8_t>(5)[x], expected) << x << ", " << band;
    }
  }
  // A matte of one pixel that is neither.
  EXPECT_EQ(segmenter.trimap(test::flat(1, 1, test::u8_1, 0.5)).row<std::uint8_t>(0)[0], 128);
  EXPECT_ERROR(segmenter.trimap(matte, 51), invalid_argument, "band_px is 51; allowed is 0 to 50 px.");
  EXPECT_ERROR(segmenter.trimap(matte, -1), invalid_argument, "band_px is -1; allowed is 0 to 50 px.");
  EXPECT_ERROR(segmenter.trimap(photo_of_discs()), invalid_argument, "The matte must be u8 with 1 channel.");
}

}  // namespace
