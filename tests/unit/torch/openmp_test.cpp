#include "torch/openmp.hpp"

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

namespace relievo {
inline namespace v1 {
namespace {

struct Threads {
  explicit Threads(int count) : before(at::get_num_threads()) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before); }
  int before;
};

std::set<std::thread::id> threads_of(void (*run)(const std::function<void()>&)) {
  std::mutex mutex;
  std::set<std::thread::id> found;
  run([&] {
    const std::lock_guard lock(mutex);
    found.insert(std::this_thread::get_id());
  });
  return found;
}

TEST(InAllThreads, RunsOnceInEach) {
  const Threads three(3);
  std::atomic<int> runs = 0;
  in_all_threads([&] { ++runs; });
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(threads_of(in_all_threads).size(), 3u);
}

TEST(InAllThreads, StaysInThisOneWhereThereIsNoOther) {
  const Threads three(3);
  const OneThread one;
  EXPECT_EQ(threads_of(in_all_threads), std::set{std::this_thread::get_id()});
}

TEST(InAllThreads, WithinItOperationsRunInOneThread) {
  const Threads three(3);
  std::atomic<int> inner = 0;
  in_all_threads([&] { in_all_threads([&] { ++inner; }); });
  EXPECT_EQ(inner, 3);
}

TEST(InAllThreads, ThrowsWhatAThreadThrew) {
  const Threads three(3);
  EXPECT_THROW(in_all_threads([] { throw std::runtime_error("in a thread"); }), std::runtime_error);
}

}  // namespace
}  // namespace v1
}  // namespace relievo
