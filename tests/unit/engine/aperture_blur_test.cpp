#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr PixelFormat formats[] = {{Scalar::u8, 1},  {Scalar::u8, 3},  {Scalar::u8, 4},
                                   {Scalar::u16, 1}, {Scalar::u16, 4}, {Scalar::f32, 3}};
constexpr Aperture shapes[] = {Aperture::circle, Aperture::hexagon, Aperture::octagon, Aperture::heart};

void expect_mean(const Picture& in, const Picture& out, const ApertureMask& mask, int first_row) {
  const bool exact = in.scalar() != Scalar::f32;
  EXPECT_TRUE(near(out, exact ? 0 : 1e-6, [&](int x, int y, int c) {
    double sum = 0;
    for (const ApertureRun& run : mask.runs) {
      for (int dx = run.dx_begin; dx < run.dx_end; ++dx) sum += in.repeated(x + dx, first_row + y + run.dy, c);
    }
    return exact ? std::floor((sum + mask.area / 2) / mask.area) : sum / mask.area;
  }));
}

TEST(ApertureBlur, IsTheExactMeanUnderEveryShape) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    for (const Size size : sizes()) {
      const Picture in = random_picture(size.width, size.height, format);
      for (const Aperture shape : shapes) {
        for (const int radius : {0, 1, 2, 5, 9}) {
          const ApertureMask mask = make_aperture(shape, radius);
          Picture out(size.width, size.height, format);
          engine.aperture_blur(in, out, mask, 0);
          expect_mean(in, out, mask, 0);
        }
      }
    }
  }
}

TEST(ApertureBlur, LargeMasksStayExact) {
  TestEngine engine(2);
  for (const PixelFormat format : {PixelFormat{Scalar::u8, 1}, PixelFormat{Scalar::u16, 1}}) {
    const Picture in = random_picture(70, 40, format, 9);
    for (const int radius : {64, 128}) {
      const ApertureMask mask = make_aperture(Aperture::circle, radius);
      Picture out(70, 40, format);
      engine.aperture_blur(in, out, mask, 0);
      expect_mean(in, out, mask, 0);
    }
  }
}

TEST(ApertureBlur, TakesMasksOfSeveralRunsARow) {
  TestEngine engine(1);
  ApertureMask comb;
  comb.radius = 4;
  for (int dy = -4; dy <= 4; dy += 2) {
    for (int dx = -4; dx <= 4; dx += 3) comb.runs.push_back({dy, dx, dx + 2});
  }
  comb.area = 5 * 3 * 2;
  for (const PixelFormat format : formats) {
    const Picture in = random_picture(61, 47, format);
    Picture out(61, 47, format);
    engine.aperture_blur(in, out, comb, 0);
    expect_mean(in, out, comb, 0);
  }
}

TEST(ApertureBlur, CountsWhatRunsShareAsOftenAsTheyHoldIt) {
  TestEngine engine(1);
  // A pyramid of four steps, beside it a single pixel.
  ApertureMask grey;
  grey.radius = 5;
  for (int step = 0; step < 4; ++step) {
    for (int dy = step - 3; dy <= 3 - step; ++dy) grey.runs.push_back({dy, step - 4, 3 - step});
  }
  grey.runs.push_back({5, 5, 6});
  for (const ApertureRun& run : grey.runs) grey.area += run.dx_end - run.dx_begin;
  for (const PixelFormat format : formats) {
    const Picture in = random_picture(61, 47, format);
    Picture out(61, 47, format);
    engine.aperture_blur(in, out, grey, 0);
    expect_mean(in, out, grey, 0);
    const Picture flat = constant_picture(61, 47, format, 0.7 * full(format.scalar));
    engine.aperture_blur(flat, out, grey, 0);
    EXPECT_TRUE(out.same_bits(flat));
  }
}

TEST(ApertureBlur, BandsEqualTheWhole) {
  TestEngine engine(2);
  const ApertureMask mask = make_aperture(Aperture::hexagon, 7);
  for (const PixelFormat format : formats) {
    const Picture in = random_picture(61, 200, format);
    Picture whole(61, 200, format);
    engine.aperture_blur(in, whole, mask, 0);
    for (const int first : {0, 37, 150}) {
      Picture band(61, 50, format);
      engine.aperture_blur(in, band, mask, first);
      EXPECT_TRUE(near(band, 0, [&](int x, int y, int c) { return whole.at(x, first + y, c); }));
    }
  }
}

TEST(ApertureBlur, KeepsAConstantImageBitForBit) {
  TestEngine engine(1);
  for (const PixelFormat format : formats) {
    const Picture in = constant_picture(61, 47, format, 0.7 * full(format.scalar));
    for (const int radius : {1, 6, 31}) {
      Picture out(61, 47, format);
      engine.aperture_blur(in, out, make_aperture(Aperture::circle, radius), 0);
      EXPECT_TRUE(out.same_bits(in)) << radius;
    }
  }
}

// The means of a full-scale image under every area that a circle has, one code value off and on.
TEST(ApertureBlur, DividesExactlyAtTheEdges) {
  TestEngine engine(1);
  for (int radius = 0; radius <= 40; ++radius) {
    const ApertureMask mask = make_aperture(Aperture::circle, radius);
    Picture in = constant_picture(1, 90, {Scalar::u16, 1}, 65535);
    for (int y = 45; y < 90; ++y) in.set(0, y, 0, 65534);
    Picture out(1, 90, {Scalar::u16, 1});
    engine.aperture_blur(in, out, mask, 0);
    expect_mean(in, out, mask, 0);
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
