// Inputs with texture everywhere and depth that steps and slopes, so that nothing is measured on zeros.
#pragma once

#include <vector>

#include <relievo/layered_scene.hpp>

#include "cpu/cpu_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {

/// Noise over gradients; deterministic.
Image textured(int width, int height, PixelFormat format, Color color = {});
/// Disparity 0..1: a slope with a nearer block every 300 px.
Image step_and_ramp(int width, int height);
/// A soft disc over the middle third.
Image soft_disc(int width, int height);

/// Two layers: an opaque background and a subject with soft coverage.
struct TwoLayers {
  Image far_color, near_color, coverage, disparity;
  std::vector<LayerView> layers;
  TwoLayers(int width, int height, PixelFormat format);
};

/// 4000 x 3000; RELIEVO_BENCH_SIZE=WxH changes it.
struct BenchSize {
  int width, height;
};
BenchSize bench_size();

/// The CPU engine with the threads of RELIEVO_BENCH_THREADS (default: all).
CpuEngine& engine();

}  // namespace bench
}  // namespace v1
}  // namespace relievo
