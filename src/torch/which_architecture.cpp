#include "torch/which_architecture.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// What tells the networks of Depth Anything V1 and V2 apart: nothing in their tensors does.
struct Variant {
  bool second = false;
  bool metric = false;
  float farthest = 0;
};

// As far as tensors tell.
std::vector<const DepthArchitecture*> fitting(const FileWeights& weights) {
  std::vector<const DepthArchitecture*> fit;
  for (const DepthArchitecture& known : depth_architectures()) {
    const DptShape& shape = known.dpt;
    std::string place = "pretrained.";
    bool family = true;
    if (shape.vit.width == 0) {
      if (weights.has(known.name == relievo_tiny ? "stage4.0.qkv.weight" : "pretrained.layer1.0.weight")) {
        fit.push_back(&known);
      }
      continue;
    }
    if (shape.family == DptFamily::midas) {
      place = "pretrained.model.";
      family = weights.has(place + "patch_embed.backbone.stem.conv.weight") == shape.convolutional_stem;
    } else if (shape.family == DptFamily::depth_anything_3) {
      place = "backbone.pretrained.";
      family = weights.has("head.scratch.sky_output_conv2.0.weight");
    }
    if (family && weights.size(place + "pos_embed", 2) == shape.vit.width) fit.push_back(&known);
  }
  return fit;
}

std::optional<Variant> by_config(const std::filesystem::path& file) {
  std::ifstream in(file.parent_path() / "config.json", std::ios::binary);
  if (!in) return {};
  const auto json = nlohmann::json::parse(in, nullptr, false);
  if (!json.is_object()) return {};
  const auto text = [&](const char* key) {
    return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
  };
  if (text("model_type") != "depth_anything") return {};
  Variant variant;
  variant.metric = text("depth_estimation_type") == "metric";
  if (const auto farthest = json.find("max_depth"); farthest != json.end() && farthest->is_number()) {
    variant.farthest = farthest->get<float>();
  }
  const auto backbone = json.find("backbone_config");
  if (backbone == json.end() || !backbone->is_object()) return {};
  const auto taps = backbone->find("out_indices");
  if (taps == backbone->end() || !taps->is_array() || taps->size() != 4 || !(*taps)[0].is_number_integer() ||
      !(*taps)[3].is_number_integer()) {
    return {};
  }
  variant.second = (*taps)[3].get<int>() - (*taps)[0].get<int>() != 3;
  return variant;
}

std::optional<Variant> by_name(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char letter) { return letter == '-' ? '_' : static_cast<char>(std::tolower(letter)); });
  const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
  if (!has("depth_anything")) return {};
  Variant variant;
  variant.second = has("_v2");
  variant.metric = has("metric");
  variant.farthest = has("hypersim") || has("indoor") ? 20.0f : has("vkitti") || has("outdoor") ? 80.0f : 0.0f;
  return variant;
}

bool is(const DepthArchitecture& known, const Variant& variant) {
  const bool metric = known.kind == DepthKind::metres;
  if (metric != variant.metric) return false;
  if (metric) return known.dpt.farthest == variant.farthest;
  return (known.name.find("-v2-") != std::string::npos) == variant.second;
}

}  // namespace

const DepthArchitecture& which_architecture(const FileWeights& weights, const DepthNetworkRequest& request) {
  const std::vector<const DepthArchitecture*> fit = fitting(weights);
  std::string names;
  for (const DepthArchitecture* known : fit) names += (names.empty() ? "" : ", ") + known->name;
  if (!request.architecture.empty()) {
    const DepthArchitecture& wanted = depth_architecture(request.architecture);
    if (std::find(fit.begin(), fit.end(), &wanted) == fit.end()) {
      fail(ErrorCode::invalid_argument, request.file, " does not hold the weights of ", request.architecture,
           names.empty() ? "." : "; by its tensors it may be " + names + ".");
    }
    return wanted;
  }
  if (fit.empty()) {
    fail(ErrorCode::unsupported, request.file, " holds weights of no depth network that relievo knows",
         weights.folded(), ".");
  }
  if (fit.size() == 1) return *fit.front();
  std::optional<Variant> variant = by_config(request.file);
  if (!variant) variant = by_name(request.file);
  if (variant) {
    const auto found = std::find_if(fit.begin(), fit.end(), [&](const auto* known) { return is(*known, *variant); });
    if (found != fit.end()) return **found;
  }
  fail(ErrorCode::invalid_argument, request.file, " may be ", names,
       ", which have the same tensors; say which by the option architecture.");
}

}  // namespace v1
}  // namespace relievo
