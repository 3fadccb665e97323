// The emulated runtime: orders of streams, handles, memory, what is refused.
#include <gtest/gtest.h>

#include <vector>

#include "cuda/runtime.hpp"
#include "cuda_on_cpu/testing.hpp"

namespace cuda_on_cpu {
namespace {

using relievo::cuda::launch;

class RuntimeTest : public ::testing::TestWithParam<bool> {
 protected:
  RuntimeTest() {
    reset();
    run_late(GetParam());
    EXPECT_EQ(cudaStreamCreateWithFlags(&a_, cudaStreamNonBlocking), cudaSuccess);
    EXPECT_EQ(cudaStreamCreateWithFlags(&b_, cudaStreamNonBlocking), cudaSuccess);
    EXPECT_EQ(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), cudaSuccess);
    EXPECT_EQ(cudaMalloc(&memory_, bytes), cudaSuccess);
  }
  ~RuntimeTest() override {
    EXPECT_EQ(cudaFree(memory_), cudaSuccess);
    EXPECT_EQ(cudaEventDestroy(event_), cudaSuccess);
    EXPECT_EQ(cudaStreamDestroy(a_), cudaSuccess);
    EXPECT_EQ(cudaStreamDestroy(b_), cudaSuccess);
    EXPECT_EQ(living(), Living{});
    reset();
  }

  unsigned char first_byte() const { return *static_cast<const unsigned char*>(memory_); }

