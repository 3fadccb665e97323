// YuNet (Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research 2023).
#pragma once

#include <array>
#include <vector>

#include "core/networks.hpp"
#include "torch/layers.hpp"

namespace relievo {
inline namespace v1 {

struct Yunet {
  /// A convolution of 1 x 1, and one of 3 x 3 for each channel.
  struct Unit {
    Conv point, depth;
    at::Tensor operator()(const at::Tensor& x, Activation activation = Activation::none) const;
  };
  /// What is said of every cell of a grid.
  struct Head {
    Unit of_class, box, object, landmarks;
  };
  static constexpr std::array<int, 3> strides = {8, 16, 32};

  Conv stem;
  /// Of the backbone's six parts; the first part's one follows the stem.
  std::vector<std::vector<Unit>> parts;
  std::array<Unit, 3> laterals;
  std::array<Head, 3> heads;

  /// Names are those of the published ONNX file, whose exporter numbered the layers into which it folded a norm.
  explicit Yunet(const WeightScope& weights);

  /// A grid's answers: rows x columns x channels.
  struct Answers {
    at::Tensor of_class, box, object, landmarks;  ///< 1, 4, 1, 10 channels; the first and the third in 0..1.
  };
  /// x: 1 x 3 x H x W, BGR code values in 0..255, H and W multiples of 32. Answers for each of `strides`.
  std::array<Answers, 3> operator()(const at::Tensor& x) const;
};

/// The faces in answers, each once, the surest first: those at least as sure as `least_score`, of which none shares
/// more than `most_overlap` of its area with a surer one.
std::vector<FoundFace> yunet_faces(const std::array<Yunet::Answers, 3>& answers, float least_score, float most_overlap);

}  // namespace v1
}  // namespace relievo
