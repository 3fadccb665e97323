// The OpenMP runtime that LibTorch brings, without one of our own beside it.
#pragma once

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

/// `body` in each of LibTorch's threads at once, whose operations then run in one thread each. They share the work out
/// among themselves. Throws what one of them threw.
void in_all_threads(const std::function<void()>& body);

}  // namespace v1
}  // namespace relievo
