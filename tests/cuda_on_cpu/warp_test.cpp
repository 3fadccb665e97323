// Shuffles, votes and intrinsics, against their definitions in the CUDA programming guide.
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "cuda/runtime.hpp"
#include "cuda_on_cpu/testing.hpp"

namespace cuda_on_cpu {
namespace {

using relievo::cuda::launch;

class Warp : public InEveryOrder {};

template <class T>
__global__ void shuffle(T* out, int width) {
  const unsigned i = threadIdx.x;
  const T mine = static_cast<T>(i % 32) * static_cast<T>(1.5);
  out[i] = __shfl_sync(~0u, mine, 3, width);
  out[64 + i] = __shfl_up_sync(~0u, mine, 2u, width);
  out[128 + i] = __shfl_down_sync(~0u, mine, 5u, width);
  out[192 + i] = __shfl_xor_sync(~0u, mine, 4, width);
}

template <class T>
void expect_shuffles(int width) {
  Device<T> out(256, T{});
  launch(shuffle<T>, {dim3(1), dim3(64), nullptr}, out.data(), width);
  const auto value = [](int lane) { return static_cast<T>(lane) * static_cast<T>(1.5); };
  for (int i = 0; i < 64; ++i) {
    const int lane = i % 32, first = lane / width * width, within = lane - first;
    const auto at = [&](int part) { return out[static_cast<std::size_t>(64 * part + i)]; };
    EXPECT_EQ(at(0), value(first + 3 % width));
    EXPECT_EQ(at(1), value(within >= 2 ? lane - 2 : lane));
    EXPECT_EQ(at(2), value(within + 5 < width ? lane + 5 : lane));
    EXPECT_EQ(at(3), value((lane ^ 4) <= first + width - 1 ? lane ^ 4 : lane)) << lane << " of " << width;
  }
}

TEST_P(Warp, ShufflesTakeTheirLane) {
  for (const int width : {32, 16, 8, 2}) {
    expect_shuffles<int>(width);
    expect_shuffles<unsigned>(width);
    expect_shuffles<float>(width);
    expect_shuffles<double>(width);
    expect_shuffles<long long>(width);
    expect_shuffles<unsigned long long>(width);
  }
}

__global__ void vote(unsigned* out) {
  const unsigned i = threadIdx.x;
  out[i] = __ballot_sync(~0u, i % 3 == 0);
  out[40 + i] = static_cast<unsigned>(__any_sync(~0u, i == 7) * 2 + __all_sync(~0u, i < 32));
  __syncwarp();
}

TEST_P(Warp, VotesCountTheLanesThereAre) {
  Device<unsigned> out(80, 0u);
  launch(vote, {dim3(1), dim3(40), nullptr}, out.data());
  for (std::size_t i = 0; i < 40; ++i) {
    // The second warp has 8 lanes, threads 32 to 39.
    EXPECT_EQ(out[i], i < 32 ? 0x49249249u : 0x92u);
    EXPECT_EQ(out[40 + i], i < 32 ? 3u : 0u);
  }
}

// Halves of a warp go different ways, with masks of their own.
__global__ void part_ways(int* out) {
  const int i = static_cast<int>(threadIdx.x);
  int sum = i;
  if (i < 16) {
    for (int step = 8; step > 0; step /= 2) sum += __shfl_xor_sync(0xffffu, sum, step);
  } else {
    sum = __shfl_sync(0xffff0000u, i, 31);
  }
  __syncwarp();
  out[i] = sum;
}

TEST_P(Warp, HalvesMayGoDifferentWays) {
  Device<int> out(32, 0);
  launch(part_ways, {dim3(1), dim3(32), nullptr}, out.data());
  for (std::size_t i = 0; i < 32; ++i) EXPECT_EQ(out[i], i < 16 ? 120 : 31);
}

// Lanes are counted over all dimensions of a block.
__global__ void reduce_rows(const int* in, int* sums) {
  const unsigned i = threadIdx.y * blockDim.x + threadIdx.x;
  int sum = in[i];
  for (unsigned step = 16; step > 0; step /= 2) sum += __shfl_down_sync(~0u, sum, step);
  if (i % 32 == 0) sums[i / 32] = sum;
}

TEST_P(Warp, LanesAreCountedOverAllDimensions) {
  std::vector<int> numbers(128);
  for (int i = 0; i < 128; ++i) numbers[static_cast<std::size_t>(i)] = i;
  Device<int> in(numbers), sums(4, 0);
  launch(reduce_rows, {dim3(1), dim3(16, 8), nullptr}, in.data(), sums.data());
  EXPECT_EQ(sums.to_host(), (std::vector<int>{496, 1520, 2544, 3568}));
}

INSTANTIATE_TEST_SUITE_P(Grid, Warp, ::testing::Values("", "1", "20"));

TEST(Intrinsics, FollowTheProgrammingGuide) {
  EXPECT_EQ(__popc(0xF0F00001u), 9);
  EXPECT_EQ(__clz(0), 32);
  EXPECT_EQ(__clz(1), 31);
  EXPECT_EQ(__clzll(1), 63);
  EXPECT_EQ(__ffs(0), 0);
  EXPECT_EQ(__ffs(8), 4);
  EXPECT_EQ(__ffsll(1ll << 40), 41);
  EXPECT_EQ(__brev(1u), 0x80000000u);
  EXPECT_EQ(__umulhi(0xffffffffu, 0xffffffffu), 0xfffffffeu);
  EXPECT_EQ(__umul64hi(1ull << 63, 6), 3u);
  EXPECT_EQ(__mul24(-3, 5), -15);
  EXPECT_EQ(__umul24(0x1000003u, 5u), 15u);
  EXPECT_EQ(__byte_perm(0x33221100u, 0x77665544u, 0x7410u), 0x77441100u);
  EXPECT_EQ(__funnelshift_l(0x80000000u, 1u, 1u), 3u);
  EXPECT_EQ(__funnelshift_r(1u, 1u, 1u), 0x80000000u);
  EXPECT_EQ(__float2int_rn(2.5f), 2);
  EXPECT_EQ(__float2int_rn(3.5f), 4);
  EXPECT_EQ(__float2int_rn(1e20f), std::numeric_limits<int>::max());
  EXPECT_EQ(__float2int_rn(std::numeric_limits<float>::quiet_NaN()), 0);
  EXPECT_EQ(__float2uint_rn(-1.0f), 0u);
  EXPECT_EQ(__fadd_rz(8388608.0f, 2.75f), 8388610.0f);
  EXPECT_EQ(__fadd_rz(-8388608.0f, -2.75f), -8388610.0f);
  EXPECT_EQ(__fadd_ru(8388608.0f, 2.25f), 8388611.0f);
  EXPECT_EQ(__fadd_ru(-8388608.0f, -2.75f), -8388610.0f);
  EXPECT_EQ(__float_as_uint(1.0f), 0x3f800000u);
  EXPECT_EQ(__saturatef(std::numeric_limits<float>::quiet_NaN()), 0.0f);
  EXPECT_EQ(fminf(std::numeric_limits<float>::quiet_NaN(), 2.0f), 2.0f);
  EXPECT_EQ(min(-1, 2u), 2u);
}

TEST(Intrinsics, VectorsHaveTheSizesOfCuda) {
  static_assert(sizeof(uchar3) == 3 && alignof(uchar3) == 1 && sizeof(uchar4) == 4 && alignof(uchar4) == 4);
  static_assert(sizeof(ushort4) == 8 && alignof(ushort4) == 8 && sizeof(ushort3) == 6);
  static_assert(sizeof(float2) == 8 && alignof(float2) == 8 && sizeof(float4) == 16 && alignof(float4) == 16);
  static_assert(sizeof(float3) == 12 && alignof(float3) == 4 && alignof(double2) == 16);
  const float4 v = make_float4(1, 2, 3, 4);
  EXPECT_EQ(v.w, 4);
}

}  // namespace
}  // namespace cuda_on_cpu
