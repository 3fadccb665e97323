// Effects on a GPU: the CPU's pixels, nothing copied or allocated on the way, and mistakes told in a sentence.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include <relievo/bokeh_renderer.hpp>
#include <relievo/parallax_animator.hpp>
#include <relievo/stereo_encoder.hpp>

#include "common/images.hpp"
#include "core/registry.hpp"
#include "cpu/cpu_engine.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda_on_cpu/machine.hpp"

namespace relievo {
namespace {

constexpr int width = 90, height = 64;

Device gpu() {
  EngineRegistry::instance().add(DeviceKind::cuda, make_cuda_engine);
  return Device::cuda();
}

double distance(int x, int y) { return std::hypot(x - 45, y - 32); }

LayeredScene scene_on(const Device& device, PixelFormat format) {
  const Image photo = test::photo(width, height, format);
  const Image matte = test::make(width, height, test::u8_1, [](int x, int y, int) {
    return std::round(255 * std::clamp((17 - distance(x, y)) / 6 + 0.5, 0.0, 1.0)) / 255;
  });
  const DepthMap depth(test::make(width, height, test::f32_1,
                                  [](int x, int y, int) { return distance(x, y) < 17 ? 1.0 : 0.5 * y / (height - 1); }),
                       DepthKind::disparity);
  return LayeredScene::bake(device, photo, depth, {}, matte);
}

struct Scenes {
  Device device = gpu(), cpu = Device::cpu(1);
  LayeredScene there, here;
  explicit Scenes(PixelFormat format) : there(scene_on(device, format)), here(scene_on(cpu, format)) {}
};

constexpr PixelFormat formats[] = {test::u8_3, test::u8_4, test::u16_3, test::f16_3, test::f32_3};

TEST(EffectsOnGpu, BokehIsTheCpus) {
  for (const PixelFormat format : formats) {
    const Scenes scenes(format);
    for (const BokehMode mode :
         {BokehMode::lens, BokehMode::tiers, BokehMode::gather, BokehMode::threshold, BokehMode::layered}) {
      for (const Aperture shape : {Aperture::circle, Aperture::heart}) {
        BokehOptions options;
        options.mode = mode;
        options.shape = shape;
        options.strength = 3;
        const Focus focus = Focus::on_disparity(0.9f);
        EXPECT_TRUE(test::same(BokehRenderer(scenes.device, options).render(scenes.there, focus),
                               BokehRenderer(scenes.cpu, options).render(scenes.here, focus)))
            << name_of(mode) << " " << name_of(shape) << " " << static_cast<int>(format.scalar);
      }
    }
  }
}

TEST(EffectsOnGpu, BokehOfEveryShapeIsTheCpus) {
  const Scenes scenes(test::u8_3);
  const Image picture =
      test::make(40, 40, test::u8_1, [](int x, int y, int) { return std::hypot(x - 20, y - 20) / 30; });
  for (const BokehMode mode : {BokehMode::lens, BokehMode::tiers, BokehMode::gather}) {
    for (const Aperture shape : {Aperture::circle, Aperture::line, Aperture::image}) {
      if (mode == BokehMode::gather && shape == Aperture::image) continue;
      BokehOptions options;
      options.mode = mode;
      options.shape = shape;
      options.blades = shape == Aperture::circle ? 5 : 0;
      options.rotation = 25;
      options.squeeze = 1.5f;
      options.strength = 3;
      BokehRenderer there(scenes.device, options), here(scenes.cpu, options);
      if (shape == Aperture::image) {
        there.set_aperture(picture);
        here.set_aperture(picture);
      }
      const Focus focus = Focus::on_disparity(0.9f);
      EXPECT_TRUE(test::same(there.render(scenes.there, focus), here.render(scenes.here, focus)))
          << name_of(mode) << " " << name_of(shape);
    }
  }
}

// Wide enough to be made small.
TEST(EffectsOnGpu, PreviewsAreTheCpus) {
  for (const PixelFormat format : {test::u8_3, test::f16_3}) {
    test::Layers layers;
    layers.add(test::photo(700, 30, format),
               test::make(700, 30, test::f32_1, [](int x, int, int) { return 0.5 * x / 699; }));
    layers.add(test::photo(700, 30, format), test::flat(700, 30, test::f32_1, 1), test::box(700, 30, 200, 5, 420, 25));
    BokehOptions options;
    options.mode = BokehMode::preview;
    const Device device = gpu(), cpu = Device::cpu(1);
    const LayeredScene there = layers.scene(device), here = layers.scene(cpu);
    BokehRenderer on_gpu(device, options), on_cpu(cpu, options);
    for (const float focus : {0.3f, 0.3f, 1.0f}) {
      EXPECT_TRUE(
          test::same(on_gpu.render(there, Focus::on_disparity(focus)), on_cpu.render(here, Focus::on_disparity(focus))))
          << static_cast<int>(format.scalar) << " " << focus;
    }
  }
}

TEST(EffectsOnGpu, ParallaxIsTheCpus) {
  for (const PixelFormat format : formats) {
    const Scenes scenes(format);
    for (const ParallaxMotion motion : {ParallaxMotion::depth, ParallaxMotion::layers}) {
      for (const CameraPath path : {CameraPath::sway, CameraPath::circle, CameraPath::swing}) {
        ParallaxOptions options;
        options.motion = motion;
        options.path = path;
        options.zoom = 1.1f;
        EXPECT_TRUE(test::same(ParallaxAnimator(scenes.device, options).render_at(scenes.there, 0.3f),
                               ParallaxAnimator(scenes.cpu, options).render_at(scenes.here, 0.3f)))
            << name_of(motion) << " " << name_of(path) << " " << static_cast<int>(format.scalar);
      }
    }
  }
}

constexpr Scalar scalars[] = {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32};

// Three layers on both engines: an opaque one and two that are opaque, soft and absent.
struct ThreeLayers {
  std::vector<Image> images, copies;
  std::vector<LayerView> here, there;

