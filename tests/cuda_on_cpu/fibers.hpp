// Stacks of their own within one host thread, and the jump from one to another.
#pragma once

#include <ucontext.h>

#include <cstddef>

namespace cuda_on_cpu {

class Fiber {
 public:
  /// The stack that is running.
  Fiber() = default;
  /// A stack of its own, on which `body` runs at the first switch; it must not return.
  explicit Fiber(void (*body)());
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Leaves this fiber, which runs, for `next`; returns when another switches to this one.
  void switch_to(Fiber& next);

 private:
  static void start();
  void arrive();

  void* top_ = nullptr;   // where the stack was left, on processors that fibers.cpp knows
  ucontext_t context_{};  // on others
  void (*body_)() = nullptr;
  void* memory_ = nullptr;
  // Sanitizers follow the jumps.
  const void* stack_ = nullptr;
  std::size_t stack_bytes_ = 0;
  void* fake_stack_ = nullptr;
  void* tsan_fiber_ = nullptr;
};

}  // namespace cuda_on_cpu
