// Threads of oneTBB with a budget.
#pragma once

#include <algorithm>

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "cpu/thread_scratch.hpp"

namespace relievo {
inline namespace v1 {

class RowPool {
 public:
  /// `threads` = 0 takes one a hardware thread. The pool of the process never has more workers than the machine has
  /// hardware threads; asking for more makes it print.
  explicit RowPool(int threads)
      : threads_(threads > 0 ? threads : tbb::this_task_arena::max_concurrency()),
        arena_(std::min(threads_, tbb::this_task_arena::max_concurrency())) {}

  int threads() const { return threads_; }

  /// Calls body(band, scratch) for each band 0 .. bands - 1, in parallel; `scratch` is empty at each call.
  template <class Body>
  void run(int bands, const Body& body) {
    const auto some = [&](const tbb::blocked_range<int>& range) {
      ThreadScratch& scratch = scratch_.local();
      for (int band = range.begin(); band < range.end(); ++band) {
        scratch.reset();
        body(band, scratch);
      }
    };
    if (threads_ == 1 || bands == 1) {
      some(tbb::blocked_range<int>(0, bands));
    } else {
      arena_.execute([&] { tbb::parallel_for(tbb::blocked_range<int>(0, bands), some); });
    }
  }

 private:
  int threads_;
  tbb::task_arena arena_;
  tbb::enumerable_thread_specific<ThreadScratch> scratch_;
};

}  // namespace v1
}  // namespace relievo
