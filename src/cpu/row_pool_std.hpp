// Threads of the standard library, for builds without oneTBB and for ThreadSanitizer, which does not see into it.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "cpu/thread_scratch.hpp"

namespace relievo {
inline namespace v1 {

class RowPool {
 public:
  /// `threads` = 0 takes one a hardware thread.
  explicit RowPool(int threads)
      : threads_(threads > 0 ? threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))) {}
  ~RowPool() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }
  RowPool(const RowPool&) = delete;
  RowPool& operator=(const RowPool&) = delete;

  int threads() const { return threads_; }

  /// Calls body(band, scratch) for each band 0 .. bands - 1, in parallel; `scratch` is empty at each call. Calls from
  /// several threads take turns. The first exception of a band is thrown here.
  template <class Body>
  void run(int bands, const Body& body) {
    const std::lock_guard turn(turn_);
    std::unique_lock lock(mutex_);
    while (workers_.size() + 1 < static_cast<std::size_t>(std::min(threads_, bands))) {
      workers_.emplace_back([this] { work(); });
    }
    call_ = [](const void* object, int band, ThreadScratch& scratch) {
      (*static_cast<const Body*>(object))(band, scratch);
    };
    body_ = &body;
    next_ = 0;
    bands_ = bands;
    wake_.notify_all();
    take(lock, scratch_);
    done_.wait(lock, [&] { return busy_ == 0; });
    if (error_ != nullptr) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  // Takes bands until none is left; `lock` is held at the beginning and at the end.
  void take(std::unique_lock<std::mutex>& lock, ThreadScratch& scratch) {
    ++busy_;
    while (next_ < bands_) {
      const int band = next_++;
      lock.unlock();
      std::exception_ptr error;
      try {
        scratch.reset();
        call_(body_, band, scratch);
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      if (error != nullptr) {
        if (error_ == nullptr) error_ = error;
        next_ = bands_;
      }
    }
    if (--busy_ == 0) done_.notify_one();
  }

  void work() {
    ThreadScratch scratch;
    std::unique_lock lock(mutex_);
    while (!stop_) {
      if (next_ < bands_) {
        take(lock, scratch);
      } else {
        wake_.wait(lock);
      }
    }
  }

  int threads_;
  std::mutex turn_, mutex_;
  std::condition_variable wake_, done_;
  std::vector<std::thread> workers_;
  ThreadScratch scratch_;  // the caller's
  void (*call_)(const void*, int, ThreadScratch&) = nullptr;
  const void* body_ = nullptr;
  int next_ = 0, bands_ = 0, busy_ = 0;
  bool stop_ = false;
  std::exception_ptr error_;
};

}  // namespace v1
}  // namespace relievo
