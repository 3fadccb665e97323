// The OpenMP runtime that LibTorch brings, without one of our own beside it.
#pragma once

#include <cstdint>
#include <functional>

namespace relievo {
inline namespace v1 {

/// While it lives, LibTorch wakes no other threads for the operations of this one: for networks so small that waiting
/// for each other takes threads longer than the work, a hundred times longer on a machine that is busy otherwise.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

/// `body` of each number below `count`, shared out to LibTorch's threads: whichever is free takes the next, as they may
/// not be equally fast. Operations within run in that thread alone, without gradients, in this thread's working memory.
/// Throws what one of them threw.
void share_out(std::int64_t count, const std::function<void(std::int64_t)>& body);

}  // namespace v1
}  // namespace relievo
