// Files of weights through the public class: each naming scheme, and what is wrong with a file.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <relievo/relievo.hpp>

#include "models/manifest.hpp"
#include "models/onnx_file.hpp"
#include "models/safetensors_file.hpp"
#include "torch/formula_weights.hpp"

namespace relievo {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

/// A folder of its own for each test.
class ModelFiles : public ::testing::Test {
 protected:
  ModelFiles() {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~ModelFiles() override { std::filesystem::remove_all(path_); }
  const std::filesystem::path& folder() const { return path_; }

 private:
  std::filesystem::path path_ =
      std::filesystem::path(::testing::TempDir()) /
      (std::string("relievo_files_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

Image photo() {
  Image image(140, 84, {Scalar::u8, 3});
  for (int y = 0; y < image.height(); ++y) {
    for (int i = 0; i < 3 * image.width(); ++i) {
      image.row<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(128 + 100 * formula_uniform(7, 420u * y + i));
    }
  }
  return image;
}

Tensors originals(const std::string& manifest) {
  Tensors tensors;
  for (const auto& [name, shape] : testing::manifest(manifest).shapes) {
    tensors.emplace_back(name, formula_tensor(name, shape));
  }
  return tensors;
}

/// The same weights as the transformers library names and divides them.
Tensors transformers(const std::string& manifest, const std::string& family) {
  Tensors tensors;
  for (const auto& [name, shape] : testing::manifest(manifest + ".transformers").shapes) {
    const testing::Canonical original = testing::canonical(family, name);
    std::vector<std::int64_t> whole = shape;
    whole[0] *= static_cast<std::int64_t>(original.parts);
    const at::Tensor tensor = formula_tensor(original.name, whole);
    tensors.emplace_back(name, tensor.narrow(0, static_cast<std::int64_t>(original.part) * shape[0], shape[0]));
  }
  return tensors;
}

Image depth_of(const DepthOptions& options) {
  const DepthMap depth = DepthEstimator(Device::cpu(), options).estimate(photo());
  return Image::copy_of(depth.values());
}

DepthOptions by(const std::string& file, std::string_view architecture = "") {
  DepthOptions options;
  options.model = file;
  options.precision = Precision::f32;
  options.resolution = 84;
  options.architecture = architecture;
  return options;
}

void expect_same(const Image& a, const Image& b) {
  ASSERT_EQ(a.width(), b.width());
  ASSERT_EQ(a.height(), b.height());
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) ASSERT_EQ(a.row<float>(y)[x], b.row<float>(y)[x]) << x << ", " << y;
  }
}

TEST_F(ModelFiles, BothNamingSchemesGiveTheSameDepth) {
  const auto original = folder() / "depth_anything_v2_vits.safetensors";
  const auto theirs = folder() / "depth-anything-v2-small-hf.safetensors";
  testing::write_safetensors(original, originals("depth-anything-vits"));
  testing::write_safetensors(theirs, transformers("depth-anything-vits", "depth-anything"));
  const std::string a = original.string(), b = theirs.string();
  EXPECT_EQ(DepthEstimator(Device::cpu(), by(a)).architecture(), "depth-anything-v2-small");
  expect_same(depth_of(by(a)), depth_of(by(b)));
}

TEST_F(ModelFiles, ExportsToOnnxGiveTheSameDepth) {
  const auto original = folder() / "depth_anything_v2_vits.safetensors", traced = folder() / "traced",
             exported = folder() / "exported";
  const char* const name = "depth_anything_v2_vits.onnx";
  const Tensors weights = originals("depth-anything-vits");
  testing::write_safetensors(original, weights);
  std::filesystem::create_directory(traced);
  std::filesystem::create_directory(exported);
  testing::write_onnx(traced / name, weights, true);
  testing::write_onnx(exported / name, transformers("depth-anything-vits", "depth-anything"), false);
  const std::string a = original.string(), b = (traced / name).string(), c = (exported / name).string();
  const Image expected = depth_of(by(a));
  expect_same(expected, depth_of(by(b)));
  expect_same(expected, depth_of(by(c)));
}

TEST_F(ModelFiles, NormsThatAnExporterFoldedAreToldOf) {
  const auto file = (folder() / "midas_v21_small_256.onnx").string();
  const at::Tensor convolution = at::ones({32, 3, 3, 3});
  testing::write_onnx(file, {{"pretrained.layer1.0.weight", convolution}}, true);
  EXPECT_THAT([&] { DepthEstimator(Device::cpu(), by(file)); },
              ThrowsMessage<Error>(AllOf(HasSubstr("lacks the tensor pretrained.layer1.1."),
                                         HasSubstr("; where ONNX has norms folded into convolutions, only the weights "
                                                   "from before the export help."))));
  testing::write_onnx(file, {{"onnx::Conv_1198", convolution}}, true);
  EXPECT_THAT([&] { DepthEstimator(Device::cpu(), by(file)); },
              ThrowsMessage<Error>(HasSubstr("folded into convolutions (here onnx::Conv_1198), only the weights")));
}

TEST_F(ModelFiles, TensorsThatSeveralNetworksShareAreToldByNameConfigOrOption) {
  const Tensors weights = originals("depth-anything-vits");
  const auto write = [&](const char* name) {
    testing::write_safetensors(folder() / name, weights);
    return (folder() / name).string();
  };
  const auto architecture = [](const std::string& file, std::string_view wish = "") {
    return DepthEstimator(Device::cpu(), by(file, wish)).architecture();
  };
  EXPECT_EQ(architecture(write("depth_anything_vits14.safetensors")), "depth-anything-small");
  EXPECT_EQ(architecture(write("depth_anything_v2_metric_vkitti_vits.safetensors")),
            "depth-anything-v2-metric-outdoor-small");
  EXPECT_EQ(architecture(write("depth_anything_v2_metric_hypersim_vits.safetensors")),
            "depth-anything-v2-metric-indoor-small");
  const std::string plain = write("model.safetensors");
  EXPECT_THAT(
      [&] { architecture(plain); },
      ThrowsMessage<Error>(AllOf(HasSubstr("model.safetensors may be depth-anything-small, depth-anything-v2-small"),
                                 HasSubstr("say which by the option architecture"))));
  EXPECT_EQ(architecture(plain, "depth-anything-small"), "depth-anything-small");
  EXPECT_THAT([&] { architecture(plain, "dpt-large"); },
              ThrowsMessage<Error>(HasSubstr("does not hold the weights of dpt-large; by its tensors it may be")));
  EXPECT_THAT(
      [&] { architecture(plain, "dpt-huge"); },
      ThrowsMessage<Error>(HasSubstr("architecture is \"dpt-huge\"; allowed are midas-small, relievo-tiny, dpt")));
  std::ofstream(folder() / "config.json") << R"({"model_type": "depth_anything", "depth_estimation_type": "metric",
    "max_depth": 20, "backbone_config": {"out_indices": [3, 6, 9, 12]}})";
  EXPECT_EQ(architecture(plain), "depth-anything-v2-metric-indoor-small");
}

TEST_F(ModelFiles, MetricModelsGiveMetres) {
  const auto file = folder() / "depth_anything_v2_metric_hypersim_vits.safetensors";
  testing::write_safetensors(file, originals("depth-anything-vits"));
  const std::string path = file.string();
  const DepthMap depth = DepthEstimator(Device::cpu(), by(path)).estimate(photo());
  EXPECT_EQ(depth.kind(), DepthKind::metres);
  for (int x = 0; x < depth.width(); ++x) {
    EXPECT_GT(depth.values().row<float>(40)[x], 0);
    EXPECT_LE(depth.values().row<float>(40)[x], 20.001f);
  }
}

TEST_F(ModelFiles, ABatchGivesWhatPhotosGiveOneByOne) {
  const auto file = folder() / "depth_anything_v2_vits.safetensors";
  testing::write_safetensors(file, originals("depth-anything-vits"));
  const std::string path = file.string();
  DepthOptions options = by(path);
  options.batch = 3;
  const DepthEstimator estimator(Device::cpu(), options);
  const Image one = photo();
  Image other(84, 140, {Scalar::u8, 3});
  for (int y = 0; y < other.height(); ++y) std::fill_n(other.row<std::uint8_t>(y), 3 * other.width(), 40 + y);
  const std::vector<DepthMap> depths = estimator.estimate({one.view(), other.view(), one.view()});
  ASSERT_EQ(depths.size(), 3u);
  const DepthMap alone = estimator.estimate(other);
  for (int y = 0; y < one.height(); ++y) {
    for (int x = 0; x < one.width(); ++x) {
      ASSERT_NEAR(depths[0].values().row<float>(y)[x], depths[2].values().row<float>(y)[x], 1e-5);
    }
  }
  for (int x = 0; x < other.width(); ++x) {
    ASSERT_NEAR(depths[1].values().row<float>(70)[x], alone.values().row<float>(70)[x], 1e-5);
  }
}

TEST_F(ModelFiles, WhatIsWrongWithAFileIsNamed) {
  const auto file = (folder() / "depth_anything_v2_vits.safetensors").string();
  const Tensors right = originals("depth-anything-vits");
  const auto expect = [&](const Tensors& tensors, const char* sentence) {
    testing::write_safetensors(file, tensors);
    EXPECT_THAT([&] { DepthEstimator(Device::cpu(), by(file)); }, ThrowsMessage<Error>(HasSubstr(sentence)));
  };
  Tensors wrong = right;
  std::erase_if(wrong, [](const auto& one) { return one.first == "pretrained.blocks.3.mlp.fc1.bias"; });
  expect(wrong, "lacks the tensor pretrained.blocks.3.mlp.fc1.bias.");
  wrong = right;
  wrong.emplace_back("pretrained.extra.weight", right[0].second);
  expect(wrong, "holds the tensor pretrained.extra.weight, which the network has no place for.");
  wrong = right;
  for (auto& [name, tensor] : wrong) {
    if (name == "pretrained.norm.weight") tensor = tensor.narrow(0, 0, 100);
  }
  expect(wrong, "the tensor pretrained.norm.weight is 100; the network needs 384.");
  wrong = right;
  for (auto& [name, tensor] : wrong) {
    if (name != "pretrained.norm.weight") continue;
    tensor = tensor.clone();
    tensor[5] = std::nanf("");
  }
  expect(wrong, "the tensor pretrained.norm.weight holds values that are not finite.");
  expect({{"something.else", right[0].second}}, "does not hold the weights of depth-anything-v2-small.");
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  EXPECT_THAT([&] { DepthEstimator(Device::cpu(), by(file)); }, ThrowsMessage<Error>(HasSubstr(file)));
}

TEST_F(ModelFiles, APhotoSmallerThanAPatchIsEnlarged) {
  const auto file = folder() / "depth_anything_v2_vits.safetensors";
  testing::write_safetensors(file, originals("depth-anything-vits"));
  const std::string path = file.string();
  const Image small(13, 20, {Scalar::u8, 3});
  const DepthMap depth = DepthEstimator(Device::cpu(), by(path)).estimate(small);
  EXPECT_EQ(depth.width(), 13);
  EXPECT_EQ(depth.height(), 20);
  EXPECT_TRUE(std::isfinite(depth.values().row<float>(10)[6]));
}

}  // namespace
}  // namespace relievo
