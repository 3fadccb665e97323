// A lens against the definition in doubles, pixel by pixel.
#include <optional>

#include "kernels/lens.hpp"
#include "kernels/scalar.hpp"
#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr PixelFormat formats[] = {{Scalar::u8, 1},  {Scalar::u8, 3},  {Scalar::u16, 1},
                                   {Scalar::u16, 3}, {Scalar::f16, 3}, {Scalar::f32, 3}};
constexpr Size sizes_of_lenses[] = {{1, 1}, {1, 40}, {37, 1}, {75, 69}};

// A lens of some radii, each with the size of its pixels.
struct TestLens {
  struct Radius {
    int radius, step;
  };

  std::vector<float> radii;
  std::vector<LensAperture> far, near;
  LensLight light;
  LensBlur blur;

  TestLens(Scalar scalar, Aperture shape, const std::vector<Radius>& all, float focus, float scale, float cats_eye = 0)
      : light(scalar, Transfer::srgb, 2) {
    for (const Radius& each : all) {
      radii.push_back(static_cast<float>(each.radius));
      add(make_aperture(shape, each.radius / each.step), each.step);
    }
    blur = {focus, 0.01f, scale, radii.data(), far.data(), near.data(), static_cast<int>(all.size()), cats_eye, &light};
  }
  TestLens(const TestLens&) = delete;

  void add(const ApertureMask& mask, int step) {
    near.push_back({step, mask, column_runs(mask)});
    far.push_back({step, mirrored(mask), column_runs(mirrored(mask))});
  }
};

// Layers: an opaque one, then some that are opaque, soft and absent in places.
struct TestLayers {
  std::vector<Picture> pictures;
  std::vector<LayerView> views;

  TestLayers(int count, int width, int height, PixelFormat format) {
    for (int i = 0; i < count; ++i) {
      const auto seed = static_cast<unsigned>(i);
      pictures.push_back(random_picture(width, height, format, 1 + seed));
      Picture disparity = random_picture(width, height, {Scalar::f32, 1}, 40 + seed);
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          disparity.set(x, y, 0, (x + 0.3 * y) / (width + 0.3 * height) + 0.02 * disparity.at(x, y, 0) + 0.1 * i);
        }
      }
      pictures.push_back(std::move(disparity));
      Picture cover(width, height, {Scalar::u8, 1});
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          const double r = std::hypot(x - 0.3 * i * width, y - 0.5 * height);
          cover.set(x, y, 0, std::floor(std::clamp(30 * (12.0 + 4 * i - r), 0.0, 255.0)));
        }
      }
      pictures.push_back(std::move(cover));
    }
    for (int i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(3 * i);
      views.push_back({pictures[at], i == 0 ? ImageView{} : pictures[at + 2].view(), pictures[at + 1]});
    }
  }
};

// What the definition gives for a pixel.
struct Expected {
  double light[3] = {}, seen = 1, blur = 0;
  int front = -1;
};

class Definition {
 public:
  Definition(const TestLens& lens, const TestLayers& layers) : lens_(lens), layers_(layers) {}

  Expected at(int x, int y) const {
    Expected e;
    for (int k = count() - 1; k >= 0 && e.seen > 0; --k) {
      const double position = position_of(disparity(k).at(x, y, 0));
      const int low = int(std::floor(position));
      double light[4];
      bool same = true;
      for (int c = 0; c <= channels(); ++c) {
        light[c] = 0;
        for (const int level : {low, low + 1}) {
          const double weight = std::max(0.0, 1 - std::abs(position - level));
          if (weight > 0) light[c] += weight * blurred(k, c, level, x, y);
        }
        if (c < channels()) same = same && std::abs(light[c] - double(value(k, c, x, y))) < 0.5;
      }
      const double alpha = light[channels()] / 255;
      if (same && alpha == 1 && e.seen == 1) e.front = k;
      e.blur += e.seen * alpha * std::min(1.0, std::abs(position));
      for (int c = 0; c < channels(); ++c) e.light[c] += e.seen * light[c];
      e.seen *= 1 - alpha;
      if (e.seen <= 1e-6) e.seen = 0;
    }
    return e;
  }

  int channels() const { return layers_.pictures[0].channels(); }
  const Picture& color(int k) const { return layers_.pictures[std::size_t(3 * k)]; }

