// Depth of field.
#pragma once

#include <memory>
#include <vector>

#include <relievo/device.hpp>
#include <relievo/layered_scene.hpp>
#include <relievo/progress.hpp>
#include <relievo/stream.hpp>

namespace relievo {
inline namespace v1 {

/// Shape of the aperture, and so of a light out of focus.
enum class Aperture : unsigned char {
  circle = 0,  ///< With mode `tiers` a Gaussian, as its recipe has it.
  hexagon = 1,
  octagon = 2,
  heart = 3,
  line = 4,   ///< A streak as long as the circle is wide and 1 px thick: the blur of motion.
  image = 5,  ///< A picture of the caller's: BokehRenderer::set_aperture.
};
template <>
struct EnumNames<Aperture> {
  static constexpr std::string_view names[] = {"circle", "hexagon", "octagon", "heart", "line", "image"};
};

/// How the blur is made.
enum class BokehMode : unsigned char {
  lens = 0,       ///< Each layer blurred in linear light by its circle of confusion, composited in order.
  tiers = 1,      ///< Five blurs of the whole photo (1, 7, 13, 19, 31 px), blended by depth.
  gather = 2,     ///< Every pixel gathered under its own aperture; exact for its model and slow.
  threshold = 3,  ///< One blur of the photo; what is nearer than a threshold, and faces, stays sharp.
  layered = 4,    ///< Blurs of rising radius, alpha-blended by depth; faces stay sharp.
  preview = 5,    ///< Mode `lens` made small and enlarged where it is blurred: for live sliders.
};
template <>
struct EnumNames<BokehMode> {
  static constexpr std::string_view names[] = {"lens", "tiers", "gather", "threshold", "layered", "preview"};
};

/// Options of BokehRenderer.
struct BokehOptions {
  /// How the blur is made. Unit: none. Range: lens, tiers, gather, threshold, layered or preview. Default: lens.
  BokehMode mode = BokehMode::lens;
  /// Shape of the aperture. Unit: none. Range: circle, hexagon, octagon, heart, line or image. Default: circle.
  Aperture shape = Aperture::circle;
  /// Aperture as an f-number; blur is proportional to its inverse. Unit: f. Range: 0.7 to 64.
  /// Default: 2.8.
  float f_number = 2.8f;
  /// Factor on the blur. Unit: times. Range: 0 to 8. Default: 1.
  float strength = 1;
  /// Distance from the focus, in disparity, within which all is sharp. Modes `lens`, `gather`, `layered` and `preview`,
  /// without `focal_length`. Unit: fraction. Range: 0 to 1. Default: 0.1.
  float focus_range = 0.1f;
  /// Blades of the aperture, a polygon with as many corners in place of `shape` circle, hexagon or octagon; 0 = that
  /// shape. Unit: blades. Range: 0 to 16 (not 1 or 2). Default: 0.
  int blades = 0;
  /// How round the blades are: 0 = straight, 1 = a circle. The inverse of the distance of the aperture's edge from its
  /// centre is mixed of both. Only where there are blades, as in a hexagon or octagon. Unit: fraction. Range: 0 to 1.
  /// Default: 0.
  float roundness = 0;
  /// Turns the aperture clockwise. Unit: degrees. Range: -360 to 360. Default: 0.
  float rotation = 0;
  /// Anamorphic squeeze: how many times higher than wide the turned aperture is made. Unit: times. Range: 1 to 4.
  /// Default: 1.
  float squeeze = 1;
  /// Cat's eye: how far the barrel cuts into the aperture at the photo's corners, in its radii; in the middle never.
  /// Modes `lens` and `preview`. Unit: radii. Range: 0 to 1. Default: 0.
  float cats_eye = 0;
  /// How much brighter than white the brightest codes are taken to be, so that lights open into discs; 0 turns it off.
  /// Modes `lens` and `preview`. Unit: stops. Range: 0 to 3. Default: 2.
  float highlight_recovery = 2;
  /// Radius of the circle of confusion at a difference of disparity of 1, times `strength`, in place of the f-number;
  /// 0 = by the f-number. All modes but `tiers`. Unit: px. Range: 0 to 4096. Default: 0.
  float coc = 0;
  /// Focal length of a true thin lens, for depth in metres; 0 = blur as a fraction of the photo's size. All modes but
  /// `tiers`; not beside `coc`. Unit: mm. Range: 0 to 2000. Default: 0.
  float focal_length = 0;
  /// Longer side of the sensor behind that lens. Unit: mm. Range: 1 to 200. Default: 36.
  float sensor = 36;
  /// How much of the photo's own grain is given back to what is blurred. Mode `lens`. Unit: times. Range: 0 to 4.
  /// Default: 0.
  float grain = 0;
  /// Disparity from which on mode `threshold` keeps the photo sharp. Unit: 1/255. Range: 0 to 255. Default: 125.
  float threshold = 125;
  /// Keep faces sharp with `threshold` and `layered`, whatever their depth. Unit: none. Range: on or off. Default: on.
  bool protect_faces = true;
  /// Scratch memory that may be taken; less makes smaller bands of work, of at least 16 rows, and the same pixels.
  /// Unit: MiB. Range: 1 to 1048576. Default: 256.
  int memory_mib = 256;

  /// System "spatial photo effect generator": tiers, f/2.8, circular, strength 1.
  static BokehOptions spatial_photo() {
    BokehOptions o;
    o.mode = BokehMode::tiers;
    return o;
  }
};

template <class Visitor>
void visit_fields(BokehOptions& o, Visitor&& visit) {
  visit(Field{"mode", "how the blur is made", ""}, o.mode);
  visit(Field{"shape", "shape of the aperture", ""}, o.shape);
  visit(Field{"f_number", "aperture as an f-number", "f", 0.7, 64}, o.f_number);
  visit(Field{"strength", "factor on the blur", "times", 0, 8}, o.strength);
  visit(Field{"focus_range", "distance from the focus within which all is sharp", "fraction", 0, 1}, o.focus_range);
  visit(Field{"blades", "blades of the aperture, 0 = the shape's own", "blades", 0, 16}, o.blades);
  visit(Field{"roundness", "how round the blades are", "fraction", 0, 1}, o.roundness);
  visit(Field{"rotation", "turns the aperture clockwise", "degrees", -360, 360}, o.rotation);
  visit(Field{"squeeze", "anamorphic squeeze", "times", 1, 4}, o.squeeze);
  visit(Field{"cats_eye", "how far the barrel cuts into the aperture at the corners", "radii", 0, 1}, o.cats_eye);
  visit(Field{"highlight_recovery", "how much brighter than white lights are", "stops", 0, 3}, o.highlight_recovery);
  visit(Field{"coc", "blur at a difference of disparity of 1, 0 = by the f-number", "px", 0, 4096}, o.coc);
  visit(Field{"focal_length", "thin lens of this focal length in mm, 0 = relative blur", "mm", 0, 2000},
        o.focal_length);
  visit(Field{"sensor", "longer side of the sensor in mm", "mm", 1, 200}, o.sensor);
  visit(Field{"grain", "how much grain is given back to what is blurred", "times", 0, 4}, o.grain);
  visit(Field{"threshold", "disparity, in 1/255, that stays sharp with mode threshold", "1/255", 0, 255}, o.threshold);
  visit(Field{"protect_faces", "keep faces sharp with threshold and layered", ""}, o.protect_faces);
  visit(Field{"memory_mib", "scratch memory in MiB", "MiB", 1, 1048576}, o.memory_mib);
}

/// What is sharp.
struct Focus {
  /// Disparity in focus, 0 (farthest) to 1 (nearest); negative = LayeredScene::subject_disparity().
  float disparity = -1;
  /// Distance from it, in disparity, within which all is sharp, to 1; negative = BokehOptions::focus_range. With every
  /// mode but `threshold`.
  float range = -1;

  /// The subject: LayeredScene::subject_disparity().
  static Focus on_subject() { return {}; }
  /// A disparity, 0 to 1.
  static Focus on_disparity(float disparity) { return {disparity, -1}; }
  /// All from one disparity to another, 0 to 1. Throws Error{invalid_argument} outside of that.
  RELIEVO_API static Focus on_range(float from, float to);
  /// A distance from the camera in metres; one beyond the scene's nearest or farthest is that. Throws
  /// Error{invalid_argument} where the scene's depth is not in metres, or the distance is not above 0.
  RELIEVO_API static Focus on_distance(const LayeredScene& scene, float metres);
  /// What is seen at a pixel of the scene. Throws Error{invalid_argument} outside it.
  RELIEVO_API static Focus on_point(const LayeredScene& scene, int x, int y);
  /// What is seen in the middle of the largest face. Throws Error{not_found} where none is found; the sentence names
  /// what else can be focused on.
  RELIEVO_API static Focus on_nearest_face(const LayeredScene& scene);
  /// The largest of the things that Segmenter takes apart, by its median disparity; the subject where it finds none.
  RELIEVO_API static Focus on_largest_subject(const LayeredScene& scene);
};

/// Renders a scene through a lens.
///
/// `lens`: the radius of a pixel's circle of confusion is
///   c = scale * max(0, |disparity - focus| - focus_range)   (px, at most 128)
/// (thin lens: blur grows linearly in inverse depth; Potmesil and Chakravarty, SIGGRAPH 1981), where `scale` is
///   0.03 * longer side * strength / f_number,
///   coc * strength                                                               where `coc` is above 0,
///   strength * A f s / (s - f) * |at_one - at_zero| / 2 * longer side / sensor   where `focal_length` f is above 0,
/// with A = f / f_number, the focus at s = 1 / (at_zero + focus * (at_one - at_zero)), DepthScale in 1/m, and no
/// focus_range but that of a Focus.
/// Layers are blurred in linear light, premultiplied, each by its own circle of confusion, and
/// composited, so a sharp subject neither bleeds nor has a halo. A light beyond the focus shows the aperture upright,
/// one before it turned by half a turn. Light above 128 times white is clipped.
/// `tiers`: the recipe of system "spatial photo effect generator" on the flattened photo: five blurs
/// of kernels 1, 7, 13, 19 and 31 px; a pixel shows level 4 b, linearly between neighbours, where
///   b = min(1, strength * 2.8 / f_number * max(0, |disparity - focus| - the Focus's own range)).
/// `gather`: the flattened photo in linear light. A pixel is the mean of every pixel whose circle of confusion, of the
/// radius of `lens`, reaches it, each weighted by 1 / area; light from behind a pixel reaches it only within the
/// pixel's own circle, so what is far never spreads over what is near and sharp. Takes pi radius^2 steps a pixel. Light
/// above 1 is clipped.
/// `threshold`: the flattened photo, in its own code values, over one blur of itself, of the radius min(128, `scale`)
/// rounded to px. It is seen where disparity, rounded to 1/255, is at least `threshold`, and in faces; a Gaussian of
/// 7 px softens the edge between. The focus plays no part but in a true lens.
/// `layered`: the flattened photo, in its own code values, and blurs of it of radius 1, 2, 4 ... 128 px, blended
/// linearly between the two nearest to c of `lens`; faces stay sharp. With the focus at 1 near is sharp and far is not.
/// `preview`: mode `lens` on the scene made small, its longer side 640 px, enlarged over the flattened photo where c is
/// above 1/5 (partly) to 1 (wholly) small px, or something nearer is blurred over it. Smaller photos are rendered as
/// with `lens`, without grain. A scene is made small once, and again only after another one.
///
/// Faces are those of find_faces(), each in an ellipse of 1.2 times its size that fades until 1.7 times; they are
/// looked for once a call, on the host. An Error{invalid_argument} is thrown for a focus out of range, and for
/// `focal_length` where the scene's depth is not in metres or the focus nearer than the focal length. Output: the
/// scene's format. Tiled work gives the same pixels as untiled. Deterministic. An object serves one thread at a time.
class RELIEVO_API BokehRenderer final {
 public:
  /// Throws Error{invalid_argument} for an option out of range, for blades or roundness of a shape that has none, and
  /// for shape `image` with mode `gather`.
  explicit BokehRenderer(const Device& device, const BokehOptions& options = {})
      : BokehRenderer(device, &options, sizeof options) {}
  BokehRenderer(BokehRenderer&&) noexcept;
  BokehRenderer& operator=(BokehRenderer&&) noexcept;
  ~BokehRenderer();

  /// The aperture of shape `image`: light passes where `picture` (1, 3 or 4 channels of any scalar type, host memory)
  /// is bright. It is square; its sides are two radii. Grey lets through as much light, in four steps up to the
  /// brightest pixel's; alpha dims. In blurs so large that this would take too many runs of pixels, it has fewer steps
  /// and less detail. Copied. Throws Error{invalid_argument} where it is empty, not square, all black or has values
  /// that are not finite, and where the shape is another one.
  void set_aperture(const ImageView& picture);

  /// The picture. Allocates its result; synchronous.
  Image render(const LayeredScene& scene, const Focus& focus = {}, const Progress& progress = {}) const;
  /// A picture of each scene of a batch, with the same focus rule.
  std::vector<Image> render(const std::vector<const LayeredScene*>& scenes, const Focus& focus = {},
                            const Progress& progress = {}) const;
  /// The scene with each layer out of focus as this lens sees it: an animation of it has depth of
  /// field at no further cost. With `preview` as with `lens`; `tiers`, `threshold` and `layered` blur each layer's
  /// colour alone.
  LayeredScene defocus(const LayeredScene& scene, const Focus& focus = {}, const Progress& progress = {}) const;

  /// Prepares scratch memory for scenes of this size.
  void reserve(int width, int height);
  /// Bytes of scratch memory held: with `gather`, `tiers`, `threshold` and `layered` at most `memory_mib`, where that
  /// holds a band of 16 rows.
  std::size_t scratch_bytes() const noexcept;
  /// Enqueues the picture into `out` (the scene's size and format, in this device's memory).
  /// Allocates no pixels once `reserve` has seen the size, but to look for faces, for which it also waits, and for a
  /// preview of more than 8 layers. Throws Error{invalid_argument} for another
  /// size, format or device; for host memory on a GPU the sentence names `device.upload`.
  void render_into(const LayeredScene& scene, const Focus& focus, const MutableImageView& out, const Stream& stream);

 private:
  BokehRenderer(const Device& device, const BokehOptions* options, std::size_t size);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v1
}  // namespace relievo
