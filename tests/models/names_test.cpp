// Names and shapes of the weights that networks ask for, against those of the originals' files.
#include <algorithm>
#include <map>
#include <string>

#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>

#include "models/manifest.hpp"
#include "torch/depth_architecture.hpp"
#include "torch/formula_weights.hpp"
#include "torch/weight_names.hpp"

namespace relievo {
namespace {

struct Named {
  const char* manifest;
  const char* architecture;
  const char* family;  // of transformers_names.json; null where that library has no such network
};

class Names : public ::testing::TestWithParam<Named> {};

// Zeros: only names and shapes are in question.
class Asked final : public FormulaWeights {
 public:
  at::Tensor take(const std::string& name, at::IntArrayRef shape) override {
    taken[name] = shape.vec();
    return at::zeros(shape);
  }
};

TEST_P(Names, ANetworkAsksForWhatItsFileHolds) {
  const c10::InferenceMode no_gradients;
  const testing::Manifest manifest = testing::manifest(GetParam().manifest);
  Asked asked;
  const DepthArchitecture& architecture = *find_depth_architecture(GetParam().architecture);
  WeightScope scope(asked);
  if (architecture.dpt.family == DptFamily::depth_anything_3) scope = scope / "model";
  build_depth(architecture, scope);
  for (const auto& [name, shape] : asked.taken) {
    const auto found = manifest.shapes.find(name);
    ASSERT_NE(found, manifest.shapes.end()) << name << " is in no file";
    EXPECT_EQ(found->second, shape) << name;
  }
  for (const auto& [name, shape] : manifest.shapes) {
    if (asked.taken.count(name) > 0) continue;
    EXPECT_EQ(manifest.unused.count(name), 1u) << name << " is not asked for";
    EXPECT_THAT(asked.ignored, ::testing::Contains(::testing::Truly([&, &extra = name](const std::string& prefix) {
                  return extra.starts_with(prefix);
                })))
        << name << " is not known";
  }
}

TEST_P(Names, OfTheTransformersLibraryLeadToThem) {
  if (GetParam().family == nullptr) return;
  const testing::Manifest theirs = testing::manifest(std::string(GetParam().manifest) + ".transformers");
  std::vector<Weight> weights;
  for (const auto& [name, shape] : theirs.shapes) {
    weights.emplace_back();
    weights.back().name = name;
  }
  const WeightNames names(weights);
  std::map<std::string, std::size_t> reached;
  for (const auto& [name, shape] : theirs.shapes) {
    const WeightNames::Original original = names.original(name);
    const testing::Canonical expected = testing::canonical(GetParam().family, name);
    EXPECT_EQ(original.name, expected.name) << name;
    EXPECT_EQ(original.part, expected.part) << name;
    EXPECT_EQ(original.parts, expected.parts) << name;
    ++reached[original.name];
  }
  const testing::Manifest ours = testing::manifest(GetParam().manifest);
  for (const auto& [name, shape] : ours.shapes) {
    if (ours.unused.count(name) > 0) continue;
    EXPECT_GE(reached[name], 1u) << name << " has no counterpart";
  }
}

TEST(WeightNames, TheFifthVersionsNamesOfAttentionLeadThereToo) {
  std::vector<Weight> weights(1);
  weights[0].name = "backbone.embeddings.cls_token";
  const WeightNames names(weights);
  EXPECT_EQ(names.original("backbone.encoder.layer.7.attention.k_proj.bias").name, "pretrained.blocks.7.attn.qkv.bias");
  EXPECT_EQ(names.original("backbone.encoder.layer.7.attention.k_proj.bias").part, 1u);
  EXPECT_EQ(names.original("backbone.encoder.layer.7.attention.o_proj.weight").name,
            "pretrained.blocks.7.attn.proj.weight");
}

TEST(WeightNames, AWrapperClassIsTakenOff) {
  std::vector<Weight> weights(2);
  weights[0].name = "module.model.head.projects.0.weight";
  weights[1].name = "module.model.backbone.pretrained.cls_token";
  EXPECT_EQ(WeightNames(weights).original(weights[0].name).name, "head.projects.0.weight");
}

INSTANTIATE_TEST_SUITE_P(
    Networks, Names,
    ::testing::Values(Named{"midas-small", "midas-small", nullptr}, Named{"dpt-hybrid", "dpt-hybrid", "dpt"},
                      Named{"dpt-large", "dpt-large", "dpt"},
                      Named{"depth-anything-vits", "depth-anything-v2-small", "depth-anything"},
                      Named{"depth-anything-vitb", "depth-anything-base", "depth-anything"},
                      Named{"depth-anything-vitl", "depth-anything-v2-metric-indoor-large", "depth-anything"},
                      Named{"depth-anything-3-mono-large", "depth-anything-3-mono-large", nullptr}),
    [](const auto& tested) {
      std::string name = tested.param.manifest;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

}  // namespace
}  // namespace relievo
