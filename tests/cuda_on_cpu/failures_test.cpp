// Machines without a GPU that relievo can use, GPUs that fail: what the engine says, and that it gives everything back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include <relievo/error.hpp>

#include "core/registry.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda_on_cpu/testing.hpp"

namespace cuda_on_cpu {
namespace {

using relievo::Engine;
using relievo::Error;
using relievo::ErrorCode;
using relievo::Image;
using relievo::make_cuda_engine;
using relievo::PixelFormat;
using relievo::Scalar;
using relievo::Stream;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr PixelFormat rgba{Scalar::u16, 4}, mask{Scalar::u8, 1};

class Failures : public ::testing::Test {
 protected:
  Failures() { reset(); }
  ~Failures() override { reset(); }

  static void expect_error(ErrorCode code, const std::string& part, const std::function<void()>& body) {
    try {
      body();
      ADD_FAILURE() << "no error; expected: " << part;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  }
  static void expect_absent(const std::string& part, int index = 0) {
    expect_error(ErrorCode::not_found, part, [&] { make_cuda_engine(index, 1); });
    EXPECT_EQ(living(), Living{});
  }
};

TEST_F(Failures, NoDriver) {
  machine().driver = 0;
  expect_absent("There is no CUDA device: no NVIDIA driver is loaded on this machine; use the device cpu.");
}

TEST_F(Failures, ADriverTooOld) {
  machine().driver = 12040;
  expect_absent("the NVIDIA driver serves CUDA 12.4 and this build needs 13.0;");
}

TEST_F(Failures, ANewerDriverServes) {
  machine().driver = 14000;
  EXPECT_EQ(make_cuda_engine(0, 1)->name(), "GPU on the CPU");
}

TEST_F(Failures, NoGpu) {
  machine().gpus.clear();
  expect_absent("no CUDA-capable device is detected (cudaErrorNoDevice)");
}

TEST_F(Failures, ADriverThatDoesNotFit) {
  machine().count_error = cudaErrorSystemDriverMismatch;
  expect_absent("unsupported display driver / cuda driver combination (cudaErrorSystemDriverMismatch)");
}

TEST_F(Failures, AnIndexOutOfRange) {
  machine().gpus.resize(2);
  EXPECT_EQ(make_cuda_engine(1, 1)->id().index, 1);
  expect_absent("There is no CUDA device 2: this machine has 2, numbered from 0.", 2);
}

TEST_F(Failures, AGpuTooOld) {
  machine().gpus[0].name = "Tesla V100";
  machine().gpus[0].major = 7;
  machine().gpus[0].minor = 0;
  expect_absent("the Tesla V100 has compute capability 7.0 and 7.5 is needed;");
  machine().gpus[0].major = 6;
  machine().gpus[0].minor = 9;
  expect_absent("compute capability 6.9 and 7.5");
}

TEST_F(Failures, NoMemoryPools) {
  machine().gpus[0].memory_pools = false;
  expect_absent("does not support memory pools");
}

TEST_F(Failures, OutOfMemoryAndThenEnough) {
  machine().gpus[0].memory = 1 << 20;
  const auto engine = make_cuda_engine(0, 1);
  const Image kept = engine->allocate(64, 64, rgba, {});
  expect_error(ErrorCode::out_of_memory, "No memory on cuda:0 for 8388608 bytes; 1015808 of 1048576 are free.",
               [&] { engine->allocate(1024, 1024, rgba, {}); });
  EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
  EXPECT_NO_THROW(engine->allocate(256, 256, rgba, {}));
  EXPECT_NO_THROW(engine->allocate(256, 256, rgba, {}));
}

TEST_F(Failures, NoPinnedMemoryAndThenEnough) {
  const auto engine = make_cuda_engine(0, 1);
  const Image host(8, 8, rgba);
  Image image = engine->allocate(8, 8, rgba, {});
  for (int skip = 0; skip < 2; ++skip) {
    fail_call("cudaMallocHost", cudaErrorMemoryAllocation, skip);
    expect_error(ErrorCode::out_of_memory, "The GPU has no memory left for pinned memory for copies.",
                 [&] { engine->copy(host.view(), image.mutable_view()); });
    EXPECT_EQ(living().host_allocations, 0);
  }
  EXPECT_NO_THROW(engine->copy(host.view(), image.mutable_view()));
}

TEST_F(Failures, AKernelThatDoesNotStart) {
  const auto engine = make_cuda_engine(0, 1);
  const Image in = engine->allocate(8, 8, rgba, {});
  Image out = engine->allocate(8, 8, mask, {});
  fail_call("cudaLaunchKernelExC", cudaErrorLaunchOutOfResources);
  expect_error(ErrorCode::device,
               "The GPU failed at starting a kernel: too many resources requested for launch "
               "(cudaErrorLaunchOutOfResources).",
               [&] { engine->extract_alpha(in.view(), out.mutable_view()); });
  EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
  EXPECT_NO_THROW(engine->extract_alpha(in.view(), out.mutable_view()));
}

TEST_F(Failures, RowsOfALayerThatLieTooFarApart) {
  const auto engine = make_cuda_engine(0, 1);
  const Image color = engine->allocate(8, 1, rgba, {});
  Image out = engine->allocate(8, 1, rgba, {});
  relievo::LayerView layer{color.view(), {}, {}};
  layer.color.stride = std::int64_t{1} << 32;
  expect_error(ErrorCode::invalid_argument,
               "A layer's stride is 4294967296 bytes; on a GPU it must be at most 4294967295.",
               [&] { engine->flatten(&layer, 1, out.mutable_view()); });
  layer.color.stride -= 64;
  EXPECT_NO_THROW(engine->flatten(&layer, 1, out.mutable_view()));
}

TEST_F(Failures, AStreamOfAnotherGpu) {
  machine().gpus.resize(2);
  const auto engine = make_cuda_engine(0, 1);
  cudaStream_t other = nullptr;
  ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
  ASSERT_EQ(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking), cudaSuccess);
  expect_error(ErrorCode::invalid_argument, "The stream belongs to cuda:1, this device is cuda:0.",
               [&] { engine->wrap_stream(other); });
  int current = -1;
  cudaGetDevice(&current);
  EXPECT_EQ(current, 1) << "the caller's GPU stays current";
  EXPECT_EQ(cudaStreamDestroy(other), cudaSuccess);
  expect_error(ErrorCode::device, "invalid resource handle", [&] { engine->wrap_stream(other); });
}

TEST_F(Failures, AStreamThatItsOwnerDestroysFirst) {
  const auto engine = make_cuda_engine(0, 1);
  cudaStream_t users = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&users, cudaStreamNonBlocking), cudaSuccess);
  {
    const auto stream = engine->wrap_stream(users);
    const Image image = stream->engine().allocate(8, 8, rgba, {});
    ASSERT_EQ(cudaStreamDestroy(users), cudaSuccess);
  }
  EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
  EXPECT_NO_THROW(engine->allocate(8, 8, rgba, {}));
}

