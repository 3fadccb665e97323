// Each network against what its original put out, both with weights by one formula (make_goldens.py): as near as
// rounding allows, and far from the original with a mistake in it.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "torch/depth_architecture.hpp"
#include "torch/formula_weights.hpp"

namespace relievo {
namespace {

constexpr double tolerance = 1e-4;
// By how much of the largest value any mistake must show.
constexpr double least_mistake = 10 * tolerance;

const std::filesystem::path goldens = RELIEVO_SOURCE_DIR "/tests/models/goldens";

nlohmann::json golden(const std::string& name) {
  std::ifstream in(goldens / (name + ".json"));
  return nlohmann::json::parse(in);
}

/// Largest difference to the values that a golden has of the output, as a part of the largest value.
double distance(const at::Tensor& output, const nlohmann::json& expected) {
  const at::Tensor flat = output.contiguous().flatten();
  const auto* values = flat.const_data_ptr<float>();
  const auto& wanted = expected["values"];
  const auto count = static_cast<std::int64_t>(wanted.size());
  double largest = 0;
  for (std::int64_t k = 0; k < count; ++k) {
    const double value = values[k * (flat.numel() - 1) / (count - 1)];
    largest = std::max(largest, std::abs(value - wanted[static_cast<std::size_t>(k)].get<double>()));
  }
  return largest / expected["max_abs"].get<double>();
}

/// The architecture that a golden names as its original does, and with its number of blocks.
DepthArchitecture architecture_of(const nlohmann::json& golden) {
  std::string name = golden["network"];
  name = name.substr(0, name.find('.'));
  for (const auto& [original, own] : {std::pair{"-vits", "-small"}, {"-vitb", "-base"}, {"-vitl", "-large"}}) {
    if (const std::size_t at = name.find(original); at != std::string::npos) name.replace(at, 5, own);
  }
  const DepthArchitecture* known = find_depth_architecture(name);
  if (known == nullptr) throw std::runtime_error("no architecture " + name);
  DepthArchitecture architecture = *known;
  const nlohmann::json& config = golden["config"];
  if (config.contains("blocks") && config["blocks"] != architecture.dpt.vit.depth) {
    architecture.dpt.vit.depth = config["blocks"];
    for (std::size_t i = 0; i < 4; ++i) architecture.dpt.taps[i] = config["taps"][i];
  }
  return architecture;
}

at::Tensor output_of(const nlohmann::json& golden) {
  const c10::InferenceMode no_gradients;
  const DepthArchitecture architecture = architecture_of(golden);
  FormulaWeights weights;
  WeightScope scope(weights);
  // Its published file has them within a class.
  if (architecture.dpt.family == DptFamily::depth_anything_3) scope = scope / "model";
  const at::Tensor input = formula_input(golden["input"][0], golden["input"][1]);
  return build_depth(architecture, scope)(input);
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(goldens)) {
    const std::string name = entry.path().stem();
    if (std::count(name.begin(), name.end(), 'x') > 0 && name.find(".mutant-") == std::string::npos) {
      if (golden(name).contains("network")) names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Parity : public ::testing::TestWithParam<std::string> {};

TEST_P(Parity, PutsOutWhatTheOriginalDoes) {
  const nlohmann::json expected = golden(GetParam());
  const at::Tensor output = output_of(expected);
  const std::vector<std::int64_t> shape = expected["outputs"]["depth"]["shape"];
  ASSERT_EQ(output.sizes(), at::IntArrayRef(shape));
  EXPECT_LT(distance(output, expected["outputs"]["depth"]), tolerance);
  for (const auto& entry : std::filesystem::directory_iterator(goldens)) {
    const std::string name = entry.path().stem();
    if (!name.starts_with(GetParam() + ".mutant-")) continue;
    EXPECT_GT(distance(output, golden(name)["outputs"]["depth"]), least_mistake) << name << " is not told";
  }
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}
TEST(Formula, IsTheOneOfTheGoldens) {
  const nlohmann::json expected = golden("formula");
  for (const auto& [name, hash] : expected["hashes"].items()) {
    EXPECT_EQ(formula_seed(name), std::stoull(hash.get<std::string>(), nullptr, 16)) << name;
  }
  for (const auto& [name, weight] : expected["weights"].items()) {
    const std::vector<std::int64_t> shape = weight["shape"];
    const at::Tensor tensor = formula_tensor(name, shape);
    const auto* values = tensor.const_data_ptr<float>();
    for (std::size_t i = 0; i < weight["first"].size(); ++i) {
      EXPECT_FLOAT_EQ(values[i], weight["first"][i].get<float>()) << name;
    }
    EXPECT_FLOAT_EQ(values[tensor.numel() - 1], weight["last"].get<float>()) << name;
  }
}

TEST(Sky, IsPutWhereTheOriginalPutsIt) {
  const nlohmann::json expected = golden("depth-anything-3-sky");
  at::Tensor depth = at::empty({1, 60, 80}), sky = at::empty({1, 60, 80});
  for (std::int64_t i = 0; i < depth.numel(); ++i) {
    const auto index = static_cast<std::uint64_t>(i);
    depth.mutable_data_ptr<float>()[i] = 2 + formula_uniform(formula_seed("sky_depth"), index);
    sky.mutable_data_ptr<float>()[i] = formula_uniform(formula_seed("sky"), index);
  }
  EXPECT_LT(distance(with_sky_far(depth, sky), expected["outputs"]["depth"]), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Networks, Parity, ::testing::ValuesIn(cases()), test_name);

}  // namespace
}  // namespace relievo
