// Barriers, shared memory, atomics and the order of threads, each in a kernel of its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include "cuda/runtime.hpp"
#include "cuda_on_cpu/testing.hpp"

namespace cuda_on_cpu {
namespace {

using relievo::cuda::launch;

__global__ void number_threads(unsigned* numbers) {
  const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  numbers[thread + block * blockDim.x * blockDim.y * blockDim.z] += thread + 1000 * block;
}

TEST_P(InEveryOrder, EachThreadOfEachBlockRunsOnce) {
  Device<unsigned> numbers(2 * 3 * 2 * 60, 0u);
  launch(number_threads, {dim3(2, 3, 2), dim3(5, 4, 3), nullptr}, numbers.data());
  for (unsigned i = 0; i < numbers.size(); ++i) EXPECT_EQ(numbers[i], i % 60 + 1000 * (i / 60));
}

// Each thread reads what its opposite wrote; `barrier` false is the mistake.
__global__ void reverse(const int* in, int* out, bool barrier) {
  __shared__ int tile[256];
  tile[threadIdx.x] = in[blockIdx.x * 256 + threadIdx.x];
  if (barrier) __syncthreads();
  out[blockIdx.x * 256 + threadIdx.x] = tile[255 - threadIdx.x];
}

std::vector<int> reversed_in_blocks(bool barrier) {
  std::vector<int> numbers(3 * 256);
  std::iota(numbers.begin(), numbers.end(), 0);
  Device<int> in(numbers), out(numbers.size(), -1);
  launch(reverse, {dim3(3), dim3(256), nullptr}, in.data(), out.data(), barrier);
  return out.to_host();
}

std::vector<int> expected_reversed() {
  std::vector<int> numbers(3 * 256);
  for (int i = 0; i < 3 * 256; ++i) numbers[static_cast<std::size_t>(i)] = i / 256 * 256 + 255 - i % 256;
  return numbers;
}

TEST_P(InEveryOrder, ABarrierLetsThreadsSeeWhatOthersWrote) {
  EXPECT_EQ(reversed_in_blocks(true), expected_reversed());
}
TEST_P(InEveryOrder, ARemovedBarrierGivesOtherNumbers) { EXPECT_NE(reversed_in_blocks(false), expected_reversed()); }

// A scan of many barriers, of a length that leaves threads without work.
__global__ void scan(int* numbers, int count) {
  RELIEVO_DYNAMIC_SHARED(int, sums);
  const int i = static_cast<int>(threadIdx.x);
  sums[i] = i < count ? numbers[i] : 0;
  for (int step = 1; step < static_cast<int>(blockDim.x); step *= 2) {
    __syncthreads();
    const int before = i >= step ? sums[i - step] : 0;
    __syncthreads();
    sums[i] += before;
  }
  if (i < count) numbers[i] = sums[i];
}

TEST_P(InEveryOrder, ScansThroughDynamicSharedMemory) {
  Device<int> numbers(1000, 3);
  launch(scan, {dim3(1), dim3(1024), nullptr, 1024 * sizeof(int)}, numbers.data(), 1000);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(numbers[static_cast<std::size_t>(i)], 3 * (i + 1));
}

__global__ void early_end(int* out) {
  if (threadIdx.x % 3 == 0) return;
  out[threadIdx.x] = __syncthreads_count(threadIdx.x % 2) * 100 + __syncthreads_and(threadIdx.x > 0) * 10 +
                     __syncthreads_or(threadIdx.x == 40);
}

TEST_P(InEveryOrder, ThreadsThatHaveEndedAreNotWaitedFor) {
  Device<int> out(64, 0);
  launch(early_end, {dim3(1), dim3(64), nullptr}, out.data());
  // Of 0..63 the odd ones that 3 does not divide are 21; thread 40 is there.
  for (std::size_t i = 0; i < 64; ++i) EXPECT_EQ(out[i], i % 3 == 0 ? 0 : 2111) << i;
}

__global__ void count_up(int* sums, unsigned* maximum, unsigned long long* keys, float* total) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  atomicAdd(&sums[i % 4], 1);
  atomicMax(maximum, i);
  atomicMax(keys, 1ull << 40 | i);
  atomicAdd(total, 0.5f);
}

TEST_P(InEveryOrder, AtomicsLoseNothing) {
  Device<int> sums(4, 0);
  Device<unsigned> maximum(1, 0u);
  Device<unsigned long long> keys(1, 0ull);
  Device<float> total(1, 0.0f);
  launch(count_up, {dim3(10), dim3(100), nullptr}, sums.data(), maximum.data(), keys.data(), total.data());
  EXPECT_EQ(sums.to_host(), std::vector<int>(4, 250));
  EXPECT_EQ(maximum[0], 999u);
  EXPECT_EQ(keys[0], 1ull << 40 | 999);
  EXPECT_EQ(total[0], 500.0f);
}

__global__ void atomics_of_every_kind(int* a, unsigned* b, int* old) {
  old[0] = atomicSub(&a[0], 3);
  old[1] = atomicMin(&a[1], -5);
  old[2] = atomicExch(&a[2], 7);
  old[3] = atomicCAS(&a[3], 10, 11);
  old[4] = atomicCAS(&a[4], 9, 11);
  old[5] = atomicAnd(&a[5], 6);
  old[6] = atomicOr(&a[6], 5);
  old[7] = atomicXor(&a[7], 3);
  atomicInc(&b[0], 10u);
  atomicInc(&b[1], 9u);
  atomicDec(&b[2], 20u);
  atomicDec(&b[3], 20u);
}

TEST_P(InEveryOrder, AtomicsReturnWhatWasThere) {
  Device<int> a(8, 10), old(8, 0);
  Device<unsigned> b(std::vector<unsigned>{4, 9, 10, 0});
  launch(atomics_of_every_kind, {dim3(1), dim3(1), nullptr}, a.data(), b.data(), old.data());
  EXPECT_EQ(old.to_host(), std::vector<int>(8, 10));
  EXPECT_EQ(a.to_host(), (std::vector<int>{7, -5, 7, 11, 10, 10 & 6, 10 | 5, 10 ^ 3}));
  EXPECT_EQ(b.to_host(), (std::vector<unsigned>{5, 0, 9, 20}));
}

__global__ void log_order(unsigned* count, unsigned* log) {
  const unsigned place = atomicAdd(count, 1u);
  log[place] = blockIdx.x * blockDim.x + threadIdx.x;
}

std::vector<unsigned> order_of_threads() {
  Device<unsigned> count(1, 0u), log(256, 0u);
  launch(log_order, {dim3(4), dim3(64), nullptr}, count.data(), log.data());
  return log.to_host();
}

TEST(Order, IsAscendingUnlessShuffledAndTheSameForOneSeed) {
  std::vector<unsigned> ascending(256);
  std::iota(ascending.begin(), ascending.end(), 0u);
  std::vector<std::vector<unsigned>> orders;
  for (const char* const seed : {"", "1", "1", "2"}) {
    const Shuffled shuffled(seed);
    orders.push_back(order_of_threads());
    std::vector<unsigned> sorted = orders.back();
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted, ascending);
  }
  EXPECT_EQ(orders[0], ascending);
  EXPECT_NE(orders[1], ascending);
  EXPECT_EQ(orders[1], orders[2]);
  EXPECT_NE(orders[1], orders[3]);
}

__global__ void read_shared(unsigned* out) {
  RELIEVO_DYNAMIC_SHARED(unsigned, words);
  out[blockIdx.x] = words[0];
  words[0] = 1;
}

TEST(Shared, IsPoisonedBeforeEveryBlock) {
  Device<unsigned> out(4, 0u);
  launch(read_shared, {dim3(4), dim3(1), nullptr, sizeof(unsigned)}, out.data());
  EXPECT_EQ(out.to_host(), std::vector<unsigned>(4, 0xA5A5A5A5u));
}

// A second host thread has kernels of its own.
TEST(Order, HostThreadsTakeTurns) {
  std::vector<std::thread> threads;
  std::vector<int> right(4, 0);
  for (std::size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([&right, t] {
      for (int i = 0; i < 20; ++i) right[t] += reversed_in_blocks(true) == expected_reversed();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, std::vector<int>(4, 20));
}

INSTANTIATE_TEST_SUITE_P(Grid, InEveryOrder, ::testing::Values("", "1", "20"));

}  // namespace
}  // namespace cuda_on_cpu
