// A depth network of LibTorch behind the library's interface.
#pragma once

#include <memory>

#include "core/networks.hpp"

namespace relievo {
inline namespace v1 {

/// Throws Error that names the file and what is wrong with it.
std::unique_ptr<DepthNetwork> open_torch_depth(Engine& engine, const DepthNetworkRequest& request);

}  // namespace v1
}  // namespace relievo
