// The engine every machine has: loops over rows on a budget of threads.
#pragma once

#include <memory>
#include <string>

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "core/engine.hpp"
#include "cpu/thread_scratch.hpp"

namespace relievo {
inline namespace v1 {

class CpuEngine final : public Engine {
 public:
  /// `threads` = 0 takes one a hardware thread.
  explicit CpuEngine(int threads);

  DeviceId id() const override { return {DeviceKind::cpu, 0}; }
  std::string name() const override;
  int threads() const override { return threads_; }

  Image allocate(int width, int height, PixelFormat format, Color color) override;
  void copy(const ImageView& from, const MutableImageView& to) override;
  std::shared_ptr<Stream::Impl> make_stream() override;
  std::shared_ptr<Stream::Impl> wrap_stream(void* native) override;

  void convert(const ImageView& in, const MutableImageView& out) override;
  void resize(const ImageView& in, const MutableImageView& out, ResizeFilter filter) override;
  void gaussian(const ImageView& in, const MutableImageView& out, int size) override;
  void aperture_blur(const ImageView& in, const MutableImageView& out, const ApertureMask& mask,
                     int first_row) override;
  void blend_levels(const ImageView* levels, int count, const ImageView& level, const MutableImageView& out) override;
  void coc_levels(const ImageView& disparity, int first_row, float focus, float range, float scale, const float* radii,
                  int count, const MutableImageView& out) override;
  void over(const ImageView& front, const MutableImageView& back) override;
  void premultiply_linear(const ImageView& color, const ImageView& coverage, int first_row,
                          const MutableImageView& out) override;
  void unpremultiply_linear(const ImageView& in, const MutableImageView& out) override;
  void flatten(const LayerView* layers, int count, const MutableImageView& out) override;
  void visible_disparity(const LayerView* layers, int count, const MutableImageView& out) override;
  void extract_alpha(const ImageView& in, const MutableImageView& out) override;
  void insert_alpha(const ImageView& alpha, const MutableImageView& out) override;
  void anaglyph(const ImageView& left, const ImageView& right, const MutableImageView& out) override;
  void guided_filter(const ImageView& guide, const ImageView& in, const MutableImageView& out, int radius,
                     float epsilon) override;
  void warp_layers(const LayerView* layers, const LayerMotion* motions, int count, float zoom,
                   const MutableImageView& out) override;
  void warp_rows(const LayerView* layers, int count, float gain, float convergence,
                 const MutableImageView& out) override;

  /// Calls body(first, last, scratch) for every band of at most `band` rows, in parallel. The bands do
  /// not depend on the number of threads; `scratch` is empty at each call.
  template <class Body>
  void parallel_rows(int height, int band, const Body& body) {
    const int bands = (height + band - 1) / band;
    const auto run = [&](const tbb::blocked_range<int>& range) {
      ThreadScratch& scratch = scratch_.local();
      for (int i = range.begin(); i < range.end(); ++i) {
        scratch.reset();
        body(i * band, i * band + band < height ? i * band + band : height, scratch);
      }
    };
    if (threads_ == 1 || bands == 1) {
      run(tbb::blocked_range<int>(0, bands));
    } else {
      arena_.execute([&] { tbb::parallel_for(tbb::blocked_range<int>(0, bands), run); });
    }
  }

 private:
  int threads_;
  tbb::task_arena arena_;
  tbb::enumerable_thread_specific<ThreadScratch> scratch_;
};

}  // namespace v1
}  // namespace relievo