 private:
  int count() const { return int(layers_.views.size()); }
  const Picture& disparity(int k) const { return layers_.pictures[std::size_t(3 * k + 1)]; }

  double position_of(double disparity) const {
    const LensBlur& l = lens_.blur;
    const double radius = std::max(0.0, std::abs(disparity - double(l.focus)) - double(l.range)) * double(l.scale);
    double at = 0;
    for (int i = 1; i < l.count; ++i) {
      const double low = double(l.radii[i - 1]), high = double(l.radii[i]);
      at += std::clamp((radius - low) / (high - low), 0.0, 1.0);
    }
    return disparity > double(l.focus) ? at : -at;
  }

  // A pixel of a plane, the border repeated: premultiplied light, or coverage.
  std::int64_t value(int k, int c, int at_x, int at_y) const {
    const Picture& from = color(k);
    const int x = std::clamp(at_x, 0, from.width() - 1), y = std::clamp(at_y, 0, from.height() - 1);
    const int cover = k == 0 ? 255 : int(layers_.pictures[std::size_t(3 * k + 2)].at(x, y, 0));
    if (c == channels()) return cover;
    const double code = from.at(x, y, c);
    const std::int64_t light = from.scalar() == Scalar::u8 ? lens_.light.narrow[std::size_t(code)]
                                                           : lens_light(0, float(code / full(from.scalar())), 2);
    return (2 * light * cover + 255) / 510;
  }
  std::int64_t mean(int step, int k, int c, int x, int y) const {
    if (step == 1) return value(k, c, x, y);
    std::int64_t sum = 2;
    for (int i = 0; i < 4; ++i) sum += mean(step / 2, k, c, 2 * x + i % 2, 2 * y + i / 2);
    return sum >> 2;
  }

  // Under an aperture around a pixel of `step`, cut by the barrel as pixel (x, y) of the picture sees it.
  double gathered(int k, int c, int level, int at_x, int at_y, int x, int y) const {
    const LensAperture& aperture = (level < 0 ? lens_.far : lens_.near)[std::size_t(std::abs(level))];
    const int r = aperture.mask.radius;
    std::int64_t sum = 0, area = 0, whole_sum = 0;
    for (const ApertureRun& run : aperture.mask.runs) {
      for (int dx = run.dx_begin; dx < run.dx_end; ++dx) {
        const std::int64_t v = mean(aperture.step, k, c, at_x + dx, at_y + run.dy);
        whole_sum += v;
        if (!in_barrel(dx, run.dy, r, level, x, y)) continue;
        sum += v;
        ++area;
      }
    }
    return area > 0 ? double(sum) / double(area) : double(whole_sum) / aperture.mask.area;
  }
  bool in_barrel(int dx, int dy, int r, int level, int x, int y) const {
    if (lens_.blur.cats_eye == 0) return true;
    const Picture& from = color(0);
    const double turned = level < 0 ? r : -r, diagonal = 0.5 * std::hypot(from.width(), from.height());
    const double eye = double(lens_.blur.cats_eye) * turned / diagonal;
    const double off_x = dx - eye * (x / 32 * 32 + 16 - 0.5 * from.width());
    const double off_y = dy - eye * (y / 32 * 32 + 16 - 0.5 * from.height());
    return off_x * off_x + off_y * off_y <= r * r + 0.5 * r;
  }

  // A mean at the picture's size: bilinear between the pixels of 2 x 2, which lie so between those of 4 x 4.
  double enlarged(int step, int k, int c, int level, int at_x, int at_y, int x, int y) const {
    if (step == 1) return gathered(k, c, level, at_x, at_y, x, y);
    const int near_x = at_x >> 1, near_y = at_y >> 1;
    const int far_x = at_x % 2 == 0 ? near_x - 1 : near_x + 1, far_y = at_y % 2 == 0 ? near_y - 1 : near_y + 1;
    const auto of = [&](int i, int j) { return enlarged(step / 2, k, c, level, i, j, x, y); };
    return 0.5625 * of(near_x, near_y) + 0.1875 * (of(far_x, near_y) + of(near_x, far_y)) + 0.0625 * of(far_x, far_y);
  }
  double blurred(int k, int c, int level, int x, int y) const {
    if (level == 0) return double(value(k, c, x, y));
    return enlarged(lens_.near[std::size_t(std::abs(level))].step, k, c, level, x, y, x, y);
  }

