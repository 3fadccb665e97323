// Broken kernels, each of which the emulation must find.
#include <gtest/gtest.h>

#include "cuda/nvtx_range.hpp"
#include "cuda/runtime.hpp"
#include "cuda_on_cpu/testing.hpp"

namespace cuda_on_cpu {
namespace {

using relievo::cuda::launch;

class Mistakes : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "fast"); }
  relievo::cuda::NvtxRange range_{"broken"};
};

__global__ void two_barriers() {
  if (threadIdx.x < 10) {
    __syncthreads();
  } else {
    __syncthreads();
  }
}

TEST_F(Mistakes, DifferentBarriers) {
  EXPECT_DEATH(
      launch(two_barriers, {dim3(2), dim3(64), nullptr}),
      "in a kernel of broken, block \\(0, 0, 0\\) of \\(2, 1, 1\\), 64 threads: threads of the block met "
      "different barriers: thread \\(0, 0, 0\\) waits at .*mistakes_test.cpp:[0-9]+ in .*two_barriers.*, thread "
      "\\(10, 0, 0\\) at");
}

__global__ void barrier_against_warp() {
  if (threadIdx.x == 5) {
    __syncthreads();
  } else {
    __syncwarp();
    __syncthreads();
  }
}

TEST_F(Mistakes, ThreadsThatWaitForEachOther) {
  EXPECT_DEATH(launch(barrier_against_warp, {dim3(1), dim3(32), nullptr}),
               "threads wait for each other forever: 32 of 32, from thread \\(0, 0, 0\\) on in __syncwarp at .*; from "
               "thread \\(5, 0, 0\\) on in __syncthreads at");
}

__global__ void wrong_mask(int* out) { out[threadIdx.x] = __shfl_sync(0xffu, 1, 0); }

TEST_F(Mistakes, AMaskWithoutTheCaller) {
  Device<int> out(32, 0);
  EXPECT_DEATH(launch(wrong_mask, {dim3(1), dim3(32), nullptr}, out.data()),
               "thread \\(8, 0, 0\\) at .*__shfl_sync with a mask that leaves out the calling lane 8");
}

__global__ void different_collectives(int* out) {
  if (threadIdx.x < 4) {
    out[threadIdx.x] = __any_sync(~0u, 1);
  } else {
    out[threadIdx.x] = __all_sync(~0u, 1);
  }
}

TEST_F(Mistakes, DifferentCollectives) {
  Device<int> out(32, 0);
  EXPECT_DEATH(launch(different_collectives, {dim3(1), dim3(32), nullptr}, out.data()),
               "lanes of one mask met different collectives: thread \\(3, 0, 0\\) waits in __any_sync at .*, thread "
               "\\(31, 0, 0\\) in __all_sync at");
}

__global__ void no_shared_memory() {
  RELIEVO_DYNAMIC_SHARED(int, words);
  words[0] = 1;
}

TEST_F(Mistakes, SharedMemoryNobodyAskedFor) {
  EXPECT_DEATH(launch(no_shared_memory, {dim3(1), dim3(1), nullptr}), "was launched without");
}

__global__ void trap() { __trap(); }

TEST_F(Mistakes, Traps) { EXPECT_DEATH(launch(trap, {dim3(1), dim3(1), nullptr}), "a thread met __trap\\(\\)"); }

__global__ void take(const int* numbers, int* out) { out[0] = numbers[0]; }

TEST_F(Mistakes, PointersToTheHost) {
  Device<int> out(1, 0);
  const int numbers[1] = {3};
  EXPECT_DEATH(launch(take, {dim3(1), dim3(1), nullptr}, numbers, out.data()),
               "a kernel of broken gets a pointer to host memory.*: parameter 0 of the kernel");
}

#if defined(__SANITIZE_ADDRESS__)
// `<=` instead of `<`.
__global__ void one_too_many(int* out, unsigned count) {
  if (threadIdx.x <= count) out[threadIdx.x] = 1;
}

__global__ void one_too_many_shared(int* out, unsigned count) {
  RELIEVO_DYNAMIC_SHARED(int, words);
  words[threadIdx.x + 1] = 1;
  __syncthreads();
  out[threadIdx.x % count] = words[threadIdx.x];
}

__global__ void one_too_many_static(int* out, unsigned count) {
  __shared__ int words[32];
  words[threadIdx.x + 1] = 1;
  __syncthreads();
  out[threadIdx.x % count] = words[threadIdx.x];
}

TEST_F(Mistakes, OneByteTooManyInDeviceMemory) {
  Device<int> out(20, 0);
  EXPECT_DEATH(launch(one_too_many, {dim3(1), dim3(32), nullptr}, out.data(), 20u),
               "heap-buffer-overflow.*[^$]*WRITE of size 4");
}

TEST_F(Mistakes, OneByteTooManyInSharedMemory) {
  Device<int> out(20, 0);
  EXPECT_DEATH(launch(one_too_many_shared, {dim3(1), dim3(32), nullptr, 32 * sizeof(int)}, out.data(), 20u),
               "heap-buffer-overflow");
  EXPECT_DEATH(launch(one_too_many_static, {dim3(1), dim3(32), nullptr}, out.data(), 20u),
               "global-buffer-overflow|out of bounds");
}

TEST_F(Mistakes, UseOfMemoryThatWasFreed) {
  void* memory = nullptr;
  ASSERT_EQ(cudaMalloc(&memory, 64), cudaSuccess);
  int* const numbers = static_cast<int*>(memory);
  cudaStream_t stream = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  EXPECT_DEATH(
      {
        run_late(true);
        launch(one_too_many, {dim3(1), dim3(8), stream}, numbers, 8u);
        cudaFreeAsync(memory, nullptr);
        cudaStreamSynchronize(stream);
      },
      "heap-use-after-free");
  cudaStreamDestroy(stream);
  cudaFree(memory);
}

TEST_F(Mistakes, AMisalignedVector) {
  Device<int> out(8, 0);
  EXPECT_DEATH(launch(
                   +[](int* numbers) { *reinterpret_cast<int4*>(numbers + 1) = make_int4(1, 2, 3, 4); },
                   {dim3(1), dim3(1), nullptr}, out.data()),
               "misaligned address");
}
#endif

}  // namespace
}  // namespace cuda_on_cpu