  static constexpr std::size_t bytes = 256;
  cudaStream_t a_ = nullptr, b_ = nullptr;
  cudaEvent_t event_ = nullptr;
  void* memory_ = nullptr;
};

TEST_P(RuntimeTest, NewMemoryIsPoisoned) { EXPECT_EQ(first_byte(), 0xC5); }

TEST_P(RuntimeTest, WorkWaitsForAnEventOfAnotherStream) {
  cudaMemsetAsync(memory_, 1, bytes, a_);
  cudaEventRecord(event_, a_);
  cudaMemsetAsync(memory_, 9, bytes, a_);
  cudaStreamWaitEvent(b_, event_);
  cudaMemsetAsync(memory_, 2, bytes, b_);
  EXPECT_EQ(cudaStreamQuery(a_), GetParam() ? cudaErrorNotReady : cudaSuccess);
  cudaStreamSynchronize(b_);
  EXPECT_EQ(first_byte(), 2);
  // What came after the event was not waited for.
  cudaStreamSynchronize(a_);
  EXPECT_EQ(first_byte(), GetParam() ? 9 : 2);
}

TEST_P(RuntimeTest, AnEventIsTheLastOneRecorded) {
  cudaMemsetAsync(memory_, 1, bytes, a_);
  EXPECT_EQ(cudaEventQuery(event_), cudaSuccess);
  cudaEventRecord(event_, a_);
  cudaMemsetAsync(memory_, 2, bytes, a_);
  cudaEventRecord(event_, a_);
  cudaEventSynchronize(event_);
  EXPECT_EQ(first_byte(), 2);
  EXPECT_EQ(cudaEventQuery(event_), cudaSuccess);
}

TEST_P(RuntimeTest, PageableMemoryIsReadAtOnceAndPinnedMemoryInOrder) {
  std::vector<unsigned char> pageable(bytes, 3);
  cudaMemcpyAsync(memory_, pageable.data(), bytes, cudaMemcpyHostToDevice, a_);
  pageable.assign(bytes, 4);
  cudaStreamSynchronize(a_);
  EXPECT_EQ(first_byte(), 3);
  void* pinned = nullptr;
  ASSERT_EQ(cudaMallocHost(&pinned, bytes), cudaSuccess);
  cudaMemsetAsync(memory_, 5, bytes, a_);
  cudaMemcpyAsync(pinned, memory_, bytes, cudaMemcpyDeviceToHost, a_);
  EXPECT_EQ(*static_cast<unsigned char*>(pinned), GetParam() ? 0xC5 : 5);
  cudaStreamSynchronize(a_);
  EXPECT_EQ(*static_cast<unsigned char*>(pinned), 5);
  EXPECT_EQ(cudaFreeHost(pinned), cudaSuccess);
}

TEST_P(RuntimeTest, CountsWhatItIsAskedFor) {
  const Calls before = calls();
  cudaMemsetAsync(memory_, 5, bytes, a_);
  cudaMemcpyAsync(memory_, static_cast<char*>(memory_) + 64, 64, cudaMemcpyDeviceToDevice, a_);
  cudaStreamSynchronize(a_);
  const Calls after = calls();
  EXPECT_EQ(after.fills - before.fills, 1);
  EXPECT_EQ(after.device_copies - before.device_copies, 1);
  EXPECT_EQ(after.uploads - before.uploads, 0);
  EXPECT_EQ(after.synchronisations - before.synchronisations, 1);
  EXPECT_EQ(after.all - before.all, 3);
}

TEST_P(RuntimeTest, RefusesWhatTheRealOneRefuses) {
  char host[16] = {};
  EXPECT_EQ(cudaMemcpyAsync(host, host, 16, cudaMemcpyHostToDevice, a_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpyAsync(memory_, host, bytes + 1, cudaMemcpyHostToDevice, a_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpyAsync(memory_, memory_, 16, cudaMemcpyDeviceToHost, a_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy2DAsync(memory_, 8, host, 16, 16, 1, cudaMemcpyHostToDevice, a_), cudaErrorInvalidPitchValue);
  EXPECT_EQ(cudaMemsetAsync(memory_, 0, bytes + 1, a_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidValue);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  const auto stranger = reinterpret_cast<cudaStream_t>(host);
  EXPECT_EQ(cudaStreamSynchronize(stranger), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(cudaEventRecord(event_, stranger), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(cudaFreeAsync(host, a_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFree(host), cudaErrorInvalidValue);
  EXPECT_EQ(cudaSetDevice(1), cudaErrorInvalidDevice);
}

__global__ void nothing() {}

cudaError_t launched(dim3 blocks, dim3 threads, std::size_t shared, cudaStream_t stream) {
  cudaLaunchConfig_t config{};
  config.gridDim = blocks;
  config.blockDim = threads;
  config.dynamicSmemBytes = shared;
  config.stream = stream;
  return cudaLaunchKernelEx(&config, nothing);
}

TEST_P(RuntimeTest, RefusesGridsThatNoGpuRuns) {
  EXPECT_EQ(launched(dim3(1), dim3(1024), 0, a_), cudaSuccess);
  EXPECT_EQ(launched(dim3(1), dim3(1025), 0, a_), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launched(dim3(1), dim3(1, 1, 65), 0, a_), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launched(dim3(1, 65536), dim3(1), 0, a_), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launched(dim3(0), dim3(1), 0, a_), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launched(dim3(1), dim3(1), 48 * 1024, a_), cudaSuccess);
  EXPECT_EQ(launched(dim3(1), dim3(1), 48 * 1024 + 1, a_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFuncSetAttribute(nothing, cudaFuncAttributeMaxDynamicSharedMemorySize, 64 * 1024 + 1),
            cudaErrorInvalidValue);
  EXPECT_EQ(cudaFuncSetAttribute(nothing, cudaFuncAttributeMaxDynamicSharedMemorySize, 64 * 1024), cudaSuccess);
  EXPECT_EQ(launched(dim3(1), dim3(1), 64 * 1024, a_), cudaSuccess);
}

TEST_P(RuntimeTest, StreamsBelongToAGpu) {
  machine().gpus.resize(2);
  ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
  int device = -1;
  EXPECT_EQ(cudaStreamGetDevice(a_, &device), cudaSuccess);
  EXPECT_EQ(device, 0);
  EXPECT_EQ(launched(dim3(1), dim3(1), 0, a_), cudaErrorInvalidResourceHandle);
  cudaEvent_t other = nullptr;
  ASSERT_EQ(cudaEventCreateWithFlags(&other, cudaEventDisableTiming), cudaSuccess);
  EXPECT_EQ(cudaEventRecord(other, a_), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(cudaEventDestroy(other), cudaSuccess);
  ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
}

INSTANTIATE_TEST_SUITE_P(Streams, RuntimeTest, ::testing::Bool(),
                         [](const auto& parameter) { return parameter.param ? "Late" : "AtOnce"; });

}  // namespace
}  // namespace cuda_on_cpu