  ThreeLayers(Engine& engine, int columns, int rows, PixelFormat format) {
    const auto carried = [&](Image image) {
      copies.push_back(engine.allocate(columns, rows, image.format(), image.color()));
      engine.copy(image.view(), copies.back().mutable_view());
      images.push_back(std::move(image));
    };
    for (int i = 0; i < 3; ++i) {
      carried(test::make(columns, rows, format, [&](int x, int y, int c) {
        return 0.5 + 0.5 * std::sin(0.7 * x + 3 * i + c) * std::cos(0.9 * y - i);
      }));
      carried(test::make(columns, rows, test::u8_1, [&](int x, int y, int) {
        // All of a block sees one of them far to the right, and none of another.
        if (x > 600) return i == 1 ? 1.0 : 0.0;
        return std::clamp((40 - std::hypot(x - 30 - 40 * i, 2 * y - rows)) / 12, 0.0, 1.0);
      }));
      carried(test::make(columns, rows, test::f32_1,
                         [&](int x, int y, int) { return 0.5 + 0.5 * std::sin(0.05 * x + i) * std::cos(0.07 * y); }));
      const auto layer = [](const std::vector<Image>& of) {
        const Image* const three = of.data() + of.size() - 3;
        return LayerView{three[0].view(), of.size() == 3 ? ImageView{} : three[1].view(), three[2].view()};
      };
      here.push_back(layer(images));
      there.push_back(layer(copies));
    }
  }
};

// Every way of the warp, over edges and a group of pixels.
TEST(EffectsOnGpu, WarpedLayersAreTheCpus) {
  const auto there = make_cuda_engine(0, 1);
  CpuEngine here(1);
  const std::vector<LayerMotion> motions[] = {
      {{0.3f, -0.2f, 14, -3, 0.02f, 0.5f}, {-1, 2, -15, 2, -0.03f, 0.4f}, {0, 0, 30, 9, 0, 0}},
      {{0, 0, 14, 0, 0, 0.5f}, {0, 0, -25, 0, 0, 0.4f}, {0, 0, 70, 0, 0, 0}},
      {{-2.25f, 1.5f}, {0, 0, 17, 0, 0, 0.1f}, {3, -0.5f}},
      {{-2.25f, 1.5f}, {200, 0}, {-0.75f, -100}}};
  for (const Scalar scalar : scalars) {
    for (const int channels : {1, 3}) {
      for (const int columns : {1, 2, 150, 1300}) {
        const PixelFormat format{scalar, static_cast<std::uint8_t>(channels)};
        const ThreeLayers layers(*there, columns, 37, format);
        for (const std::vector<LayerMotion>& motion : motions) {
          for (const float zoom : {1.0f, 1.13f, 0.8f}) {
            Image out(columns, 37, format), back(columns, 37, format);
            here.warp_layers(layers.here.data(), motion.data(), 3, zoom, out.mutable_view());
            Image out_there = there->allocate(columns, 37, format, {});
            there->warp_layers(layers.there.data(), motion.data(), 3, zoom, out_there.mutable_view());
            there->copy(out_there.view(), back.mutable_view());
            EXPECT_TRUE(test::same(out, back)) << static_cast<int>(scalar) << " x " << channels << ", " << columns
                                               << " columns, motion " << &motion - motions << ", zoom " << zoom;
          }
        }
      }
    }
  }
}

// Far and near, over edges of tiles, at pixels of each size.
TEST(EffectsOnGpu, LayersSeenThroughALensAreTheCpus) {
  const auto there = make_cuda_engine(0, 1);
  CpuEngine here(1);
  const std::vector<float> radii{0, 1, 3, 8, 12, 20};
  const int steps[] = {1, 1, 1, 2, 1, 4};
  std::vector<LensAperture> far, near;
  for (std::size_t i = 0; i < radii.size(); ++i) {
    const ApertureMask mask = make_aperture(Aperture::heart, static_cast<int>(radii[i]) / steps[i]);
    near.push_back({steps[i], mask, column_runs(mask)});
    far.push_back({steps[i], mirrored(mask), column_runs(mirrored(mask))});
  }
  for (const Scalar scalar : scalars) {
    const LensLight light(scalar, Transfer::srgb, 2);
    for (const int channels : {1, 3}) {
      for (const int columns : {1, 150}) {
        const PixelFormat format{scalar, static_cast<std::uint8_t>(channels)};
        const ThreeLayers layers(*there, columns, 37, format);
        for (const float cats_eye : {0.0f, 0.8f}) {
          const LensBlur lens{0.3f, 0.01f, 40, radii.data(), far.data(), near.data(), 6, cats_eye, &light};
          const PixelFormat formats_out[] = {format, test::u8_1, test::f32_1};
          std::vector<Image> out, out_there;
          for (const PixelFormat& each : formats_out) {
            out.emplace_back(columns, 30, each);
            out_there.push_back(there->allocate(columns, 30, each, {}));
          }
          here.lens_blur(layers.here.data(), 3, lens, 5, out[0].mutable_view(), out[1].mutable_view(),
                         out[2].mutable_view());
          there->lens_blur(layers.there.data(), 3, lens, 5, out_there[0].mutable_view(), out_there[1].mutable_view(),
                           out_there[2].mutable_view());
          for (std::size_t i = 0; i < out.size(); ++i) {
            Image back(columns, 30, formats_out[i]);
            there->copy(out_there[i].view(), back.mutable_view());
            EXPECT_TRUE(test::same(out[i], back)) << "picture " << i << ", " << static_cast<int>(scalar) << " x "
                                                  << channels << ", " << columns << " columns, " << cats_eye;
          }
        }
      }
    }
  }
}

// Rows of one and of several parts, that overlap, stretch, tear and leave.
TEST(EffectsOnGpu, LayersWarpedAlongRowsAreTheCpus) {
  const auto there = make_cuda_engine(0, 1);
  CpuEngine here(1);
  for (const Scalar scalar : scalars) {
    for (const int channels : {1, 3}) {
      for (const int columns : {1, 2, 700, 17000}) {
        const PixelFormat format{scalar, static_cast<std::uint8_t>(channels)};
        const ThreeLayers layers(*there, columns, 3, format);
        for (const float gain : {0.0f, 7.3f, -21.7f, 90.0f, -12000.0f}) {
          Image out(columns, 3, format), back(columns, 3, format);
          here.warp_rows(layers.here.data(), 3, gain, 0.37f, out.mutable_view());
          Image out_there = there->allocate(columns, 3, format, {});
          there->warp_rows(layers.there.data(), 3, gain, 0.37f, out_there.mutable_view());
          there->copy(out_there.view(), back.mutable_view());
          EXPECT_TRUE(test::same(out, back))
              << static_cast<int>(scalar) << " x " << channels << ", " << columns << " columns, gain " << gain;
        }
      }
    }
  }
}

// Larger, smaller, and so small that a pixel is made of more rows and columns than are summed at once, which are
// bright.
TEST(EffectsOnGpu, OtherSizesAreTheCpus) {
  const auto there = make_cuda_engine(0, 1);
  CpuEngine here(1);
  const struct {
    int in_width, in_height, out_width, out_height;
    ResizeFilter filter;
  } sizes[] = {{300, 21, 1100, 37, ResizeFilter::bilinear},
               {1999, 61, 259, 8, ResizeFilter::area},
               {301, 45, 300, 44, ResizeFilter::area},
               {2100, 600, 1, 1, ResizeFilter::area}};
  for (const Scalar scalar : scalars) {
    for (const int channels : {1, 3, 4}) {
      for (const auto& size : sizes) {
        const PixelFormat format{scalar, static_cast<std::uint8_t>(channels)};
        const Image in = test::make(size.in_width, size.in_height, format, [](int x, int y, int c) {
          return 0.9 + 0.1 * std::sin(0.7 * x + c) * std::cos(0.9 * y);
        });
        Image in_there = there->allocate(size.in_width, size.in_height, format, in.color());
        there->copy(in.view(), in_there.mutable_view());
        Image out(size.out_width, size.out_height, format), back(size.out_width, size.out_height, format);
        Image out_there = there->allocate(size.out_width, size.out_height, format, {});
        here.resize(in.view(), out.mutable_view(), size.filter);
        there->resize(in_there.view(), out_there.mutable_view(), size.filter);
        there->copy(out_there.view(), back.mutable_view());
        EXPECT_TRUE(test::same(out, back))
            << static_cast<int>(scalar) << " x " << channels << ", from " << size.in_width << " x " << size.in_height;
      }
    }
  }
}

TEST(EffectsOnGpu, StereoIsTheCpus) {
  for (const PixelFormat format : formats) {
    const Scenes scenes(format);
    const StereoPair there = StereoEncoder(scenes.device).render(scenes.there);
    const StereoPair here = StereoEncoder(scenes.cpu).render(scenes.here);
    EXPECT_TRUE(test::same(there.left, here.left)) << static_cast<int>(format.scalar);
    EXPECT_TRUE(test::same(there.right, here.right)) << static_cast<int>(format.scalar);
  }
}

TEST(EffectsOnGpu, FocusOnAPointIsTheCpus) {
  const Scenes scenes(test::u8_3);
  for (const int x : {3, 45}) {
    EXPECT_EQ(Focus::on_point(scenes.there, x, 32).disparity, Focus::on_point(scenes.here, x, 32).disparity);
  }
}

// Once a first picture has made the tables of curves and working memory, pictures cost launches alone: no copy to or
// from the host, no memory, no waiting.
TEST(EffectsOnGpu, TheSteadyPathStaysOnTheGpu) {
  const Device device = gpu();
  const LayeredScene scene = scene_on(device, test::u8_3);
  const Stream stream(device);
  Image out = device.allocate(width, height, test::u8_3), right = device.allocate(width, height, test::u8_3);

  BokehOptions tiers_options = BokehOptions::spatial_photo(), gather_options;
  gather_options.mode = BokehMode::gather;
  std::vector<BokehRenderer> renderers;
  renderers.emplace_back(device);
  renderers.emplace_back(device, tiers_options);
  renderers.emplace_back(device, gather_options);
  ParallaxAnimator animator(device);
  StereoEncoder encoder(device);
  std::vector<std::function<void()>> effects;
  for (BokehRenderer& renderer : renderers) {
    renderer.reserve(width, height);
    effects.emplace_back([&] { renderer.render_into(scene, {}, out.mutable_view(), stream); });
  }
  animator.reserve(width, height);
  effects.emplace_back([&] { animator.render_into(scene, 0.3f, out.mutable_view(), stream); });
  encoder.reserve(width, height);
  effects.emplace_back([&] { encoder.render_into(scene, out.mutable_view(), right.mutable_view(), stream); });

  for (std::size_t i = 0; i < effects.size(); ++i) {
    SCOPED_TRACE(i);
    effects[i]();
    stream.synchronize();
    const cuda_on_cpu::Calls before = cuda_on_cpu::calls();
    for (int picture = 0; picture < 3; ++picture) effects[i]();
    const cuda_on_cpu::Calls after = cuda_on_cpu::calls();
    EXPECT_GT(after.launches, before.launches);
    EXPECT_EQ(after.uploads, before.uploads);
    EXPECT_EQ(after.downloads, before.downloads);
    EXPECT_EQ(after.allocations, before.allocations);
    EXPECT_EQ(after.host_allocations, before.host_allocations);
    EXPECT_EQ(after.frees, before.frees);
    EXPECT_EQ(after.synchronisations, before.synchronisations);
    stream.synchronize();
  }
}

TEST(EffectsOnGpu, AStreamOrdersItsPictures) {
  const Device device = gpu();
  const LayeredScene scene = scene_on(device, test::u8_3);
  BokehRenderer renderer(device);
  const Image expected = renderer.render(scene);
  cuda_on_cpu::run_late(true);
  {
    const Stream stream(device);
    Image out = device.allocate(width, height, test::u8_3);
    renderer.render_into(scene, {}, out.mutable_view(), stream);
    // A download comes after whatever streams were given.
    EXPECT_TRUE(test::same(device.download(out), expected));
  }
  cuda_on_cpu::run_late(false);
}

TEST(EffectsOnGpu, MistakesAreToldInASentence) {
  const Device device = gpu(), cpu = Device::cpu(1);
  const LayeredScene scene = scene_on(device, test::u8_3);
  ParallaxAnimator animator(device);
  Image host(width, height, test::u8_3), there = device.allocate(width, height, test::u8_3);
  EXPECT_EQ(test::error_of([&] { animator.render_into(scene, 0, host.mutable_view(), Stream(device)); }),
            "invalid_argument: The output does not lie in this device's memory; take device.allocate(...) or "
            "device.upload(image).");
  EXPECT_EQ(test::error_of([&] { animator.render_into(scene, 0, there.mutable_view(), Stream(cpu)); }),
            "invalid_argument: The stream belongs to cpu, this object renders on cuda:0; make the stream with "
            "Stream(device).");
  EXPECT_EQ(test::error_of([&] { ParallaxAnimator(cpu).render_at(scene, 0); }),
            "invalid_argument: The scene was baked on another device than this object renders on; bake it on the same "
            "one.");
}

TEST(EffectsOnGpu, WithoutMemoryTheSentenceNamesTheBytes) {
  const Device device = gpu();
  const LayeredScene scene = scene_on(device, test::u8_3);
  cuda_on_cpu::fail_call("cudaMallocFromPoolAsync", cudaErrorMemoryAllocation);
  const std::string error = test::error_of([&] { BokehRenderer(device).render(scene); });
  EXPECT_NE(error.find("out_of_memory: No memory on cuda:0 for "), std::string::npos) << error;
  EXPECT_NO_THROW(BokehRenderer(device).render(scene));
}

}  // namespace
}  // namespace relievo
