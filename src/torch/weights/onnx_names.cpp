#include "torch/weights/onnx_names.hpp"

#include <utility>

namespace relievo {
inline namespace v1 {
namespace weights {
namespace {

class Restorer {
 public:
  Restorer(const std::vector<OnnxNode>& nodes, Contents& contents,
           std::unordered_map<std::string, std::size_t>& indices)
      : contents_(contents), indices_(indices) {
    name_tokens();
    for (const OnnxNode& node : nodes) makers_.emplace(node.output, &node);
    for (const OnnxNode& node : nodes) {
      const auto& [first, second, third] = node.inputs;
      if (node.operation == "Add") {
        product(first, second);
        product(second, first);
      } else if (node.operation == "Gemm") {
        linear(second, third, !node.transposed_second);
      } else if (node.operation == "Concat") {
        tokens(first, second);
      }
    }
  }

 private:
  const OnnxNode* maker_of(std::string_view value) const {
    const auto found = makers_.find(value);
    return found == makers_.end() ? nullptr : found->second;
  }
  Weight* made_up_weight(std::string_view name) const {
    const auto found = is_made_up(name) ? indices_.find(std::string(name)) : indices_.end();
    return found == indices_.end() ? nullptr : &contents_.weights[found->second];
  }
  // Not where another has the name.
  bool rename(Weight& weight, const std::string& name) {
    const auto index = static_cast<std::size_t>(&weight - contents_.weights.data());
    if (!indices_.emplace(name, index).second) return false;
    indices_.erase(weight.name);
    weight.name = name;
    return true;
  }

  void product(std::string_view value, std::string_view bias) {
    const OnnxNode* maker = maker_of(value);
    if (maker != nullptr && maker->operation == "MatMul") linear(maker->inputs[1], bias, true);
  }

  void linear(std::string_view matrix, std::string_view bias, bool transposed) {
    constexpr std::string_view ending = ".bias";
    if (is_made_up(bias) || !bias.ends_with(ending) || !indices_.contains(std::string(bias))) return;
    Weight* weight = made_up_weight(matrix);
    if (weight == nullptr || weight->shape.size() != 2) return;
    bias.remove_suffix(ending.size());
    if (!rename(*weight, std::string(bias) + ".weight") || !transposed) return;
    std::swap(weight->shape[0], weight->shape[1]);
    std::swap(weight->strides[0], weight->strides[1]);
  }

  // What the two are called where one of them has kept its name: in the transformers library, and elsewhere.
  void name_tokens() {
    constexpr std::string_view pairs[][2] = {{"embeddings.cls_token", "embeddings.position_embeddings"},
                                             {"cls_token", "pos_embed"}};
    for (const Weight& weight : contents_.weights) {
      const std::string_view name = weight.name;
      for (const auto& [token, positions] : pairs) {
        for (const std::string_view ending : {token, positions}) {
          if (is_made_up(name) || !name.ends_with(ending)) continue;
          const std::string path(name.substr(0, name.size() - ending.size()));
          token_name_ = path + std::string(token);
          positions_name_ = path + std::string(positions);
          return;
        }
      }
    }
  }

  // A transformer puts the class token before those of the patches, and its position before theirs.
  void tokens(std::string_view first, std::string_view rest) {
    Weight* token = made_up_weight(first);
    const bool is_token = token != nullptr && token->shape.size() == 3 && token->shape[0] == 1 && token->shape[1] == 1;
    if (!is_token || token_name_.empty()) return;
    constexpr int steps = 16;  // More than there are to what is resized, from torch.onnx 7.
    for (int i = 0; i < steps; ++i) {
      if (const Weight* patches = made_up_weight(rest)) return put_together(*token, *patches);
      const OnnxNode* maker = maker_of(rest);
      if (maker == nullptr) break;
      rest = maker->inputs[0];
    }
    rename(*token, token_name_);
  }

  // Patches are 1 x N x channels or, ready to be resized, 1 x channels x rows x columns.
  void put_together(Weight& token, Weight patches) {
    if (patches.shape.size() == 4) {
      for (auto* sizes : {&patches.shape, &patches.strides})
        *sizes = {(*sizes)[0], (*sizes)[2], (*sizes)[3], (*sizes)[1]};
    }
    const bool fits = (patches.shape.size() == 3 || patches.shape.size() == 4) && patches.shape.front() == 1 &&
                      patches.shape.back() == token.shape.back() && patches.type == token.type;
    const std::size_t head = token.bytes, count = count_of(patches);
    if (!fits || count == 0 || !rename(token, positions_name_)) return;
    std::vector<std::byte>& whole = contents_.owned.emplace_back(head + count * size_of(token.type));
    copy_row_major(token, whole.data());
    copy_row_major(patches, whole.data() + head);
    const std::int64_t channels = token.shape.back();
    token.shape[1] += static_cast<std::int64_t>(count) / channels;
    token.strides = row_major_strides(token.shape);
    token.data = whole.data();
    token.bytes = whole.size();
  }

  Contents& contents_;
  std::unordered_map<std::string, std::size_t>& indices_;
  std::unordered_map<std::string_view, const OnnxNode*> makers_;
  std::string token_name_, positions_name_;
};

}  // namespace

void restore_names(const std::vector<OnnxNode>& nodes, Contents& contents,
                   std::unordered_map<std::string, std::size_t>& indices) {
  Restorer(nodes, contents, indices);
}

}  // namespace weights
}  // namespace v1
}  // namespace relievo
