#include <relievo/sequence.hpp>

#include "core/check.hpp"
#include "effects/sequence_state.hpp"

namespace relievo {
inline namespace v1 {

Sequence::Sequence(float smoothing) : state_(std::make_unique<State>()) {
  require(smoothing >= 0 && smoothing <= 0.99f, "smoothing is ", smoothing, "; allowed is 0 to 0.99.");
  state_->smoothing = smoothing;
}
Sequence::Sequence(Sequence&&) noexcept = default;
Sequence& Sequence::operator=(Sequence&&) noexcept = default;
Sequence::~Sequence() = default;

void Sequence::reset() noexcept {
  const float smoothing = state_->smoothing;
  *state_ = State();
  state_->smoothing = smoothing;
}

int Sequence::frames() const noexcept { return state_->frames; }
bool Sequence::was_cut() const noexcept { return state_->was_cut; }

}  // namespace v1
}  // namespace relievo
