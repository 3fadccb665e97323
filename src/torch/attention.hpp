#pragma once

#include <ATen/core/Tensor.h>

namespace relievo {
inline namespace v1 {

/// Dot-product attention of each head (Vaswani et al., NeurIPS 2017). qkv: N x tokens x 3 width, queries, already
/// scaled, before keys before values, heads side by side within each. The result: N x tokens x width.
at::Tensor attention(const at::Tensor& qkv, int heads);

}  // namespace v1
}  // namespace relievo
