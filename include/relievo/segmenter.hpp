// Which pixels belong to the subject.
#pragma once

#include <array>
#include <cstddef>
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
  automatic = 0,  ///< Persons, depth threshold or what stands out, refined along the photo's colours.
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
  /// What is finer than this comes from the photo's colours, within twice as much of the matte's outline; 0 = a 256th
  /// of the photo's longer side. At least a 1024th of that is taken. Unit: px. Range: 0 to 256. Default: 0.
  int refine_px = 0;

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
  visit(Field{"refine_px", "what is finer comes from colours, 0 = by size", "px", 0, 256}, o.refine_px);
}

/// A pixel of the photo that is the subject's, or is not; (0, 0) is the upper left one.
struct SegmentPoint {
  int x = 0;
  int y = 0;
  bool inside = true;  ///< Whether it is the subject's.
};

/// A rectangle of the photo, px; none where its width is 0.
struct SegmentBox {
  int x = 0;  ///< Left edge.
  int y = 0;  ///< Top edge.
  int width = 0;
  int height = 0;
};

/// What one knows of the subject; each part may be absent.
struct SegmentHint {
  /// Roughly the subject: above 127. u8, 1 channel, of the photo's size, in host or device memory. Empty = none.
  ImageView mask;
  /// The subject lies within it.
  SegmentBox box;
  /// Pixels of the subject, and of what is not; they count more than mask and box.
  const SegmentPoint* points = nullptr;
  int point_count = 0;
};

/// Separates the subject from its background.
///
/// Input: the photo and its depth (same size), in host or device memory. Output: a matte in host memory, u8, 1 channel,
/// 255 = subject, soft at the edge. A photo in which nothing stands before the rest, nor stands out by its colours,
/// gives an empty matte (all 0), and so does depth that is one value throughout. Calls that take a Progress throw
/// Error{cancelled} where it says so. An object serves one thread at a time.
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

  /// The matte of what a hint means; of the subject, where it is empty. Throws Error{invalid_argument} where sizes
  /// differ, the hint lies outside of the photo, contradicts itself, or its mask covers nothing or everything, and
  /// where the method is `otsu`, which takes no hints.
  Image segment(const ImageView& photo, const DepthMap& depth, const SegmentHint& hint,
                const Progress& progress = {}) const {
    return segment(photo, depth, &hint, sizeof hint, progress);
  }

  /// Throws what segment() would for this hint, so that it is known before depth is estimated.
  void check(const ImageView& photo, const SegmentHint& hint) const { check(photo, &hint, sizeof hint); }

  /// A matte for each of several subjects, nearest first: parts that do not touch, parts between which depth has a
  /// step, and persons side by side that have a face each. Together they cover a pixel once: no sum exceeds 255. Empty
  /// where there is no subject. Throws as segment() does with a hint.
  std::vector<Image> instances(const ImageView& photo, const DepthMap& depth, const Progress& progress = {}) const;

  /// A matte of one's own brought onto the photo's edges at its full size, hair by hair: what is nearly 0 or 255 all
  /// around becomes that, and what is not follows from colours, by linear functions of them that explain the matte as
  /// seen `refine_px` coarse (He, Sun and Tang, TPAMI 2013; He and Sun, Fast Guided Filter, 2015). Where colours do not
  /// tell sides apart the matte stays, smoothed. `matte` is u8, 1 channel, of the photo's size; one of 0 or 255 alone
  /// comes back as it is. Throws Error{invalid_argument} where it is not.
  Image refine(const ImageView& photo, const ImageView& matte, const Progress& progress = {}) const;

  /// What of a matte (u8, 1 channel) is known: 255 the subject, 0 what is not, 128 what lies between 0 and 255 or
  /// within `band_px` of a pixel that is not so. Throws Error{invalid_argument} for another format or `band_px` outside
  /// of 0 to 50.
  Image trimap(const ImageView& matte, int band_px = 10) const;

 private:
  Segmenter(const Device& device, const SegmentOptions* options, std::size_t size);
  Image segment(const ImageView& photo, const DepthMap& depth, const SegmentHint* hint, std::size_t size,
                const Progress& progress) const;
  void check(const ImageView& photo, const SegmentHint* hint, std::size_t size) const;
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
