// The engine under test, taking pictures in host memory: on a GPU inputs are carried there and outputs back.
#pragma once

#include <memory>
#include <vector>

#include "core/engine.hpp"

namespace relievo {
inline namespace v1 {
namespace test {

/// Defined once a program: the engine whose operations it tests.
std::shared_ptr<Engine> engine_under_test(int threads);

class TestEngine final {
 public:
  explicit TestEngine(int threads = 1) : engine_(engine_under_test(threads)) {}

  void copy(const ImageView& in, const MutableImageView& out) {
    run({in}, {out}, [&](auto& e, auto& i, auto& o) { e.copy(i[0], o[0]); });
  }
  void convert(const ImageView& in, const MutableImageView& out) {
    run({in}, {out}, [&](auto& e, auto& i, auto& o) { e.convert(i[0], o[0]); });
  }
  void resize(const ImageView& in, const MutableImageView& out, ResizeFilter filter) {
    run({in}, {out}, [&](auto& e, auto& i, auto& o) { e.resize(i[0], o[0], filter); });
  }
  void gaussian(const ImageView& in, const MutableImageView& out, int size) {
    run({in}, {out}, [&](auto& e, auto& i, auto& o) { e.gaussian(i[0], o[0], size); });
  }
  void morphology(const ImageView& in, const MutableImageView& out, Morphology operation, const ApertureMask& mask) {
    run({in}, {out}, [&](auto& e, auto& i, auto& o) { e.morphology(i[0], o[0], operation, mask); });
  }
  void aperture_blur(const ImageView& in, const MutableImageView& out, const ApertureMask& mask, int first_row) {
    run({in}, {out}, [&](auto& e, auto& i, auto& o) { e.aperture_blur(i[0], o[0], mask, first_row); });
  }
  void gather_blur(const ImageView& in, const ImageView& disparity, const ImageView& radius,
                   const MutableImageView& out, const ApertureShape& shape, int radius_max, int first_row) {
    run({in, disparity, radius}, {out},
        [&](auto& e, auto& i, auto& o) { e.gather_blur(i[0], i[1], i[2], o[0], shape, radius_max, first_row); });
  }
  void blend_levels(const ImageView* levels, int count, const ImageView& level, const MutableImageView& out) {
    std::vector<ImageView> in(levels, levels + count);
    in.push_back(level);
    run(in, {out}, [&](auto& e, auto& i, auto& o) { e.blend_levels(i.data(), count, i[count], o[0]); });
  }
  void coc_levels(const ImageView& disparity, int first_row, float focus, float range, float scale, const float* radii,
                  int count, const MutableImageView& out) {
    run({disparity}, {out},
        [&](auto& e, auto& i, auto& o) { e.coc_levels(i[0], first_row, focus, range, scale, radii, count, o[0]); });
  }
  void add_grain(const ImageView& blur, const Grain& grain, int first_row, const MutableImageView& out) {
    run({blur}, {out}, [&](auto& e, auto& i, auto& o) { e.add_grain(i[0], grain, first_row, o[0]); });
  }
  void premultiply_linear(const ImageView& color, const ImageView& coverage, int first_row,
                          const MutableImageView& out) {
    run({color, coverage}, {out},
        [&](auto& e, auto& i, auto& o) { e.premultiply_linear(i[0], i[1], first_row, o[0]); });
  }
  void unpremultiply_linear(const ImageView& in, const MutableImageView& out) {
    run({in}, {out}, [&](auto& e, auto& i, auto& o) { e.unpremultiply_linear(i[0], o[0]); });
  }
  void lens_blur(const LayerView* layers, int count, const LensBlur& lens, int first_row, const MutableImageView& out,
                 const MutableImageView& coverage, const MutableImageView& blur) {
    run(views_of(layers, count), {out, coverage, blur},
        [&](auto& e, auto& i, auto& o) { e.lens_blur(layers_of(i).data(), count, lens, first_row, o[0], o[1], o[2]); });
  }
  void flatten(const LayerView* layers, int count, const MutableImageView& out) {
    run(views_of(layers, count), {out},
        [&](auto& e, auto& i, auto& o) { e.flatten(layers_of(i).data(), count, o[0]); });
  }
  void visible_disparity(const LayerView* layers, int count, const MutableImageView& out) {
    run(views_of(layers, count), {out},
        [&](auto& e, auto& i, auto& o) { e.visible_disparity(layers_of(i).data(), count, o[0]); });
  }
  void extract_alpha(const ImageView& in, const MutableImageView& out) {
    run({in}, {out}, [&](auto& e, auto& i, auto& o) { e.extract_alpha(i[0], o[0]); });
  }
  void insert_alpha(const ImageView& alpha, const MutableImageView& out) {
    run({alpha}, {out}, [&](auto& e, auto& i, auto& o) { e.insert_alpha(i[0], o[0]); });
  }
  void split_alpha(const ImageView& in, const MutableImageView& color, const MutableImageView& alpha) {
    run({in}, {color, alpha}, [&](auto& e, auto& i, auto& o) { e.split_alpha(i[0], o[0], o[1]); });
  }
  void mask_above(const ImageView& in, int threshold, const ImageView& also, const MutableImageView& out) {
    run({in, also}, {out}, [&](auto& e, auto& i, auto& o) { e.mask_above(i[0], threshold, i[1], o[0]); });
  }
  void invert(const ImageView& in, const MutableImageView& out) {
    run({in}, {out}, [&](auto& e, auto& i, auto& o) { e.invert(i[0], o[0]); });
  }
  void stretch(const ImageView& in, float low, float high, const MutableImageView& out) {
    run({in}, {out}, [&](auto& e, auto& i, auto& o) { e.stretch(i[0], low, high, o[0]); });
  }
  void histogram(const ImageView& in, const MutableImageView& out) {
    run({in}, {out}, [&](auto& e, auto& i, auto& o) { e.histogram(i[0], o[0]); });
  }
  void decontaminate(const ImageView& coverage, const MutableImageView& front, const MutableImageView& back) {
    run({coverage}, {front, back}, [&](auto& e, auto& i, auto& o) { e.decontaminate(i[0], o[0], o[1]); });
  }
  void quantiles(const ImageView& in, const ImageView& coverage, const double* at, int count,
                 const MutableImageView& out) {
    run({in, coverage}, {out}, [&](auto& e, auto& i, auto& o) { e.quantiles(i[0], i[1], at, count, o[0]); });
  }
  void normalize(const ImageView& in, const MutableImageView& out, bool inverse, double low, double high) {
    run({in}, {out}, [&](auto& e, auto& i, auto& o) { e.normalize(i[0], o[0], inverse, low, high); });
  }
  void fill_unknown(const MutableImageView& values) {
    run({}, {values}, [&](auto& e, auto&, auto& o) { e.fill_unknown(o[0]); });
  }
  void anaglyph(const ImageView& left, const ImageView& right, const MutableImageView& out) {
    run({left, right}, {out}, [&](auto& e, auto& i, auto& o) { e.anaglyph(i[0], i[1], o[0]); });
  }
  void guided_filter(const ImageView& guide, const ImageView& in, const MutableImageView& out, int radius,
                     float epsilon) {
    run({guide, in}, {out}, [&](auto& e, auto& i, auto& o) { e.guided_filter(i[0], i[1], o[0], radius, epsilon); });
  }
  void patch_halve(const ImageView& image, const ImageView& rank, const ImageView& behind, const MutableImageView& out,
                   const MutableImageView& out_rank, const MutableImageView& out_behind) {
    run({image, rank, behind}, {out, out_rank, out_behind},
        [&](auto& e, auto& i, auto& o) { e.patch_halve(i[0], i[1], i[2], o[0], o[1], o[2]); });
  }
  void patch_double(const ImageView& coarse, const ImageView& behind, const ImageView& reach,
                    const MutableImageView& out) {
    run({coarse, behind, reach}, {out}, [&](auto& e, auto& i, auto& o) { e.patch_double(i[0], i[1], i[2], o[0]); });
  }
  void patch_search(const ImageView& image, const ImageView& filled, const ImageView& rank, const ImageView& behind,
                    const ImageView& reach, const ImageView& in, const PatchSearch& how, const MutableImageView& out) {
    run({image, filled, rank, behind, reach, in}, {out},
        [&](auto& e, auto& i, auto& o) { e.patch_search(i[0], i[1], i[2], i[3], i[4], i[5], how, o[0]); });
  }
  void patch_vote(const ImageView& image, const ImageView& rank, const ImageView& behind, const ImageView& reach,
                  const ImageView& matches, const PatchVote& how, const MutableImageView& out) {
    run({image, rank, behind, reach, matches}, {out},
        [&](auto& e, auto& i, auto& o) { e.patch_vote(i[0], i[1], i[2], i[3], i[4], how, o[0]); });
  }
  void sharpen_steps(const ImageView& color, const ImageView& disparity, const StepSearch& how,
                     const MutableImageView& out) {
    run({color, disparity}, {out}, [&](auto& e, auto& i, auto& o) { e.sharpen_steps(i[0], i[1], how, o[0]); });
  }
  void layer_sites(const ImageView& disparity, const ImageView& near, const ImageView& matte, const LayerCuts& cuts,
                   const MutableImageView& front, const MutableImageView& back, const MutableImageView& rim) {
    run({disparity, near, matte}, {front, back, rim},
        [&](auto& e, auto& i, auto& o) { e.layer_sites(i[0], i[1], i[2], cuts, o[0], o[1], o[2]); });
  }
  void layer_means(const ImageView& color, const ImageView& disparity, const ImageView& front, const ImageView& rim,
                   const LayerCuts& cuts, int cell, const MutableImageView& out, const MutableImageView& known) {
    run({color, disparity, front, rim}, {out, known},
        [&](auto& e, auto& i, auto& o) { e.layer_means(i[0], i[1], i[2], i[3], cuts, cell, o[0], o[1]); });
  }
  void layers_behind(const ImageView& front, const ImageView& covers, int cell, const MutableImageView& back) {
    run({front, covers}, {back}, [&](auto& e, auto& i, auto& o) { e.layers_behind(i[0], i[1], cell, o[0]); });
  }
  void guess_behind(const LayerSources& from, const MutableImageView& out) {
    run(views_of(from), {out}, [&](auto& e, auto& i, auto& o) { e.guess_behind(sources_of(i, from), o[0]); });
  }
  void compose_layer(const LayerSources& from, int index, const MutableImageView& color,
                     const MutableImageView& coverage, const MutableImageView& disparity) {
    run(views_of(from), {color, coverage, disparity},
        [&](auto& e, auto& i, auto& o) { e.compose_layer(sources_of(i, from), index, o[0], o[1], o[2]); });
  }
  void pull_push(const MutableImageView& values, const ImageView& known, int threshold) {
    run({known}, {values}, [&](auto& e, auto& i, auto& o) { e.pull_push(o[0], i[0], threshold); });
  }
  void warp_layers(const LayerView* layers, const LayerMotion* motions, int count, float zoom,
                   const MutableImageView& out) {
    run(views_of(layers, count), {out},
        [&](auto& e, auto& i, auto& o) { e.warp_layers(layers_of(i).data(), motions, count, zoom, o[0]); });
  }
  void warp_rows(const LayerView* layers, int count, float gain, float convergence, const MutableImageView& out) {
    run(views_of(layers, count), {out},
        [&](auto& e, auto& i, auto& o) { e.warp_rows(layers_of(i).data(), count, gain, convergence, o[0]); });
  }

 private:
  static std::vector<ImageView> views_of(const LayerView* layers, int count);
  static std::vector<LayerView> layers_of(const std::vector<ImageView>& views);
  static std::vector<ImageView> views_of(const LayerSources& from);
  static LayerSources sources_of(const std::vector<ImageView>& views, LayerSources like);

  /// Calls body(engine, inputs, outputs) with views in the engine's memory. An output that is an input as well stays
  /// one image. Fails the test where pixels beside an output were written.
  template <class Body>
  void run(const std::vector<ImageView>& in, const std::vector<MutableImageView>& out, const Body& body) {
    if (engine_->id().kind == DeviceKind::cpu) return body(*engine_, in, out);
    Carried carried = carry(in, out);
    body(*engine_, carried.in, carried.out);
    bring_back(carried, out);
  }

  struct Carried {
    std::vector<Image> images;
    std::vector<ImageView> in;
    std::vector<MutableImageView> out;
  };
  Carried carry(const std::vector<ImageView>& in, const std::vector<MutableImageView>& out);
  void bring_back(const Carried& carried, const std::vector<MutableImageView>& out);

  std::shared_ptr<Engine> engine_;
};

}  // namespace test
}  // namespace v1
}  // namespace relievo
