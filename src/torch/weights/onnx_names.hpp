// Names of weights that an exporter to ONNX changed on their way into the graph.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "torch/weights/contents.hpp"

namespace relievo {
inline namespace v1 {
namespace weights {

/// What is asked of a node.
struct OnnxNode {
  std::string_view operation;
  std::array<std::string_view, 3> inputs;  ///< The first ones; empty where there are fewer.
  std::string_view output;                 ///< The first.
  bool transposed_second = false;          ///< Gemm's transB.
};

/// torch.onnx computes beforehand what it can and makes up a name for the result (`is_made_up`). Gives weights back
/// what nodes tell of them, name and layout:
/// - the matrix of a Linear, which lies transposed, has its name from the bias that is added to the product;
/// - the class token and the positions of a vision transformer have it from each other. Positions are cut into the
/// class
///   token's and the patches', and are put together again.
/// `indices` are those of all weights by their names, before and afterwards. Takes time in proportion to nodes
/// and weights.
void restore_names(const std::vector<OnnxNode>& nodes, Contents& contents,
                   std::unordered_map<std::string, std::size_t>& indices);

}  // namespace weights
}  // namespace v1
}  // namespace relievo
