#include "torch/working_memory.hpp"

#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>

#include <c10/core/CPUAllocator.h>

namespace relievo {
inline namespace v1 {
namespace {

// Below it the system's heap keeps pages by itself.
constexpr std::size_t least_block = std::size_t{64} << 10;

thread_local WorkingMemory* used_here = nullptr;

}  // namespace

struct WorkingMemory::Blocks {
  struct Block {
    c10::DataPtr memory;
    std::size_t size;
    unsigned last_used;
  };
  std::mutex mutex;
  std::multimap<std::size_t, Block> free;
  unsigned run = 0;

  // Without memory where none fits.
  Block take(std::size_t size) {
    const std::lock_guard lock(mutex);
    const auto found = free.lower_bound(size);
    if (found == free.end() || found->first > size + size / 4) return {{}, size, run};
    Block block = std::move(found->second);
    free.erase(found);
    block.last_used = run;
    return block;
  }
};

namespace {

struct Held {
  std::shared_ptr<WorkingMemory::Blocks> blocks;
  WorkingMemory::Blocks::Block block;
};

// Blocks in use, by address: LibTorch frees some of its memory by address alone.
struct InUse {
  std::mutex mutex;
  std::unordered_map<const void*, Held> held;
  c10::DeleterFnPtr of_others = nullptr;
};

InUse& in_use() {
  static auto* const all = new InUse;  // Tensors are freed after destructors of statics, too.
  return *all;
}

void put_back(void* data) {
  InUse& all = in_use();
  std::unique_lock all_lock(all.mutex);
  const auto found = all.held.find(data);
  if (found == all.held.end()) {
    all_lock.unlock();
    all.of_others(data);
    return;
  }
  Held held = std::move(found->second);
  all.held.erase(found);
  all_lock.unlock();
  const std::lock_guard lock(held.blocks->mutex);
  held.blocks->free.emplace(held.block.size, std::move(held.block));
}

}  // namespace

// Stands before the allocator that was there, and asks it wherever no network runs.
struct WorkingMemoryAllocator final : c10::Allocator {
  explicit WorkingMemoryAllocator(c10::Allocator* one_before) : before(one_before) {}

  c10::DataPtr allocate(std::size_t size) override {
    if (used_here == nullptr || size < least_block) return before->allocate(size);
    const std::shared_ptr<WorkingMemory::Blocks> blocks = used_here->blocks_;
    WorkingMemory::Blocks::Block block = blocks->take(size);
    if (!block.memory) block = {before->allocate(size), size, block.last_used};
    void* const data = block.memory.get();
    InUse& all = in_use();
    const std::lock_guard lock(all.mutex);
    all.held.emplace(data, Held{blocks, std::move(block)});
    return {data, data, &put_back, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &put_back; }
  void copy_data(void* to, const void* from, std::size_t size) const override { before->copy_data(to, from, size); }

  c10::Allocator* const before;
};

WorkingMemory::WorkingMemory() : blocks_(std::make_shared<Blocks>()) {
  static const bool installed = [] {
    auto* const allocator = new WorkingMemoryAllocator(c10::GetCPUAllocator());
    in_use().of_others = allocator->before->raw_deleter();
    c10::SetCPUAllocator(allocator, 255);
    return true;
  }();
  static_cast<void>(installed);
}

WorkingMemory::~WorkingMemory() {
  // Blocks hold memory, and tensors that are still there hold the blocks.
  const std::lock_guard lock(blocks_->mutex);
  blocks_->free.clear();
}

WorkingMemory::Use::Use(WorkingMemory* memory) : before_(std::exchange(used_here, memory)) {}
WorkingMemory::Use::~Use() { used_here = before_; }
WorkingMemory* WorkingMemory::current() { return used_here; }

void WorkingMemory::trim() {
  const std::lock_guard lock(blocks_->mutex);
  for (auto block = blocks_->free.begin(); block != blocks_->free.end();) {
    if (block->second.last_used == blocks_->run) {
      ++block;
      continue;
    }
    block = blocks_->free.erase(block);
  }
  ++blocks_->run;
}

std::size_t WorkingMemory::bytes() const {
  const std::lock_guard lock(blocks_->mutex);
  std::size_t sum = 0;
  for (const auto& [size, block] : blocks_->free) sum += size;
  return sum;
}

}  // namespace v1
}  // namespace relievo
