#include "torch/weight_names.hpp"

#include <algorithm>
#include <string_view>

namespace relievo {
inline namespace v1 {
namespace {

bool any_begins(const std::vector<Weight>& weights, std::string_view prefix) {
  return std::any_of(weights.begin(), weights.end(),
                     [&](const Weight& weight) { return weight.name.starts_with(prefix); });
}

}  // namespace

WeightNames::WeightNames(const std::vector<Weight>& weights) {
  for (const std::string_view wrapper : {"module.", "model."}) {
    const bool all = !weights.empty() && std::all_of(weights.begin(), weights.end(), [&](const Weight& weight) {
      return is_made_up(weight.name) || std::string_view(weight.name).substr(strip_.size()).starts_with(wrapper);
    });
    if (all) strip_ += wrapper;
  }
  if (any_begins(weights, strip_ + "dpt.embeddings.")) {
    add_dpt();
  } else if (any_begins(weights, strip_ + "backbone.embeddings.")) {
    add_depth_anything();
  }
}

WeightNames::Original WeightNames::original(const std::string& name) const {
  const std::string own = name.starts_with(strip_) ? name.substr(strip_.size()) : name;
  for (const Rule& rule : rules_) {
    if (std::smatch match; std::regex_search(own, match, rule.pattern, std::regex_constants::match_continuous)) {
      return {match.format(rule.replacement) + match.suffix().str(), rule.part, rule.parts};
    }
  }
  return {own, 0, 1};
}

void WeightNames::add(const std::string& pattern, const std::string& replacement, std::size_t part, std::size_t parts) {
  rules_.push_back({std::regex(pattern), replacement, part, parts});
}

// transformers.models.depth_anything and its backbone dinov2
void WeightNames::add_depth_anything() {
  const std::string block = "pretrained.blocks.$1.", layer = R"(backbone\.encoder\.layer\.(\d+)\.)";
  add(R"(backbone\.embeddings\.patch_embeddings\.projection\.)", "pretrained.patch_embed.proj.");
  add(R"(backbone\.embeddings\.position_embeddings)", "pretrained.pos_embed");
  add(R"(backbone\.embeddings\.(cls_token|mask_token))", "pretrained.$1");
  add(R"(backbone\.layernorm\.)", "pretrained.norm.");
  add(layer + R"(layer_scale(\d)\.lambda1)", block + "ls$2.gamma");
  add(layer + "(norm|mlp)", block + "$2");
  // The library's fifth version names them anew.
  add_attention(layer + R"(attention\.attention\.)", {"query", "key", "value"}, block);
  add_attention(layer + R"(attention\.)", {"q_proj", "k_proj", "v_proj"}, block);
  add(layer + R"(attention\.(output\.dense|o_proj)\.)", block + "attn.proj.");
  add(R"(neck\.reassemble_stage\.layers\.(\d)\.projection\.)", "depth_head.projects.$1.");
  add(R"(neck\.reassemble_stage\.layers\.(\d)\.resize\.)", "depth_head.resize_layers.$1.");
  add_refiner("depth_head.scratch.");
  add(R"(head\.conv1\.)", "depth_head.scratch.output_conv1.");
  add(R"(head\.conv2\.)", "depth_head.scratch.output_conv2.0.");
  add(R"(head\.conv3\.)", "depth_head.scratch.output_conv2.2.");
}

// transformers.models.dpt and its backbone bit
void WeightNames::add_dpt() {
  const std::string block = "pretrained.model.blocks.$1.", layer = R"(dpt\.encoder\.layer\.(\d+)\.)";
  const std::string stem = "pretrained.model.patch_embed.backbone.";
  add(R"(dpt\.embeddings\.backbone\.bit\.embedder\.convolution\.)", stem + "stem.conv.");
  add(R"(dpt\.embeddings\.backbone\.bit\.embedder\.norm\.)", stem + "stem.norm.");
  add(R"(dpt\.embeddings\.backbone\.bit\.encoder\.stages\.(\d)\.layers\.(\d)\.)", stem + "stages.$1.blocks.$2.");
  add(R"(dpt\.embeddings\.(patch_embeddings\.)?projection\.)", "pretrained.model.patch_embed.proj.");
  add(R"(dpt\.embeddings\.position_embeddings)", "pretrained.model.pos_embed");
  add(R"(dpt\.embeddings\.cls_token)", "pretrained.model.cls_token");
  add(R"(dpt\.layernorm\.)", "pretrained.model.norm.");
  add(R"(dpt\.pooler\.)", "pretrained.model.head.");
  add_attention(layer + R"(attention\.attention\.)", {"query", "key", "value"}, block);
  add(layer + R"(attention\.output\.dense\.)", block + "attn.proj.");
  add(layer + R"(layernorm_before\.)", block + "norm1.");
  add(layer + R"(layernorm_after\.)", block + "norm2.");
  add(layer + R"(intermediate\.dense\.)", block + "mlp.fc1.");
  add(layer + R"(output\.dense\.)", block + "mlp.fc2.");
  for (int i = 0; i < 4; ++i) {
    const std::string number = std::to_string(i), map = "pretrained.act_postprocess" + std::to_string(i + 1) + ".";
    add(R"(neck\.reassemble_stage\.readout_projects\.)" + number + R"(\.0\.)", map + "0.project.0.");
    add(R"(neck\.reassemble_stage\.layers\.)" + number + R"(\.projection\.)", map + "3.");
    add(R"(neck\.reassemble_stage\.layers\.)" + number + R"(\.resize\.)", map + "4.");
  }
  add_refiner("scratch.");
  add(R"(head\.head\.)", "scratch.output_conv.");
}

void WeightNames::add_attention(const std::string& pattern, const std::array<const char*, 3>& names,
                                const std::string& block) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    add(pattern + names[i] + R"(\.)", block + "attn.qkv.", i, names.size());
  }
}

// Both necks; their first fusion layer is of the smallest map, which is the originals' fourth.
void WeightNames::add_refiner(const std::string& scratch) {
  for (int i = 0; i < 4; ++i) {
    const std::string number = std::to_string(i), block = scratch + "refinenet" + std::to_string(4 - i) + ".";
    add(R"(neck\.convs\.)" + number + R"(\.)", scratch + "layer" + std::to_string(i + 1) + "_rn.");
    add(R"(neck\.fusion_stage\.layers\.)" + number + R"(\.projection\.)", block + "out_conv.");
    add(R"(neck\.fusion_stage\.layers\.)" + number + R"(\.residual_layer(\d)\.convolution(\d)\.)",
        block + "resConfUnit$1.conv$2.");
  }
}

}  // namespace v1
}  // namespace relievo