  const TestLens& lens_;
  const TestLayers& layers_;
};

// Every pixel, or one in `every`, of rows first_row .. of what the engine gives.
void expect_definition(const TestLens& lens, const TestLayers& layers, int first_row, int rows, int every = 1) {
  TestEngine engine(2);
  const Definition definition(lens, layers);
  const Picture& photo = layers.pictures[0];
  const int width = photo.width();
  const PixelFormat format{photo.scalar(), std::uint8_t(photo.channels())};
  Picture out(width, rows, format), coverage(width, rows, {Scalar::u8, 1}), blur(width, rows, {Scalar::f32, 1});
  engine.lens_blur(layers.views.data(), int(layers.views.size()), lens.blur, first_row, out, coverage, blur);
  for (int i = 0; i < width * rows; i += every) {
    const int x = i % width, y = i / width;
    const Expected e = definition.at(x, first_row + y);
    SCOPED_TRACE(::testing::Message() << "(" << x << ", " << y << ") of " << width << " x " << rows << " from row "
                                      << first_row << ", scalar " << int(format.scalar));
    for (int c = 0; c < format.channels; ++c) {
      if (e.front >= 0 && format.scalar != Scalar::u8) {
        ASSERT_EQ(out.at(x, y, c), definition.color(e.front).at(x, first_row + y, c));
        continue;
      }
      const double cover = 1 - e.seen;
      const double white = cover > 0 ? e.light[c] / cover / double(lens.light.one) : 0;
      const double code = from_linear(0, double(compress_highlights(float(white), 2))) * full(format.scalar);
      const double tolerance = format.scalar == Scalar::u8 ? 1 : format.scalar == Scalar::u16 ? 6 : 1e-3;
      ASSERT_NEAR(out.at(x, y, c), format.scalar == Scalar::u8 ? std::round(code) : code, tolerance);
    }
    ASSERT_NEAR(coverage.at(x, y, 0), 255 * (1 - e.seen), 0.501);
    ASSERT_NEAR(blur.at(x, y, 0), e.blur, 2e-5);
  }
  EXPECT_TRUE(out.outside_untouched() && coverage.outside_untouched() && blur.outside_untouched());
}

TEST(LensBlur, IsTheDefinitionInEveryFormat) {
  for (const PixelFormat format : formats) {
    for (const Size size : sizes_of_lenses) {
      const TestLens lens(format.scalar, Aperture::heart, {{0, 1}, {2, 1}, {5, 1}}, 0.45f, 9);
      expect_definition(lens, TestLayers(1, size.width, size.height, format), 0, size.height, 3);
      expect_definition(lens, TestLayers(3, size.width, size.height, format), 0, size.height, 3);
    }
  }
}

TEST(LensBlur, GathersMeansOfTwoByTwoAndFourByFour) {
  for (const Scalar scalar : {Scalar::u8, Scalar::u16}) {
    const TestLens lens(scalar, Aperture::heart, {{0, 1}, {3, 1}, {8, 2}, {12, 2}, {16, 4}, {24, 4}}, 0.5f, 50);
    for (const Size size : {Size{3, 1}, Size{75, 69}}) {
      for (const int count : {1, 3}) {
        expect_definition(lens, TestLayers(count, size.width, size.height, {scalar, 1}), 0, size.height, 41);
      }
    }
  }
}

TEST(LensBlur, CutsTheApertureTowardsTheCorners) {
  for (const Scalar scalar : {Scalar::u8, Scalar::f32}) {
    const TestLens lens(scalar, Aperture::circle, {{0, 1}, {4, 1}, {9, 1}, {12, 2}, {20, 4}}, 0.5f, 50, 0.9f);
    expect_definition(lens, TestLayers(2, 75, 69, {scalar, 1}), 0, 69, 29);
  }
}

// A barrel that leaves nothing of an aperture cuts nothing.
TEST(LensBlur, SeesAllOfAnApertureThatTheBarrelWouldHide) {
  const TestLens lens(Scalar::u8, Aperture::circle, {{0, 1}, {4, 1}}, 0.5f, 50, 4);
  expect_definition(lens, TestLayers(1, 75, 40, {Scalar::u8, 1}), 0, 40, 7);
}

