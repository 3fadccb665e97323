// Which pixels belong to the subject.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <relievo/depth_map.hpp>
#include <relievo/device.hpp>
#include <relievo/progress.hpp>

namespace relievo {
inline namespace v1 {

/// How the subject is found.
enum class SegmentMethod : unsigned char {
  automatic = 0,  ///< Depth threshold refined along the photo's colours (GrabCut, guided filter).
  otsu = 1,       ///< Depth threshold, morphology, largest component, Gaussian edge.
};
template <>
struct EnumNames<SegmentMethod> {
  static constexpr std::string_view names[] = {"auto", "otsu"};
};

/// Options of Segmenter.
struct SegmentOptions {
  /// How the subject is found. Unit: none. Range: auto or otsu. Default: auto.
  SegmentMethod method = SegmentMethod::automatic;
  /// Diameter of the ellipse that opens the mask (removes specks). Unit: px. Range: 1 to 101, odd.
  /// Default: 5.
  int open_px = 5;
  /// Diameter of the ellipse that closes the mask (fills gaps). Unit: px. Range: 1 to 101, odd.
  /// Default: 11.
  int close_px = 11;
  /// Size of the Gaussian that softens the edge with `otsu`. Unit: px. Range: 1 to 101, odd.
  /// Default: 21.
  int feather_px = 21;

  /// System "spatial photo effect generator": Otsu, open 5, close 11, largest component, Gaussian 21.
  static SegmentOptions spatial_photo() {
    SegmentOptions o;
    o.method = SegmentMethod::otsu;
    return o;
  }
};

template <class Visitor>
void visit_fields(SegmentOptions& o, Visitor&& visit) {
  visit(Field{"method", "how the subject is found", ""}, o.method);
  visit(Field{"open_px", "ellipse that removes specks, odd", "px", 1, 101}, o.open_px);
  visit(Field{"close_px", "ellipse that fills gaps, odd", "px", 1, 101}, o.close_px);
  visit(Field{"feather_px", "Gaussian that softens the edge, odd", "px", 1, 101}, o.feather_px);
}

/// Separates the subject from its background.
///
/// Input: the photo and its depth (same size). Output: a matte, u8, 1 channel, 255 = subject, soft
/// at the edge. A photo without a nearer subject (flat depth) gives an empty matte (all 0).
/// An object serves one thread at a time.
class RELIEVO_API Segmenter final {
 public:
  /// Throws Error{invalid_argument} for an option out of range.
  explicit Segmenter(const Device& device, const SegmentOptions& options = {})
      : Segmenter(device, &options, sizeof options) {}
  Segmenter(Segmenter&&) noexcept;
  Segmenter& operator=(Segmenter&&) noexcept;
  ~Segmenter();

  /// The subject's matte. Throws Error{invalid_argument} where sizes differ.
  Image segment(const ImageView& photo, const DepthMap& depth, const Progress& progress = {}) const;
  /// A matte for each photo of a batch.
  std::vector<Image> segment(const std::vector<ImageView>& photos, const std::vector<const DepthMap*>& depths,
                             const Progress& progress = {}) const;

 private:
  Segmenter(const Device& device, const SegmentOptions* options, std::size_t size);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A point of a face, px; (0, 0) is the upper left corner of the photo. It may lie outside.
struct FacePoint {
  float x = 0;
  float y = 0;
};

/// A detected face.
struct Face {
  int x = 0;       ///< Left edge, px.
  int y = 0;       ///< Top edge, px.
  int width = 0;   ///< px.
  int height = 0;  ///< px.
  /// How sure the network is, 0.8 to 1; 0 from Haar cascades, which do not say.
  float score = 0;
  /// Whether `landmarks` are known: by YuNet they are, by Haar cascades not.
  bool has_landmarks = false;
  /// Right eye, left eye, tip of the nose, right and left corner of the mouth; right and left are the person's own.
  std::array<FacePoint, 5> landmarks{};
};

/// Faces, largest first: by YuNet (Wu, Peng and Yu, Machine Intelligence Research 2023) where its file and the module
/// librelievo_torch.so are there, else frontal and profile ones by OpenCV's Haar cascades (Viola and Jones, CVPR 2001).
/// Any scalar type and channel count. The photo is looked at in a copy of 640 px. Empty where there is none, or neither
/// network nor cascades are installed (Debian: opencv-data); the folder of cascades is the environment's
/// RELIEVO_HAAR_DIR, where it is set. Throws Error{corrupt_data} or Error{unsupported} that names a damaged cascade or
/// network. Thread safe.
RELIEVO_API std::vector<Face> find_faces(const ImageView& photo);

/// What find_faces(), Segmenter and model `cues` do without, in one sentence that says what they use instead; empty
/// where they have both their networks, YuNet and MediaPipe's selfie segmentation. Thread safe.
RELIEVO_API std::string why_no_person_networks();

}  // namespace v1
}  // namespace relievo
