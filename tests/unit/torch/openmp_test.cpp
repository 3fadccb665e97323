#include "torch/openmp.hpp"

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "torch/working_memory.hpp"

namespace relievo {
inline namespace v1 {
namespace {

struct Threads {
  explicit Threads(int count) : before(at::get_num_threads()) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before); }
  int before;
};

// Of pieces that each wait until as many threads as there are have one.
std::set<std::thread::id> threads_of(int count) {
  std::mutex mutex;
  std::set<std::thread::id> found;
  std::atomic<int> there = 0;
  share_out(count, [&](std::int64_t) {
    {
      const std::lock_guard lock(mutex);
      found.insert(std::this_thread::get_id());
    }
    ++there;
    while (there < count) std::this_thread::yield();
  });
  return found;
}

TEST(ShareOut, EachThreadTakesAPiece) {
  const Threads three(3);
  EXPECT_EQ(threads_of(3).size(), 3u);
}

TEST(ShareOut, EveryPieceIsDoneOnce) {
  const Threads three(3);
  std::vector<std::atomic<int>> done(100);
  share_out(100, [&](std::int64_t i) { ++done[static_cast<std::size_t>(i)]; });
  for (const auto& times : done) EXPECT_EQ(times, 1);
  share_out(0, [](std::int64_t) { FAIL() << "there is no piece"; });
}

TEST(ShareOut, StaysInThisThreadWhereThereIsNoOther) {
  const Threads three(3);
  const OneThread one;
  std::set<std::thread::id> found;
  share_out(5, [&](std::int64_t) { found.insert(std::this_thread::get_id()); });
  EXPECT_EQ(found, std::set{std::this_thread::get_id()});
}

TEST(ShareOut, WithinItWorkStaysInItsThread) {
  const Threads three(3);
  std::atomic<int> strayed = 0;
  share_out(3, [&](std::int64_t) {
    const auto outer = std::this_thread::get_id();
    share_out(4, [&](std::int64_t) { strayed += std::this_thread::get_id() != outer; });
  });
  EXPECT_EQ(strayed, 0);
}

TEST(ShareOut, ThreadsUseTheWorkingMemoryOfTheOneThatAsks) {
  const Threads three(3);
  WorkingMemory memory;
  std::atomic<int> others = 0;
  {
    const WorkingMemory::Use use(&memory);
    share_out(9, [&](std::int64_t) { others += WorkingMemory::current() != &memory; });
  }
  share_out(9, [&](std::int64_t) { others += WorkingMemory::current() != nullptr; });
  EXPECT_EQ(others, 0);
}

TEST(ShareOut, ThrowsWhatAThreadThrew) {
  const Threads three(3);
  EXPECT_THROW(share_out(3, [](std::int64_t) { throw std::runtime_error("in a thread"); }), std::runtime_error);
}

}  // namespace
}  // namespace v1
}  // namespace relievo
