// How far a network's depth moves with the arithmetic that it runs in.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <relievo/device.hpp>
#include <relievo/image.hpp>

#include "core/engine.hpp"
#include "core/views.hpp"
#include "torch/formula_weights.hpp"
#include "torch/stand_in.hpp"
#include "torch/torch_depth_network.hpp"

namespace relievo {
namespace {

// A bright disc on a ramp, and noise.
Image photo(int width, int height) {
  Image image(width, height, {Scalar::f32, 3}, {Primaries::unspecified, Transfer::srgb, false});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool inside = std::hypot(x - 0.4 * width, y - 0.5 * height) < 0.3 * height;
      const float level = inside ? 0.8f : 0.5f * static_cast<float>(y) / static_cast<float>(height);
      for (int c = 0; c < 3; ++c) {
        const auto index = static_cast<std::uint64_t>((y * width + x) * 3 + c);
        image.row<float>(y)[3 * x + c] = level + 0.1f * formula_uniform(1, index);
      }
    }
  }
  return image;
}

Image depth(const std::string& file, const char* architecture, Precision precision, const Image& photo) {
  const Device cpu = Device::cpu();
  const auto network = open_torch_depth(cpu.engine(), {file, architecture, precision});
  EXPECT_EQ(network->facts().precision, name_of(precision));
  Image out(photo.width(), photo.height(), {Scalar::f32, 1});
  const ImageView in = photo.view();
  const MutableImageView to = out.mutable_view();
  network->infer(&in, &to, 1);
  return out;
}

struct Distance {
  double largest = 0, rms = 0;  // as parts of the range
};

Distance distance(const Image& depth, const Image& exact) {
  double least = exact.row<float>(0)[0], most = least, largest = 0, squares = 0;
  for (int y = 0; y < exact.height(); ++y) {
    for (int x = 0; x < exact.width(); ++x) {
      const double value = exact.row<float>(y)[x], difference = depth.row<float>(y)[x] - value;
      least = std::min(least, value);
      most = std::max(most, value);
      largest = std::max(largest, std::abs(difference));
      squares += difference * difference;
    }
  }
  const double count = static_cast<double>(exact.width()) * exact.height();
  return {largest / (most - least), std::sqrt(squares / count) / (most - least)};
}

struct Bounded {
  const char* architecture;
  int width, height;
  double largest, rms;
};

class Bf16 : public ::testing::TestWithParam<Bounded> {};

TEST_P(Bf16, StaysNearFullPrecision) {
  const auto [architecture, width, height, largest, rms] = GetParam();
  const std::string file = ::testing::TempDir() + "/relievo_precision_" + architecture + ".safetensors";
  write_stand_in(architecture, file);
  const Image pixels = photo(width, height);
  const Image rough = depth(file, architecture, Precision::bf16, pixels);
  const Image exact = depth(file, architecture, Precision::f32, pixels);
  std::filesystem::remove(file);
  const Distance apart = distance(rough, exact);
  RecordProperty("largest", std::to_string(apart.largest));
  RecordProperty("rms", std::to_string(apart.rms));
  EXPECT_LT(apart.largest, largest);
  EXPECT_LT(apart.rms, rms);
  EXPECT_GT(apart.largest, 1e-5) << "it ran in f32";
}

INSTANTIATE_TEST_SUITE_P(Networks, Bf16,
                         ::testing::Values(Bounded{"depth-anything-v2-small", 140, 98, 0.009, 0.0022},
                                           Bounded{"dpt-hybrid", 128, 96, 0.009, 0.0022},
                                           Bounded{"midas-small", 128, 96, 0.025, 0.006}),
                         [](const auto& tested) {
                           std::string name = tested.param.architecture;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace relievo
