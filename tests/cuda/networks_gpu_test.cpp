// Depth networks on a real GPU, by a LibTorch with CUDA, against the same networks on the CPU.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/networks.hpp"
#include "core/views.hpp"
#include "models/manifest.hpp"
#include "models/safetensors_file.hpp"
#include "relievo/device.hpp"
#include "torch/formula_weights.hpp"
#include "torch/torch_depth_network.hpp"
#include "unit/engine/test_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr int width = 252, height = 196;

std::string weights_file() {
  const std::string path = ::testing::TempDir() + "/relievo_networks_gpu.safetensors";
  if (std::filesystem::exists(path)) return path;
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (const auto& [name, shape] : relievo::testing::manifest("depth-anything-vits").shapes) {
    tensors.emplace_back(name, formula_tensor(name, shape));
  }
  relievo::testing::write_safetensors(path, tensors);
  return path;
}

Image input(std::uint64_t seed) {
  Image image(width, height, {Scalar::f32, 3}, {Primaries::unspecified, Transfer::srgb, false});
  for (int y = 0; y < height; ++y) {
    for (int i = 0; i < 3 * width; ++i) {
      const auto index = static_cast<std::uint64_t>(y * 3 * width + i);
      image.row<float>(y)[i] = 0.5f + 0.5f * formula_uniform(seed, index);
    }
  }
  return image;
}

/// Depth of the photos, through memory of the device.
std::vector<Image> depths(const Device& device, DepthNetwork& network, const std::vector<Image>& photos) {
  std::vector<Image> there, out;
  std::vector<ImageView> in;
  std::vector<MutableImageView> to;
  const bool host = device.kind() == DeviceKind::cpu;
  for (const Image& photo : photos) {
    there.push_back(host ? photo.clone() : device.upload(photo));
    out.push_back(device.allocate(width, height, f32_1));
  }
  for (std::size_t i = 0; i < photos.size(); ++i) {
    in.push_back(there[i]);
    to.push_back(out[i].mutable_view());
  }
  network.infer(in.data(), to.data(), static_cast<int>(photos.size()));
  std::vector<Image> result;
  for (Image& image : out) result.push_back(host ? std::move(image) : device.download(image));
  return result;
}

double distance(const Image& a, const Image& b) {
  double difference = 0, largest = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double one = a.row<float>(y)[x], other = b.row<float>(y)[x];
      difference = std::max(difference, std::abs(one - other));
      largest = std::max(largest, std::abs(other));
    }
  }
  return difference / largest;
}

std::unique_ptr<DepthNetwork> open(const Device& device, Precision precision) {
  return open_torch_depth(device.engine(), {weights_file(), "depth-anything-v2-small", precision});
}

TEST(NetworksOnGpu, ArithmeticOfFullPrecisionIsTheCpus) {
  const Device gpu = Device::cuda(), cpu = Device::cpu();
  std::vector<Image> photos;
  photos.push_back(input(1));
  const auto on_gpu = open(gpu, Precision::f32), on_cpu = open(cpu, Precision::f32);
  // TF32 is LibTorch's own choice for convolutions.
  EXPECT_LT(distance(depths(gpu, *on_gpu, photos)[0], depths(cpu, *on_cpu, photos)[0]), 5e-3);
}

TEST(NetworksOnGpu, HalfPrecisionStaysWithinTwoPerCentOfTheRange) {
  const Device gpu = Device::cuda(), cpu = Device::cpu();
  std::vector<Image> photos;
  photos.push_back(input(2));
  const auto on_gpu = open(gpu, Precision::automatic), on_cpu = open(cpu, Precision::f32);
  EXPECT_EQ(on_gpu->facts().precision, "f16");
  EXPECT_LT(distance(depths(gpu, *on_gpu, photos)[0], depths(cpu, *on_cpu, photos)[0]), 2e-2);
}

TEST(NetworksOnGpu, ReplaysOfTheGraphAnswerEachPhotoAndEachShape) {
  const Device gpu = Device::cuda();
  const auto network = open(gpu, Precision::f32);
  std::vector<Image> one, two, both;
  one.push_back(input(3));
  two.push_back(input(4));
  both.push_back(input(3));
  both.push_back(input(4));
  const Image first = std::move(depths(gpu, *network, one)[0]), second = std::move(depths(gpu, *network, two)[0]);
  EXPECT_GT(distance(first, second), 1e-2);
  EXPECT_EQ(distance(depths(gpu, *network, one)[0], first), 0);
  const std::vector<Image> batch = depths(gpu, *network, both);
  EXPECT_LT(distance(batch[0], first), 5e-3);
  EXPECT_LT(distance(batch[1], second), 5e-3);
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
