#include "torch/torch_person_networks.hpp"

#include <ATen/ops/constant_pad_nd.h>
#include <c10/core/InferenceMode.h>
#include <relievo/interop/torch.hpp>

#include "core/check.hpp"
#include "torch/file_weights.hpp"
#include "torch/openmp.hpp"
#include "torch/selfie.hpp"
#include "torch/yunet.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Between those of OpenCV's two programs for this network, 0.6 and 0.9: photos are looked at in small copies, in which
// faces that are sure in the whole lose up to a tenth.
constexpr float least_score = 0.8f;
// OpenCV's (FaceDetectorYN).
constexpr float most_overlap = 0.3f;
constexpr std::int64_t multiple = 32;

/// `known`: a tensor that the network's files have.
template <class Network>
Network read(const std::string& path, const char* known, const char* what) {
  FileWeights weights(WeightFile::open(path), path, at::kFloat, at::kCPU);
  if (!weights.has(known)) fail(ErrorCode::unsupported, path, " does not hold the weights of ", what, ".");
  Network network{WeightScope(weights)};
  weights.finish();
  return network;
}

class TorchFaces final : public FaceNetwork {
 public:
  explicit TorchFaces(const std::string& file)
      : network_(read<Yunet>(file, "backbone.model0.conv2.conv1.weight", "YuNet (2023mar)")) {}

  std::vector<FoundFace> find(const ImageView& rgb) const override {
    const c10::InferenceMode no_gradients;
    const OneThread alone;
    const at::Tensor bgr = interop::as_tensor(rgb).flip(2).to(at::kFloat).permute({2, 0, 1}).unsqueeze(0);
    const auto missing = [](std::int64_t side) { return (multiple - side % multiple) % multiple; };
    const at::Tensor padded = at::constant_pad_nd(bgr, {0, missing(rgb.width), 0, missing(rgb.height)}, 0);
    return yunet_faces(network_(padded), least_score, most_overlap);
  }

 private:
  Yunet network_;
};

class TorchMatte final : public MatteNetwork {
 public:
  explicit TorchMatte(const std::string& file)
      : network_(read<SelfieSegmentation>(file, "segment.weight", "MediaPipe's selfie segmentation")) {}

  int side() const override { return selfie_side; }

  void infer(const ImageView& rgb, const MutableImageView& matte) const override {
    const c10::InferenceMode no_gradients;
    const OneThread alone;
    const at::Tensor pixels = interop::as_tensor(rgb).to(at::kFloat).div_(255);
    const at::Tensor persons = network_(pixels.unsqueeze(0).permute({0, 3, 1, 2}));
    interop::as_tensor(matte).squeeze(2).copy_(persons[0][0]);
  }

 private:
  SelfieSegmentation network_;
};

}  // namespace

std::unique_ptr<FaceNetwork> open_torch_faces(const std::string& file) {
  const c10::InferenceMode no_gradients;
  const OneThread alone;
  return std::make_unique<TorchFaces>(file);
}

std::unique_ptr<MatteNetwork> open_torch_matte(const std::string& file) {
  const c10::InferenceMode no_gradients;
  const OneThread alone;
  return std::make_unique<TorchMatte>(file);
}

}  // namespace v1
}  // namespace relievo
