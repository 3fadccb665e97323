#include "torch/attention.hpp"

#include <algorithm>

#include <ATen/ops/empty.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>

#include "torch/onednn.hpp"
#include "torch/openmp.hpp"
#include "torch/softmax.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Rows of the score matrix that a thread works on at once, about: they stay near its second-level cache.
constexpr std::int64_t rows_at_once = 256;

// softmax(scores) values^T, of `scores` that may be overwritten.
at::Tensor weighted(const at::Tensor& scores, const at::Tensor& values) {
  if (scores.scalar_type() != at::kFloat) return onednn::linear(at::softmax(scores, 1), values, {});
  at::Tensor sums = at::empty({scores.size(0), 1}, scores.options());
  softmax_numerators(scores.mutable_data_ptr<float>(), scores.size(0), scores.size(1), sums.mutable_data_ptr<float>());
  return onednn::linear(scores, values, {}).div_(sums);
}

// query, key, value: each batch x heads x tokens x width, of which a head lies in one piece.
at::Tensor attention_on_cpu(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value) {
  const std::int64_t batch = query.size(0), heads = query.size(1), count = query.size(2), width = query.size(3);
  at::Tensor out = at::empty({batch, count, heads, width}, query.options());
  // Of one size, since each of them has keys and values laid out anew.
  const std::int64_t pieces = std::max<std::int64_t>(1, (count + rows_at_once / 2) / rows_at_once);
  share_out(batch * heads * pieces, [&](std::int64_t task) {
    const std::int64_t piece = task % pieces, head = task / pieces % heads, item = task / pieces / heads;
    const std::int64_t first = piece * count / pieces, rows = (piece + 1) * count / pieces - first;
    const at::Tensor scores = onednn::linear(query[item][head].narrow(0, first, rows), key[item][head], {});
    out[item].narrow(0, first, rows).select(1, head).copy_(weighted(scores, value[item][head].t()));
  });
  return out.view({batch, count, heads * width});
}

}  // namespace

at::Tensor attention(const at::Tensor& qkv, int heads) {
  const std::int64_t batch = qkv.size(0), count = qkv.size(1), width = qkv.size(2) / 3;
  const at::Tensor parts = qkv.view({batch, count, 3, heads, width / heads}).permute({2, 0, 3, 1, 4});
  if (onednn::usable(qkv)) {
    const at::Tensor whole = parts.contiguous();
    return attention_on_cpu(whole[0], whole[1], whole[2]);
  }
  return at::scaled_dot_product_attention(parts[0], parts[1], parts[2], {}, 0, false, 1)
      .transpose(1, 2)
      .reshape({batch, count, width});
}

}  // namespace v1
}  // namespace relievo
