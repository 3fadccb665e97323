// What the module librelievo_torch.so brings: networks behind interfaces that know no LibTorch.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <relievo/depth_estimator.hpp>
#include <relievo/depth_map.hpp>
#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {

class Engine;

/// How a photo of any shape becomes a network's input (the originals' own rules).
struct NetworkInput {
  enum class Fit : std::uint8_t {
    cover,    ///< both sides at least `side`
    contain,  ///< both sides at most `side`
    nearest,  ///< the side that changes least becomes `side`
  };
  int multiple = 14;  ///< sides are rounded to multiples of it
  int side = 518;     ///< what the network was trained at
  Fit fit = Fit::cover;
  bool halves_up = false;  ///< A side half-way between two multiples becomes the larger, not the even one.
  /// Of RGB code values in 0..1.
  std::array<float, 3> mean{}, deviation{};
  int least = 0;  ///< px; the least side of its input, a multiple of `multiple`, where it needs more than one of it
};

/// Which network, out of which file, and how it is to run.
struct DepthNetworkRequest {
  std::string file;
  /// Name of the architecture; empty = what file and tensors tell.
  std::string architecture;
  Precision precision = Precision::automatic;
  bool torchscript = false;  ///< `file` is a program, which is executed, and `architecture` says what it expects.
};

/// A depth network with its weights. Serves one thread at a time.
class DepthNetwork {
 public:
  struct Facts {
    std::string architecture;
    NetworkInput input;
    DepthKind kind = DepthKind::disparity;
    std::int64_t parameters = 0;
    std::string precision;
  };

  virtual ~DepthNetwork() = default;
  virtual const Facts& facts() const = 0;
  /// `count` photos of one size, f32 RGB, sRGB code values in 0..1, sides multiples of `input.multiple`; as many
  /// depths, f32, 1 channel, of that size, in the network's kind. All in the memory of the engine that the network was
  /// opened for. Enqueued on its stream.
  virtual void infer(const ImageView* photos, const MutableImageView* depths, int count) = 0;
};

/// A face in pixels of the photo that was looked at; parts of it may lie outside.
struct FoundFace {
  float x = 0, y = 0, width = 0, height = 0;
  float score = 0;
  /// x and y of right eye, left eye, tip of the nose, right and left corner of the mouth.
  std::array<std::array<float, 2>, 5> landmarks{};
};

/// Finds faces. Thread safe.
class FaceNetwork {
 public:
  virtual ~FaceNetwork() = default;
  /// In a photo in host memory, u8 RGB, sRGB code values; the surest first.
  virtual std::vector<FoundFace> find(const ImageView& rgb) const = 0;
};

/// Tells which pixels are of persons, wherever it is shown some: elsewhere it sees them where there are none. Thread
/// safe.
class MatteNetwork {
 public:
  virtual ~MatteNetwork() = default;
  /// Side of the square that it works at.
  virtual int side() const = 0;
  /// `rgb`: u8 RGB, sRGB code values; `matte`: f32, 1 channel, 0..1, 1 = person. Both `side()` x `side()` in host
  /// memory.
  virtual void infer(const ImageView& rgb, const MutableImageView& matte) const = 0;
};

/// Registered by the module as it opens.
class NetworkLibrary {
 public:
  virtual ~NetworkLibrary() = default;
  /// The architectures it can build.
  virtual std::vector<std::string> depth_architectures() const = 0;
  virtual std::unique_ptr<DepthNetwork> open_depth(Engine& engine, const DepthNetworkRequest& request) = 0;
  /// YuNet, and MediaPipe's selfie segmentation. Throw Error that names the file and what is wrong with it.
  virtual std::unique_ptr<FaceNetwork> open_faces(const std::string& file) = 0;
  virtual std::unique_ptr<MatteNetwork> open_matte(const std::string& file) = 0;
  /// Threads of the process-wide pool that its operations run on.
  virtual void set_threads(int threads) = 0;
};

/// The networks that are there. Throws Error{not_found} that says why there are none; `what` is what asks for them.
NetworkLibrary& networks(std::string_view what);
/// Null where there are none.
NetworkLibrary* networks_if_present();
/// Threads of the networks' pool, now or as soon as the module is opened. Thread safe.
void set_network_threads(int threads);

}  // namespace v1
}  // namespace relievo
