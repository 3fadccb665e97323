// State that lives across the frames of a video.
#pragma once

#include <memory>

#include <relievo/export.hpp>

namespace relievo {
inline namespace v1 {

/// What must be remembered from frame to frame so that depth does not flicker: the last depth, and a
/// small copy of the last frame, which tells a cut. Owned by the caller and given to
/// DepthEstimator::estimate; effects hold no hidden state. Move-only. One video, one Sequence, one
/// thread at a time.
class RELIEVO_API Sequence final {
 public:
  /// `smoothing` is the weight of the past, 0 (none) to 0.99.
  explicit Sequence(float smoothing = 0.8f);
  Sequence(Sequence&&) noexcept;
  Sequence& operator=(Sequence&&) noexcept;
  ~Sequence();

  /// Forgets everything, as for a new video.
  void reset() noexcept;
  /// Frames seen since the last cut or reset.
  int frames() const noexcept;
  /// Whether the last frame was the first of a new shot.
  bool was_cut() const noexcept;

  /// Internal.
  struct State;
  State& state() const noexcept { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace v1
}  // namespace relievo