// Copies in, works on two streams and copies out.
void work() {
  const auto engine = make_cuda_engine(0, 1);
  const auto stream = engine->make_stream();
  Engine& streaming = stream->engine();
  const Image host(40, 30, rgba);
  Image in = engine->allocate(40, 30, rgba, {});
  engine->copy(host.view(), in.mutable_view());
  Image out = streaming.allocate(40, 30, mask, {});
  streaming.extract_alpha(in.view(), out.mutable_view());
  Image back(40, 30, mask);
  streaming.copy(out.view(), back.mutable_view());
  stream->synchronize();
}

TEST_F(Failures, ALostGpuFailsEveryCallAndNothingElse) {
  const auto engine = make_cuda_engine(0, 1);
  const auto stream = engine->make_stream();
  const Image host(8, 8, rgba);
  Image in = engine->allocate(8, 8, rgba, {}), out = engine->allocate(8, 8, mask, {});
  Image back(8, 8, mask);
  engine->copy(host.view(), in.mutable_view());
  lose_gpus();
  const std::string words = "an illegal memory access was encountered (cudaErrorIllegalAddress)";
  expect_error(ErrorCode::device, words, [&] { engine->allocate(8, 8, rgba, {}); });
  expect_error(ErrorCode::device, words, [&] { engine->copy(host.view(), in.mutable_view()); });
  expect_error(ErrorCode::device, words, [&] { engine->copy(out.view(), back.mutable_view()); });
  expect_error(ErrorCode::device, words, [&] { engine->extract_alpha(in.view(), out.mutable_view()); });
  expect_error(ErrorCode::device, words, [&] { engine->make_stream(); });
  expect_error(ErrorCode::device, words, [&] { stream->synchronize(); });
  expect_error(ErrorCode::device, words, [] { work(); });
}

// Whichever call of the runtime fails, once, nothing is left behind and the next work succeeds.
TEST_F(Failures, EachCallInTurn) {
  work();
  EXPECT_EQ(living(), Living{});
  reset();
  work();
  const long count = calls().all;
  ASSERT_GT(count, 30);
  int failed = 0;
  for (int number = 0; number < count; ++number) {
    reset();
    fail_call(number, cudaErrorUnknown);
    try {
      work();
    } catch (const Error& error) {
      ++failed;
      EXPECT_TRUE(error.code() == ErrorCode::device || error.code() == ErrorCode::not_found) << error.what();
      EXPECT_THAT(error.what(), HasSubstr("unknown error (cudaErrorUnknown)"));
    }
    EXPECT_EQ(living(), Living{}) << "after the failure of call " << number;
    EXPECT_NO_THROW(work()) << "after the failure of call " << number;
    EXPECT_EQ(living(), Living{});
  }
  // Destructors make the other calls.
  EXPECT_GT(failed, count / 2);
}

TEST_F(Failures, SteadyWorkAllocatesAndWaitsForNothing) {
  const auto engine = make_cuda_engine(0, 1);
  const Image in = engine->allocate(64, 48, rgba, {});
  Image out = engine->allocate(64, 48, mask, {});
  engine->extract_alpha(in.view(), out.mutable_view());
  const Calls before = calls();
  engine->extract_alpha(in.view(), out.mutable_view());
  const Calls after = calls();
  EXPECT_EQ(after.launches - before.launches, 1);
  EXPECT_EQ(after.allocations, before.allocations);
  EXPECT_EQ(after.uploads + after.downloads + after.device_copies,
            before.uploads + before.downloads + before.device_copies);
  EXPECT_EQ(after.synchronisations, before.synchronisations);
}

}  // namespace
}  // namespace cuda_on_cpu
