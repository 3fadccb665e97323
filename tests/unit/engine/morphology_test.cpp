#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr PixelFormat format{Scalar::u8, 1};

// Over the mask's pixels, one by one.
double brute_force(const Picture& in, Morphology operation, const ApertureMask& mask, int x, int y) {
  double value = operation == Morphology::dilate ? 0 : 255;
  for (const ApertureRun& run : mask.runs) {
    for (int dx = run.dx_begin; dx < run.dx_end; ++dx) {
      const int u = x + dx, v = y + run.dy;
      if (u < 0 || u >= in.width() || v < 0 || v >= in.height()) continue;
      value = operation == Morphology::dilate ? std::max(value, in.at(u, v, 0)) : std::min(value, in.at(u, v, 0));
    }
  }
  return value;
}

std::vector<ApertureMask> masks() {
  std::vector<ApertureMask> all;
  for (const int diameter : {1, 3, 4, 7, 15, 33}) all.push_back(make_ellipse(diameter));
  all.push_back(make_aperture(Aperture::heart, 9));
  // Does not hold its centre.
  all.push_back({5, 7, {{-5, -2, 0}, {0, 1, 4}, {0, 5, 6}, {2, -4, -3}}});
  return all;
}

TEST(Morphology, IsTheLargestOrSmallestUnderTheMask) {
  TestEngine engine(2);
  for (const ApertureMask& mask : masks()) {
    for (const Size size : sizes()) {
      const Picture in = random_picture(size.width, size.height, format);
      for (const Morphology operation : {Morphology::dilate, Morphology::erode}) {
        Picture out(size.width, size.height, format);
        engine.morphology(in, out, operation, mask);
        EXPECT_TRUE(near(out, 0, [&](int x, int y, int) { return brute_force(in, operation, mask, x, y); }))
            << "radius " << mask.radius << ", area " << mask.area;
      }
    }
  }
}

TEST(Morphology, ReachesAcrossTiles) {
  TestEngine engine(2);
  const ApertureMask mask = make_ellipse(101);
  Picture in = constant_picture(1200, 40, format, 0);
  for (const int x : {0, 511, 512, 700, 1199}) in.set(x, (7 * x) % 40, 0, 1 + x % 250);
  Picture out(1200, 40, format);
  engine.morphology(in, out, Morphology::dilate, mask);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 1200; ++x) {
      double expected = 0;
      for (const int u : {0, 511, 512, 700, 1199}) {
        const int dx = u - x, dy = (7 * u) % 40 - y;
        for (const ApertureRun& run : mask.runs) {
          if (run.dy == dy && dx >= run.dx_begin && dx < run.dx_end) expected = std::max(expected, 1.0 + u % 250);
        }
      }
      ASSERT_EQ(out.at(x, y, 0), expected) << x << ", " << y;
    }
  }
}

TEST(Morphology, MayWorkInPlace) {
  TestEngine engine(2);
  Picture picture = random_picture(131, 147, format);
  Picture out(131, 147, format);
  engine.morphology(picture, out, Morphology::erode, make_ellipse(9));
  engine.morphology(picture, picture, Morphology::erode, make_ellipse(9));
  EXPECT_TRUE(picture.same_bits(out));
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
