// The room without OpenCV: every door says what is missing.
#include <relievo/device.hpp>

#include "core/check.hpp"
#include "vision/cues.hpp"
#include "vision/faces.hpp"
#include "vision/fill.hpp"
#include "vision/hint.hpp"
#include "vision/instances.hpp"
#include "vision/matte.hpp"
#include "vision/process_threads.hpp"
#include "vision/refine.hpp"
#include "vision/silhouettes.hpp"

namespace relievo {
inline namespace v1 {
namespace {

[[noreturn]] void without_opencv(const char* what) {
  fail(ErrorCode::unsupported, what, " needs OpenCV, and this is a build without it (RELIEVO_MINIMAL).");
}

}  // namespace

Image disparity_from_cues(const ImageView&, const People&) { without_opencv("The depth model cues"); }
std::vector<Face> detect_faces(const ImageView&) { without_opencv("Finding faces"); }
void fill_hole(const MutableImageView&, const ImageView&, InpaintMethod, float, int, const Progress&) {
  without_opencv("Filling a hole");
}
HoleRegion region_of_hole(const ImageView&, float) { without_opencv("Filling a hole"); }
void keep_largest_component(const MutableImageView&) { without_opencv("Finding the subject"); }
Image subject_mask(const ImageView&, const ImageView&, const People&, double, const SegmentOptions&) {
  without_opencv("Finding the subject");
}
Image take_faces_whole(const MutableImageView&, const std::vector<Face>&) { without_opencv("Finding the subject"); }
Image hinted_mask(const ImageView&, const ImageView&, const ImageView&, const SmallHint&) {
  without_opencv("Finding what a hint means");
}
std::vector<Image> instance_masks(const ImageView&, const ImageView&, const ImageView&, const People&, double,
                                  const SegmentOptions&) {
  without_opencv("Telling subjects apart");
}
Image matte_model(const ImageView&, const ImageView&, const ImageView&) { without_opencv("Refining a matte"); }

Image covering_layers(const ImageView&, const LayerCuts&, float) { without_opencv("Baking more than 2 layers"); }

void set_opencv_threads(int) {}

}  // namespace v1
}  // namespace relievo
