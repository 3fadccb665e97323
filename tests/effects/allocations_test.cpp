// `render_into` takes no memory for pixels once `reserve` has seen the size. Counted, on one thread: every aligned
// allocation of the process (images, the engine's rows) and every other one of 64 KiB or more. Not counted: lists of
// a few runs or layers. The tables of transfer curves are the process's; a picture before makes them.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include <relievo/bokeh_renderer.hpp>
#include <relievo/parallax_animator.hpp>
#include <relievo/stereo_encoder.hpp>

#include "common/images.hpp"

namespace {

std::atomic<int> counted{0};

void* take(std::size_t size, std::size_t alignment) {
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, size == 0 ? 1 : size) != 0) return nullptr;
  return memory;
}

void* take_or_throw(std::size_t size, std::size_t alignment) {
  if (void* memory = take(size, alignment)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// Pixels of host images come from here.
extern "C" __attribute__((visibility("default"))) void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++counted;
  return take(size, alignment);
}
void* operator new(std::size_t size) {
  if (size >= 65536) ++counted;
  return take_or_throw(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++counted;
  return take_or_throw(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace relievo {
namespace {

using test::Layers;

constexpr int width = 300, height = 290;

LayeredScene scene_on(const Device& device) {
  Layers layers;
  layers.add(test::photo(width, height),
             test::make(width, height, test::f32_1, [](int x, int, int) { return x / 300.0; }));
  layers.add(test::photo(width, height), test::flat(width, height, test::f32_1, 1),
             test::box(width, height, 90, 80, 200, 200));
  return layers.scene(device);
}

TEST(Allocations, TheCountSeesThem) {
  const int before = counted;
  const Image image(10, 10, test::u8_3);
  EXPECT_EQ(counted, before + 1);
  const std::vector<char> large(100000);
  EXPECT_EQ(counted, before + 2);
}

TEST(Allocations, BokehTakesNone) {
  for (const BokehMode mode : {BokehMode::lens, BokehMode::tiers, BokehMode::gather, BokehMode::threshold,
                               BokehMode::layered, BokehMode::preview}) {
    for (const Aperture shape : {Aperture::circle, Aperture::heart}) {
      const Device device = Device::cpu(1);
      const LayeredScene scene = scene_on(device);
      const Stream stream(device);
      Image out(width, height, test::u8_3);
      BokehOptions options;
      options.mode = mode;
      options.shape = shape;
      options.strength = 8;
      options.protect_faces = false;  // to look for them takes a small copy
      BokehRenderer(device, options).render(scene, Focus::on_disparity(0));
      BokehRenderer renderer(device, options);
      renderer.reserve(width, height);
      const int before = counted;
      for (const float focus : {-1.0f, 0.0f, 0.5f}) renderer.render_into(scene, {focus}, out.mutable_view(), stream);
      EXPECT_EQ(counted, before) << name_of(mode) << " " << name_of(shape);
    }
  }
}

TEST(Allocations, ParallaxAndStereoTakeNone) {
  const Device device = Device::cpu(1);
  const LayeredScene scene = scene_on(device);
  const Stream stream(device);
  Image out(width, height, test::u8_3), other(width, height, test::u8_3);
  ParallaxAnimator animator(device);
  animator.render_at(scene, 0);
  animator.reserve(width, height);
  StereoEncoder encoder(device);
  encoder.render(scene);
  encoder.reserve(width, height);
  const int before = counted;
  for (const float t : {0.0f, 0.3f, 1.0f}) animator.render_into(scene, t, out.mutable_view(), stream);
  for (int i = 0; i < 3; ++i) encoder.render_into(scene, out.mutable_view(), other.mutable_view(), stream);
  EXPECT_EQ(counted, before);
}

}  // namespace
}  // namespace relievo
