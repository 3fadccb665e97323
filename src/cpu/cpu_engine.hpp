// The engine every machine has: loops over rows on a budget of threads.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "core/engine.hpp"
#if defined(RELIEVO_STD_THREADS)
#include "cpu/row_pool_std.hpp"
#else
#include "cpu/row_pool_tbb.hpp"
#endif

namespace relievo {
inline namespace v1 {

class CpuEngine final : public Engine {
 public:
  /// `threads` = 0 takes one a hardware thread.
  explicit CpuEngine(int threads);

  DeviceId id() const override { return {DeviceKind::cpu, 0}; }
  std::string name() const override;
  int threads() const override { return pool_.threads(); }

  Image allocate(int width, int height, PixelFormat format, Color color) override;
  void copy(const ImageView& from, const MutableImageView& to) override;
  std::shared_ptr<Stream::Impl> make_stream() override;
  std::shared_ptr<Stream::Impl> wrap_stream(void* native) override;

  void convert(const ImageView& in, const MutableImageView& out) override;
  void resize(const ImageView& in, const MutableImageView& out, ResizeFilter filter) override;
  void gaussian(const ImageView& in, const MutableImageView& out, int size) override;
  void morphology(const ImageView& in, const MutableImageView& out, Morphology operation,
                  const ApertureMask& mask) override;
  void aperture_blur(const ImageView& in, const MutableImageView& out, const ApertureMask& mask,
                     int first_row) override;
  void gather_blur(const ImageView& in, const ImageView& disparity, const ImageView& radius,
                   const MutableImageView& out, const ApertureShape& shape, int radius_max, int first_row) override;
  void blend_levels(const ImageView* levels, int count, const ImageView& level, const MutableImageView& out) override;
  void coc_levels(const ImageView& disparity, int first_row, float focus, float range, float scale, const float* radii,
                  int count, const MutableImageView& out) override;
  void premultiply_linear(const ImageView& color, const ImageView& coverage, int first_row,
                          const MutableImageView& out) override;
  void unpremultiply_linear(const ImageView& in, const MutableImageView& out) override;
  void lens_blur(const LayerView* layers, int count, const LensBlur& lens, int first_row, const MutableImageView& out,
                 const MutableImageView& coverage, const MutableImageView& blur) override;
  void add_grain(const ImageView& blur, const Grain& grain, int first_row, const MutableImageView& out) override;
  void flatten(const LayerView* layers, int count, const MutableImageView& out) override;
  void visible_disparity(const LayerView* layers, int count, const MutableImageView& out) override;
  void extract_alpha(const ImageView& in, const MutableImageView& out) override;
  void insert_alpha(const ImageView& alpha, const MutableImageView& out) override;
  void split_alpha(const ImageView& in, const MutableImageView& color, const MutableImageView& alpha) override;
  void mask_above(const ImageView& in, int threshold, const ImageView& also, const MutableImageView& out) override;
  void invert(const ImageView& in, const MutableImageView& out) override;
  void stretch(const ImageView& in, float low, float high, const MutableImageView& out) override;
  void histogram(const ImageView& in, const MutableImageView& out) override;
  void decontaminate(const ImageView& coverage, const MutableImageView& front, const MutableImageView& back) override;
  void quantiles(const ImageView& in, const ImageView& coverage, const double* at, int count,
                 const MutableImageView& out) override;
  void normalize(const ImageView& in, const MutableImageView& out, bool inverse, double low, double high) override;
  void fill_unknown(const MutableImageView& values) override;
  void anaglyph(const ImageView& left, const ImageView& right, const MutableImageView& out) override;
  void guided_filter(const ImageView& guide, const ImageView& in, const MutableImageView& out, int radius,
                     float epsilon) override;
  void pull_push(const MutableImageView& values, const ImageView& known, int threshold) override;
  void patch_halve(const ImageView& image, const ImageView& rank, const ImageView& behind, const MutableImageView& out,
                   const MutableImageView& out_rank, const MutableImageView& out_behind) override;
  void patch_double(const ImageView& coarse, const ImageView& behind, const ImageView& reach,
                    const MutableImageView& out) override;
  void patch_search(const ImageView& image, const ImageView& filled, const ImageView& rank, const ImageView& behind,
                    const ImageView& reach, const ImageView& in, const PatchSearch& how,
                    const MutableImageView& out) override;
  void patch_vote(const ImageView& image, const ImageView& rank, const ImageView& behind, const ImageView& reach,
                  const ImageView& matches, const PatchVote& how, const MutableImageView& out) override;
  void sharpen_steps(const ImageView& color, const ImageView& disparity, const StepSearch& how,
                     const MutableImageView& out) override;
  void layer_sites(const ImageView& disparity, const ImageView& near, const ImageView& matte, const LayerCuts& cuts,
                   const MutableImageView& front, const MutableImageView& back, const MutableImageView& rim) override;
  void layer_means(const ImageView& color, const ImageView& disparity, const ImageView& front, const ImageView& rim,
                   const LayerCuts& cuts, int cell, const MutableImageView& out,
                   const MutableImageView& known) override;
  void layers_behind(const ImageView& front, const ImageView& covers, int cell, const MutableImageView& back) override;
  void guess_behind(const LayerSources& from, const MutableImageView& out) override;
  void compose_layer(const LayerSources& from, int index, const MutableImageView& color,
                     const MutableImageView& coverage, const MutableImageView& disparity) override;
  void warp_layers(const LayerView* layers, const LayerMotion* motions, int count, float zoom,
                   const MutableImageView& out) override;
  void warp_rows(const LayerView* layers, int count, float gain, float convergence,
                 const MutableImageView& out) override;
  void render_scene(const scenes::SceneView& scene, const scenes::Camera& camera, const ImageView& fine, int layer,
                    int samples, const SceneBuffers& out) override;

  /// Calls body(first, last, scratch) for every band of at most `band` rows, in parallel. The bands do
  /// not depend on the number of threads; `scratch` is empty at each call.
  template <class Body>
  void parallel_rows(int height, int band, const Body& body) {
    pool_.run((height + band - 1) / band,
              [&](int i, ThreadScratch& scratch) { body(i * band, std::min(height, i * band + band), scratch); });
  }

 private:
  RowPool pool_;
};

}  // namespace v1
}  // namespace relievo