// Wide and thin, at the picture's own pixels: more than fits into a GPU's shared memory.
TEST(LensBlur, TakesAperturesOfAnyExtent) {
  for (const Scalar scalar : {Scalar::u8, Scalar::f32}) {
    TestLens lens(scalar, Aperture::circle, {{0, 1}}, 0.2f, 200);
    ApertureMask diagonal;
    diagonal.radius = 100;
    for (int dy = -100; dy <= 100; ++dy) {
      if (dy >= -60) diagonal.runs.push_back({dy, dy - 40, dy - 38});
      diagonal.runs.push_back({dy, dy, std::min(dy + 3, 101)});
    }
    for (const ApertureRun& run : diagonal.runs) diagonal.area += run.dx_end - run.dx_begin;
    lens.radii = {0, 100};
    lens.add(diagonal, 1);
    lens.blur.radii = lens.radii.data();
    lens.blur.far_apertures = lens.far.data();
    lens.blur.near_apertures = lens.near.data();
    lens.blur.count = 2;
    expect_definition(lens, TestLayers(1, 40, 45, {scalar, 1}), 0, 45, 23);
  }
}

TEST(LensBlur, BandsEqualTheWhole) {
  TestEngine engine(2);
  for (const PixelFormat format : {PixelFormat{Scalar::u8, 3}, PixelFormat{Scalar::f16, 1}}) {
    for (const float cats_eye : {0.0f, 0.7f}) {
      const TestLens lens(format.scalar, Aperture::hexagon, {{0, 1}, {4, 1}, {8, 2}, {20, 4}}, 0.5f, 40, cats_eye);
      const TestLayers layers(3, 61, 150, format);
      const auto render = [&](int first, int rows) {
        std::vector<Picture> out;
        out.emplace_back(61, rows, format);
        out.emplace_back(61, rows, PixelFormat{Scalar::u8, 1});
        out.emplace_back(61, rows, PixelFormat{Scalar::f32, 1});
        engine.lens_blur(layers.views.data(), 3, lens.blur, first, out[0], out[1], out[2]);
        return out;
      };
      const std::vector<Picture> whole = render(0, 150);
      for (const int first : {0, 37, 113}) {
        const std::vector<Picture> band = render(first, 37);
        for (std::size_t i = 0; i < 3; ++i) {
          EXPECT_TRUE(
              near(band[i], i == 2 ? 1e-6 : 0, [&](int x, int y, int c) { return whole[i].at(x, first + y, c); }));
        }
      }
    }
  }
}

// Without blur every bit stays, in front of what is behind.
TEST(LensBlur, KeepsWhatIsInFocus) {
  TestEngine engine(1);
  for (const PixelFormat format : formats) {
    const TestLens lens(format.scalar, Aperture::circle, {{0, 1}, {6, 1}}, 0.5f, 0);
    const TestLayers layers(1, 61, 47, format);
    Picture out(61, 47, format);
    engine.lens_blur(layers.views.data(), 1, lens.blur, 0, out, {}, {});
    EXPECT_TRUE(out.same_bits(layers.pictures[0]));
  }
}

// Rows and columns of a disc that the barrel cuts are the same pixels.
TEST(LensBlur, TheBarrelIsOneAlongRowsAndColumns) {
  for (int radius = 1; radius <= 128; radius += radius < 40 ? 1 : 11) {
    const int side = 2 * radius + 1;
    for (const float shift : {0.0f, 0.25f, -0.5f, 0.6f, 1.3f}) {
      const float shift_x = shift * static_cast<float>(radius), shift_y = 0.37f * shift_x - 0.5f;
      std::vector<char> by_rows(std::size_t(side) * side), by_columns(by_rows);
      for (int across = -radius; across <= radius; ++across) {
        for (const bool rows : {true, false}) {
          int first = 0, last = 0;
          barrel_span(across, radius, rows ? shift_y : shift_x, rows ? shift_x : shift_y, &first, &last);
          for (int i = std::max(first, -radius); i <= std::min(last, radius); ++i) {
            const int x = (rows ? i : across) + radius, y = (rows ? across : i) + radius;
            (rows ? by_rows : by_columns)[std::size_t(y) * side + x] = 1;
          }
        }
      }
      EXPECT_EQ(by_rows, by_columns) << radius << " " << shift;
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
