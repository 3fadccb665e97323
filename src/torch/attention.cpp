#include "torch/attention.hpp"

#include <algorithm>
#include <cmath>

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>
#include <c10/core/InferenceMode.h>

#include "torch/onednn.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Rows of the score matrix that a thread works on at once: they stay in its second-level cache.
constexpr std::int64_t rows_at_once = 256;

at::Tensor attention_on_cpu(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value) {
  const std::int64_t batch = query.size(0), heads = query.size(1), count = query.size(2), width = query.size(3);
  at::Tensor out = at::empty({batch, count, heads, width}, query.options());
  const at::Tensor keys = key.mul(1 / std::sqrt(static_cast<double>(width))).contiguous(),
                   values = value.transpose(2, 3).contiguous();
  const std::int64_t pieces = (count + rows_at_once - 1) / rows_at_once;
  at::parallel_for(0, batch * heads * pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    const c10::InferenceMode no_gradients;  // of each thread
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t piece = task % pieces, head = task / pieces % heads, item = task / pieces / heads;
      const std::int64_t first = piece * rows_at_once, rows = std::min(rows_at_once, count - first);
      const at::Tensor scores =
          onednn::linear(query[item][head].narrow(0, first, rows).contiguous(), keys[item][head], {});
      out[item]
          .narrow(0, first, rows)
          .select(1, head)
          .copy_(onednn::linear(at::softmax(scores, 1), values[item][head], {}));
    }
  });
  return out.view({batch, count, heads * width});
}

}  // namespace

at::Tensor attention(const at::Tensor& qkv, int heads) {
  const std::int64_t batch = qkv.size(0), count = qkv.size(1), width = qkv.size(2) / 3;
  const at::Tensor parts = qkv.view({batch, count, 3, heads, width / heads}).permute({2, 0, 3, 1, 4});
  if (onednn::usable(qkv)) return attention_on_cpu(parts[0], parts[1], parts[2]);
  return at::scaled_dot_product_attention(parts[0], parts[1], parts[2]).transpose(1, 2).reshape({batch, count, width});
}

}  // namespace v1
}  // namespace relievo
