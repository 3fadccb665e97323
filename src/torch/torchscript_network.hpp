// Networks that are programs of TorchScript.
#pragma once

#include <cstdint>
#include <string>

#include "torch/depth_architecture.hpp"

namespace relievo {
inline namespace v1 {

struct TorchscriptNetwork {
  DepthForward forward;
  std::int64_t parameters = 0;
};

/// Loads a program that torch.jit.save wrote, onto a device; what it holds is executed from then on. Its forward takes
/// what those of the networks take, f32, and gives N x H x W or N x 1 x H x W of the input's size. Throws
/// Error{corrupt_data} where it cannot be loaded; `forward` throws Error{unsupported} where it fails or gives something
/// else.
TorchscriptNetwork open_torchscript(const std::string& file, at::Device device);

}  // namespace v1
}  // namespace relievo
