#include "torch/working_memory.hpp"

#include <optional>
#include <thread>

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>

namespace relievo {
inline namespace v1 {
namespace {

constexpr std::int64_t mib = 1 << 18;  // of f32

TEST(WorkingMemory, ANextRunGetsTheSameMemory) {
  WorkingMemory memory;
  const void* first = nullptr;
  for (int run = 0; run < 3; ++run) {
    const WorkingMemory::Use use(&memory);
    const at::Tensor values = at::empty({mib});
    if (run > 0) {
      EXPECT_EQ(values.const_data_ptr(), first);
    }
    first = values.const_data_ptr();
    memory.trim();
  }
  EXPECT_EQ(memory.bytes(), std::size_t{4} * mib);
}

TEST(WorkingMemory, WhatARunDidNotUseGoesBackToTheSystem) {
  WorkingMemory memory;
  const WorkingMemory::Use use(&memory);
  static_cast<void>(at::empty({mib}));
  memory.trim();
  static_cast<void>(at::empty({8 * mib}));
  memory.trim();
  EXPECT_EQ(memory.bytes(), std::size_t{32} * mib);
  memory.trim();
  EXPECT_EQ(memory.bytes(), 0u);
}

TEST(WorkingMemory, TensorsMayOutliveIt) {
  at::Tensor kept;
  {
    WorkingMemory memory;
    const WorkingMemory::Use use(&memory);
    kept = at::full({mib}, 3.0F);
  }
  EXPECT_EQ(kept.sum().item<float>(), 3.0F * mib);
}

TEST(WorkingMemory, OthersAreNotTouched) {
  WorkingMemory memory;
  static_cast<void>(at::empty({mib}));
  EXPECT_EQ(memory.bytes(), 0u);
  const WorkingMemory::Use use(&memory);
  std::thread([] { static_cast<void>(at::empty({mib})); }).join();
  EXPECT_EQ(memory.bytes(), 0u);
  static_cast<void>(at::empty({16}));  // so little that the system's heap keeps it
  EXPECT_EQ(memory.bytes(), 0u);
}

// As LibTorch's own adaptor of oneDNN does.
TEST(WorkingMemory, MemoryIsFreedByItsAddressAlone) {
  WorkingMemory memory;
  c10::Allocator* const allocator = c10::GetCPUAllocator();
  void* outside = allocator->raw_allocate(4 * mib);
  {
    const WorkingMemory::Use use(&memory);
    void* inside = allocator->raw_allocate(4 * mib);
    EXPECT_NE(inside, outside);
    allocator->raw_deallocate(outside);
    allocator->raw_deallocate(inside);
  }
  EXPECT_EQ(memory.bytes(), std::size_t{4} * mib);
}

TEST(WorkingMemory, AsksForMoreThanThereIsInVain) {
  WorkingMemory memory;
  const WorkingMemory::Use use(&memory);
  EXPECT_ANY_THROW(static_cast<void>(at::empty({std::int64_t{1} << 60})));
  EXPECT_EQ(memory.bytes(), 0u);
}

}  // namespace
}  // namespace v1
}  // namespace relievo
