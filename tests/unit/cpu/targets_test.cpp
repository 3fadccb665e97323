// Every instruction set and every number of threads gives the same bits.
#include "cpu/targets.hpp"

#include <hwy/highway.h>

#include "cpu/cpu_engine.hpp"
#include "kernels/patch.hpp"
#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

// Results of every operation on small inputs of awkward sizes.
std::vector<Picture> run_everything(int threads) {
  CpuEngine engine(threads);
  std::vector<Picture> results;
  const auto make = [&](int width, int height, PixelFormat format, Color color = {}) -> MutableImageView {
    results.emplace_back(width, height, format, color);
    return results.back();
  };
  results.reserve(4096);
  for (const Size size : {Size{1, 1}, Size{61, 47}, Size{301, 211}}) {
    const auto [width, height] = size;
    const Picture plane = random_picture(width, height, {Scalar::f32, 1}, 11);
    const Picture cover = disc_coverage(width, height, 0.3 * width);
    Picture level = random_picture(width, height, {Scalar::f32, 1}, 12);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) level.set(x, y, 0, 3 * level.at(x, y, 0) - 0.5);
    }
    for (const int diameter : {3, 9, 40}) {
      engine.morphology(cover, make(width, height, {Scalar::u8, 1}), Morphology::dilate, make_ellipse(diameter));
      engine.morphology(cover, make(width, height, {Scalar::u8, 1}), Morphology::erode, make_ellipse(diameter));
    }
    results.push_back(plane);
    engine.pull_push(results.back(), cover, 200);
    if (width > 2 * patch_radius + 2) {
      const Picture image = random_picture(width, height, {Scalar::u8, 4}, 13);
      const Picture somewhere = constant_picture(width, height, {Scalar::u16, 4}, patch_radius + 1);
      const Picture nothing = constant_picture(width, height, {Scalar::u8, 1}, 0);
      engine.patch_search(image, image, cover, nothing, cover, somewhere, {2, 20, 7, 0.5f},
                          make(width, height, {Scalar::u16, 4}));
      const Picture found = results.back();
      engine.patch_vote(image, cover, nothing, cover, found, {}, make(width, height, {Scalar::u8, 4}));
    }
    const float radii[] = {0, 1, 2.5f, 9};
    engine.mask_above(cover, 127, {}, make(width, height, {Scalar::u8, 1}));
    engine.invert(cover, make(width, height, {Scalar::u8, 1}));
    const double at[] = {0.005, 0.5, -0.995};
    engine.quantiles(plane, cover, at, 3, make(5, 1, {Scalar::f32, 1}));
    engine.coc_levels(plane, 0, 0.4f, 0.02f, 30, radii, 4, make(width, height, {Scalar::f32, 1}));
    for (const Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
      for (const int channels : {1, 3, 4}) {
        const PixelFormat format{scalar, std::uint8_t(channels)};
        const Picture a = random_picture(width, height, format, 1);
        const Picture b = random_picture(width, height, format, 2);
        for (const Scalar to : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
          for (const int k : {1, 3, 4}) {
            engine.convert(a, make(width, height, {to, std::uint8_t(k)}));
            engine.convert(a, make(width, height, {to, std::uint8_t(k)}, {{}, Transfer::linear, false}));
          }
        }
        for (const ResizeFilter filter :
             {ResizeFilter::nearest, ResizeFilter::bilinear, ResizeFilter::bicubic, ResizeFilter::area}) {
          engine.resize(a, make(83, 59, format), filter);
        }
        engine.premultiply_linear(a, cover, 0, make(width, height, {Scalar::u16, 4}));
        const Picture light = results.back();
        engine.extract_alpha(light, make(width, height, {Scalar::u8, 1}));
        const LayerView layers[] = {{a, {}, plane}, {b, cover, plane}};
        engine.visible_disparity(layers, 2, make(width, height, {Scalar::f32, 1}));
        engine.flatten(layers, 2, make(width, height, format));
        if (channels == 4) {
          const MutableImageView color = make(width, height, {scalar, 3});
          engine.split_alpha(a, color, make(width, height, {scalar, 1}));
        } else {
          const MutableImageView front = make(width, height, format), back = make(width, height, format);
          engine.copy(a, front);
          engine.copy(b, back);
          engine.decontaminate(cover, front, back);
          const float lens_radii[] = {0, 1, 3, 8, 16};
          const int steps[] = {1, 1, 1, 2, 4};
          std::vector<LensAperture> apertures;
          for (std::size_t i = 0; i < 5; ++i) {
            const ApertureMask mask = make_aperture(Aperture::hexagon, int(lens_radii[i]) / steps[i]);
            apertures.push_back({steps[i], mask, column_runs(mask)});
          }
          const LensLight lens_light(scalar, Transfer::srgb, 2);
          const LensBlur lens{0.5f, 0.01f, 40, lens_radii, apertures.data(), apertures.data(), 5, 0, &lens_light};
          const MutableImageView lens_out = make(width, height, format);
          engine.lens_blur(layers, 2, lens, 0, lens_out, make(width, height, {Scalar::u8, 1}),
                           make(width, height, {Scalar::f32, 1}));
          engine.unpremultiply_linear(light, make(width, height, format));
          LayerMotion moving[2], shifting[2];
          for (int i = 0; i < 2; ++i) {
            moving[i] = {0.3f, -0.2f, 4.0f + float(i), -3, 0.02f, 0.5f};
            shifting[i].shift_x = 3.3f + float(i);
            shifting[i].shift_y = -1.7f;
          }
          for (const float zoom : {1.0f, 1.05f}) {
            engine.warp_layers(layers, moving, 2, zoom, make(width, height, format));
            engine.warp_layers(layers, shifting, 2, zoom, make(width, height, format));
          }
          engine.warp_rows(layers, 2, 13.7f, 0.4f, make(width, height, format));
        }
        if (channels == 4 && (scalar == Scalar::u16 || scalar == Scalar::f32)) {
          engine.gather_blur(a, plane, level, make(width, height, format), Aperture::heart, 3, 0);
        }
        if (channels == 3) engine.anaglyph(a, b, make(width, height, format));
        if (scalar == Scalar::f16) continue;
        for (const int k : {3, 7, 13, 31}) engine.gaussian(a, make(width, height, format), k);
        for (const int radius : {0, 3, 17}) {
          engine.aperture_blur(a, make(width, height, format), make_aperture(Aperture::heart, radius), 0);
        }
        const ImageView levels[] = {a, b, a};
        engine.blend_levels(levels, 3, level, make(width, height, format));
        if (scalar == Scalar::f32 && channels != 4) {
          engine.guided_filter(a, plane, make(width, height, {Scalar::f32, 1}), 5, 1e-3f);
        }
      }
    }
  }
  return results;
}

