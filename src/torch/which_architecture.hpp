// Which network a file of weights is of.
#pragma once

#include "torch/depth_architecture.hpp"
#include "torch/file_weights.hpp"

namespace relievo {
inline namespace v1 {

/// By the tensors' names and shapes and, where networks share those, by the request, by the `config.json` of the
/// transformers library beside the file, or by the file's published name, in this order. Throws Error{invalid_argument}
/// that lists what it may be.
const DepthArchitecture& which_architecture(const FileWeights& weights, const DepthNetworkRequest& request);

}  // namespace v1
}  // namespace relievo
