#include "torch/yunet.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/upsample_nearest2d.h>

namespace relievo {
inline namespace v1 {
namespace {

constexpr int width = 64;
// Channels into and out of the units of the backbone's parts.
constexpr struct { int in, out; } shapes[] = {{16, 32}, {32, 64}, {64, 64}, {64, 64}, {64, 64}};
constexpr int first_folded = 420;

Conv::Shape point_shape(int in, int out) { return {.in = in, .out = out, .kernel = 1}; }
Conv::Shape depth_shape(int channels) {
  return {.in = channels, .out = channels, .kernel = 3, .padding = 1, .groups = channels};
}

// Layers with a norm folded in have numbers for names: 420 and 421 are the weight and bias of the first, 423 and 424 of
// the second.
class Folded {
 public:
  explicit Folded(const WeightScope& weights) : weights_(weights) {}
  Conv next(const Conv::Shape& shape) {
    const int name = next_;
    next_ += 3;
    return {weights_(std::to_string(name), shape.sizes()), weights_(std::to_string(name + 1), {shape.out}), shape};
  }
  Yunet::Unit unit(const WeightScope& weights, int in, int out) {
    return {Conv(weights / "conv1", point_shape(in, out)), next(depth_shape(out))};
  }

 private:
  WeightScope weights_;
  int next_ = first_folded;
};

Yunet::Unit plain_unit(const WeightScope& weights, int out) {
  return {Conv(weights / "conv1", point_shape(width, out)), Conv(weights / "conv2", depth_shape(out))};
}

at::Tensor halved(const at::Tensor& x) { return at::max_pool2d(x, {2, 2}); }

at::Tensor twice(const at::Tensor& x) { return at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}); }

at::Tensor cells(const at::Tensor& x) { return x[0].permute({1, 2, 0}).contiguous(); }

float shared_part(const FoundFace& a, const FoundFace& b) {
  const float shared_width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const float shared_height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  if (shared_width <= 0 || shared_height <= 0) return 0;
  const float shared = shared_width * shared_height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

}  // namespace

at::Tensor Yunet::Unit::operator()(const at::Tensor& x, Activation activation) const {
  return depth(point(x), activation);
}

Yunet::Yunet(const WeightScope& weights) {
  const WeightScope backbone = weights / "backbone", neck = weights / "neck.lateral_convs",
                    head = weights / "bbox_head";
  Folded folded(weights);
  stem = folded.next({.in = 3, .out = 16, .kernel = 3, .stride = 2, .padding = 1});
  parts.push_back({folded.unit(backbone / "model0.conv2", 16, 16)});
  int number = 1;
  for (const auto& [in, out] : shapes) {
    const WeightScope part = backbone / ("model" + std::to_string(number++));
    std::vector<Unit>& units = parts.emplace_back();
    units.push_back(folded.unit(part / "conv1", in, in));
    units.push_back(folded.unit(part / "conv2", in, out));
  }
  for (int level = 2; level >= 0; --level) {
    laterals[static_cast<std::size_t>(level)] = folded.unit(neck / level, width, width);
  }
  for (int level = 0; level < 3; ++level) {
    heads[static_cast<std::size_t>(level)] = {
        plain_unit(head / "multi_level_cls" / level, 1), plain_unit(head / "multi_level_bbox" / level, 4),
        plain_unit(head / "multi_level_obj" / level, 1), plain_unit(head / "multi_level_kps" / level, 10)};
  }
}

std::array<Yunet::Answers, 3> Yunet::operator()(const at::Tensor& x) const {
  at::Tensor y = stem(x, Activation::relu);
  std::array<at::Tensor, 3> maps;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i == 1 || i > 2) y = halved(y);
    for (const Unit& unit : parts[i]) y = unit(y, Activation::relu);
    if (i > 2) maps[i - 3] = y;
  }
  std::array<Answers, 3> answers;
  for (std::size_t level = 3; level-- > 0;) {
    if (level < 2) maps[level] = twice(maps[level + 1]).add_(maps[level]);
    maps[level] = laterals[level](maps[level], Activation::relu);
    const Head& head = heads[level];
    const at::Tensor& map = maps[level];
    answers[level] = {cells(head.of_class(map)).sigmoid_(), cells(head.box(map)), cells(head.object(map)).sigmoid_(),
                      cells(head.landmarks(map))};
  }
  return answers;
}

std::vector<FoundFace> yunet_faces(const std::array<Yunet::Answers, 3>& answers, float least_score,
                                   float most_overlap) {
  std::vector<FoundFace> found;
  for (std::size_t level = 0; level < answers.size(); ++level) {
    const Yunet::Answers& grid = answers[level];
    const auto stride = static_cast<float>(Yunet::strides[level]);
    const auto* of_class = grid.of_class.const_data_ptr<float>();
    const auto* object = grid.object.const_data_ptr<float>();
    const auto* box = grid.box.const_data_ptr<float>();
    const auto* landmarks = grid.landmarks.const_data_ptr<float>();
    for (std::int64_t cell = 0; cell < grid.of_class.numel(); ++cell) {
      FoundFace face;
      face.score = std::sqrt(of_class[cell] * object[cell]);
      if (!(face.score >= least_score)) continue;
      const auto column = static_cast<float>(cell % grid.of_class.size(1));
      const auto row = static_cast<float>(cell / grid.of_class.size(1));
      face.width = std::exp(box[4 * cell + 2]) * stride;
      face.height = std::exp(box[4 * cell + 3]) * stride;
      face.x = (column + box[4 * cell]) * stride - face.width / 2;
      face.y = (row + box[4 * cell + 1]) * stride - face.height / 2;
      if (!std::isfinite(face.x + face.y)) continue;  // the exponential of a large number
      for (std::size_t i = 0; i < face.landmarks.size(); ++i) {
        const float* at = landmarks + 10 * cell + 2 * static_cast<std::int64_t>(i);
        face.landmarks[i] = {(column + at[0]) * stride, (row + at[1]) * stride};
      }
      found.push_back(face);
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const FoundFace& a, const FoundFace& b) { return a.score > b.score; });
  std::vector<FoundFace> kept;
  for (const FoundFace& face : found) {
    if (std::none_of(kept.begin(), kept.end(),
                     [&](const FoundFace& surer) { return shared_part(face, surer) > most_overlap; })) {
      kept.push_back(face);
    }
  }
  return kept;
}

}  // namespace v1
}  // namespace relievo