void expect_same(const std::vector<Picture>& results, const std::vector<Picture>& reference) {
  ASSERT_EQ(results.size(), reference.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_TRUE(results[i].same_bits(reference[i])) << "result " << i << ", " << results[i].width() << " pixels wide";
  }
}

class Targets : public ::testing::Test {
 protected:
  void TearDown() override { use(hwy::SupportedTargets()); }
  static void use(std::int64_t targets) { hwy::GetChosenTarget().Update(targets); }

  static const std::vector<Picture>& reference() {
    static const std::vector<Picture> results = [] {
      use(HWY_SCALAR);
      EXPECT_EQ(cpu_target(), HWY_SCALAR);
      return run_everything(1);
    }();
    return results;
  }
};

TEST_F(Targets, EveryInstructionSetOfThisMachineGivesTheScalarBits) {
  reference();
  for (const std::int64_t target : {HWY_SSE4, HWY_AVX2, HWY_AVX3}) {
    if ((hwy::SupportedTargets() & target) == 0) {
      std::cout << hwy::TargetName(target) << " is not on this machine.\n";
      continue;
    }
    SCOPED_TRACE(hwy::TargetName(target));
    use(target);
    ASSERT_EQ(cpu_target(), target);
    expect_same(run_everything(1), reference());
  }
}

TEST_F(Targets, EveryNumberOfThreadsGivesTheSameBits) {
  reference();
  use(hwy::SupportedTargets());
  for (const int threads : {1, 2, 3}) {
    SCOPED_TRACE(threads);
    expect_same(run_everything(threads), reference());
  }
}

TEST_F(Targets, TheNameTellsProcessorAndInstructionSet) {
  CpuEngine engine(0);
  use(HWY_SCALAR);
  EXPECT_NE(engine.name().find("portable"), std::string::npos) << engine.name();
  EXPECT_GE(engine.threads(), 1);
  EXPECT_EQ(CpuEngine(3).threads(), 3);
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
