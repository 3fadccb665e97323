// Depth from one photo.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <relievo/depth_map.hpp>
#include <relievo/device.hpp>
#include <relievo/progress.hpp>
#include <relievo/sequence.hpp>

namespace relievo {
inline namespace v1 {

/// The arithmetic a network runs in.
enum class Precision : std::uint8_t {
  automatic = 0,  ///< What the device is good at: f16 on CUDA, bf16 on CPUs with bf16 units, else f32.
  f32 = 1,
  bf16 = 2,
  f16 = 3,
};
template <>
struct EnumNames<Precision> {
  static constexpr std::string_view names[] = {"auto", "f32", "bf16", "f16"};
};

/// Options of DepthEstimator.
struct DepthOptions {
  /// The model: a name listed by DepthEstimator::models(), or a file of weights (safetensors, .pth, ONNX); "auto" is
  /// the best one installed, else relievo-tiny, which comes with relievo, and without LibTorch `cues`. Unit: none.
  /// Range: such a name or file. Default: "auto".
  std::string_view model = "auto";
  /// Side the model works at: the longer one of `cues`, of networks the one that their training fixed. 0 is the model's
  /// own; the least of others is 64. Unit: px. Range: 0 to 4096. Default: 0.
  int resolution = 0;
  /// Follow the photo's edges when bringing depth up to its size. Unit: none. Range: on or off.
  /// Default: on.
  bool edge_aware = true;
  /// Arithmetic of a network. Unit: none. Range: auto, f32, bf16 or f16. Default: auto.
  Precision precision = Precision::automatic;
  /// Photos of a batch, or tiles of a photo, that go through a network at once; memory grows with it. Unit: photos.
  /// Range: 1 to 64. Default: 4.
  int batch = 4;
  /// Name of the network whose weights a file holds, where its tensors and its name do not tell; "" = what they tell.
  /// Unit: none. Range: "" or a name listed by DepthEstimator::architectures(). Default: "".
  std::string_view architecture = "";
  /// `model` is a TorchScript file. Such a file is a program that is executed, with all that this process may do, so
  /// only one from a source that you trust is safe. `architecture` must say which network's input it expects: RGB,
  /// normalised, N x 3 x H x W; it must put out N x H x W or N x 1 x H x W. It runs in f32. Unit: none. Range: on or
  /// off. Default: off.
  bool torchscript = false;
  /// Tiles along the longer side of a photo that a network looks at one by one for detail, after the whole photo; with
  /// as many along the shorter side as cover it, a third of each shared with the next. Fewer, or none, where tiles
  /// would enlarge the photo or show no more of it than the whole does. 1 = the whole only, as `cues` must have it.
  /// Unit: tiles. Range: 1 to 8. Default: 1.
  int tiles = 1;
};

template <class Visitor>
void visit_fields(DepthOptions& o, Visitor&& visit) {
  visit(Field{"model", "depth model: a name or a file of weights", ""}, o.model);
  visit(Field{"resolution", "side the model works at, 0 = its own", "px", 0, 4096}, o.resolution);
  visit(Field{"edge_aware", "follow the photo's edges", ""}, o.edge_aware);
  visit(Field{"precision", "arithmetic of a network", ""}, o.precision);
  visit(Field{"batch", "photos, or tiles of one, that go through a network at once", "photos", 1, 64}, o.batch);
  visit(Field{"architecture", "network that a file is of, where it does not tell", ""}, o.architecture);
  visit(Field{"torchscript", "the model's file is a TorchScript program: execute it, trusting its source", ""},
        o.torchscript);
  visit(Field{"tiles", "tiles along the longer side, for a network to see detail", "tiles", 1, 8}, o.tiles);
}

/// Estimates depth from a single photo.
///
/// Networks (relievo-tiny, MiDaS v2.1 small, DPT, Depth Anything) run on LibTorch, in the module librelievo_torch.so,
/// on weights that are read from a file and never executed, unless `torchscript` asks for it. Model `cues` needs no
/// network: it weighs ground plane, defocus and contrast, the figure against the border, and faces. It is
/// deterministic.
///
/// Input: 1, 3 or 4 channels of any scalar type and size, host or device memory. Output: DepthMap of the photo's size,
/// of kind `metres` from metric models, else `disparity`. An object serves one thread at a time.
class RELIEVO_API DepthEstimator final {
 public:
  /// Throws Error{not_found} for a model that is absent (naming the file or module it needs and the
  /// models that work), Error{invalid_argument} for an option out of range and a file that may be of several networks,
  /// Error{corrupt_data} and Error{unsupported} for a file that does not hold a network's weights. `tiles` above 1 are
  /// out of range where the model, or what "auto" becomes, is `cues`.
  explicit DepthEstimator(const Device& device, const DepthOptions& options = {})
      : DepthEstimator(device, &options, sizeof options) {}
  DepthEstimator(DepthEstimator&&) noexcept;
  DepthEstimator& operator=(DepthEstimator&&) noexcept;
  ~DepthEstimator();

  /// Depth of one photo. Throws Error{invalid_argument} for an empty image.
  DepthMap estimate(const ImageView& photo, const Progress& progress = {}) const;
  /// Depth of each photo of a batch, in their order.
  std::vector<DepthMap> estimate(const std::vector<ImageView>& photos, const Progress& progress = {}) const;
  /// Depth of the next frame of a video; `sequence` keeps the range steady between cuts.
  DepthMap estimate(const ImageView& frame, Sequence& sequence) const;

  /// The model in use ("auto" resolved).
  std::string model() const;
  /// The network that the model's weights are of; "" for `cues`.
  std::string architecture() const;
  /// Names accepted as `model`.
  static std::vector<std::string> models();
  /// Names accepted as `architecture`; none without the module librelievo_torch.so.
  static std::vector<std::string> architectures();

 private:
  DepthEstimator(const Device& device, const DepthOptions* options, std::size_t size);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v1
}  // namespace relievo
