// Runs the blocks of a grid one after another, and the threads of a block from barrier to barrier.
#include "cuda_on_cpu/grid.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "cuda_on_cpu/fibers.hpp"

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

namespace cuda_on_cpu {
namespace {

constexpr unsigned char poison = 0xA5;

struct Thread {
  enum class State { unstarted, running, ready, at_barrier, in_warp, ended };

  uint3 index{};
  unsigned number = 0;
  State state = State::unstarted;
  Fiber* fiber = nullptr;
  // What it waits with.
  const char* what = "";
  Place place{};
  int predicate = 0;
  int vote_result = 0;
  unsigned mask = 0;
  std::uint64_t value = 0;
  Lanes lanes{};
};

class Block {
 public:
  void run(const Launch& launch, uint3 index, std::mt19937* random);
  int barrier(Vote vote, int predicate, const Place& place);
  Lanes collective(const char* name, unsigned mask, std::uint64_t value, const Place& place);
  void interleave();
  [[noreturn]] void fail(const std::string& sentence) const;
  [[noreturn]] void fail_here(const std::string& sentence, const Place& place) const;

 private:
  static void fiber_body();
  void work();
  Thread* take_unstarted();
  Thread* take_ready();
  void resume(Thread& thread);
  void suspend();
  void leave_fiber();
  void make_ready(Thread& thread);
  void end(Thread& thread);
  void try_barrier();
  void try_mask(const Thread& waiting);
  Fiber& idle_fiber();
  std::string named(const Thread& thread) const;
  std::string who_waits() const;

  const Launch* launch_ = nullptr;
  std::mt19937* random_ = nullptr;
  std::vector<Thread> threads_;
  std::vector<unsigned> order_;
  std::size_t next_ = 0;        // in order_
  std::vector<Thread*> ready_;  // the front is at ready_first_
  std::size_t ready_first_ = 0;
  unsigned ended_ = 0, at_barrier_ = 0, in_warps_ = 0;
  Vote vote_ = Vote::none;
  Thread* current_ = nullptr;
  Fiber* fiber_ = nullptr;  // that runs
  Fiber host_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Fiber*> idle_;
};

// One block runs at a time, in whichever host thread.
std::mutex one_at_a_time;
unsigned char* shared_memory = nullptr;

Block& block() {
  static Block* const the = new Block;
  return *the;
}

std::string text(uint3 v) {
  std::ostringstream out;
  out << '(' << v.x << ", " << v.y << ", " << v.z << ')';
  return out.str();
}

std::string text(const Place& place) {
  return std::string(place.file_name()) + ":" + std::to_string(place.line()) + " in " + place.function_name();
}

bool same(const Place& a, const Place& b) {
  return a.line() == b.line() && a.column() == b.column() && std::strcmp(a.file_name(), b.file_name()) == 0;
}

}  // namespace

void Block::run(const Launch& launch, uint3 index, std::mt19937* random) {
  launch_ = &launch;
  random_ = random;
  blockIdx = index;
  const unsigned count = launch.block.x * launch.block.y * launch.block.z;
  threads_.resize(count);
  order_.resize(count);
  for (unsigned i = 0; i < count; ++i) {
    Thread& thread = threads_[i];
    thread.index = {i % launch.block.x, i / launch.block.x % launch.block.y, i / launch.block.x / launch.block.y};
    thread.number = i;
    thread.state = Thread::State::unstarted;
  }
  std::iota(order_.begin(), order_.end(), 0u);
  if (random_ != nullptr) std::shuffle(order_.begin(), order_.end(), *random_);
  next_ = 0;
  ready_.clear();
  ready_first_ = 0;
  ended_ = at_barrier_ = in_warps_ = 0;
  if (launch.shared_bytes > 0) std::memset(shared_memory, poison, launch.shared_bytes);

  fiber_ = &idle_fiber();
  host_.switch_to(*fiber_);
  // Back when no thread can go on.
  if (ended_ != count) fail("threads wait for each other forever: " + who_waits());
}

// A fiber runs one thread after another for as long as they end; a thread that waits keeps its fiber.
void Block::fiber_body() {
  for (;;) block().work();
}

void Block::work() {
  while (Thread* const thread = take_unstarted()) {
    current_ = thread;
    thread->fiber = fiber_;
    thread->state = Thread::State::running;
    threadIdx = thread->index;
    launch_->thread(launch_->arguments);
    end(*current_);
  }
  idle_.push_back(fiber_);
  leave_fiber();
}

Fiber& Block::idle_fiber() {
  if (idle_.empty()) {
    fibers_.push_back(std::make_unique<Fiber>(&Block::fiber_body));
    idle_.push_back(fibers_.back().get());
  }
  Fiber& fiber = *idle_.back();
  idle_.pop_back();
  return fiber;
}

Thread* Block::take_unstarted() {
  if (next_ == order_.size()) return nullptr;
  // Where threads are shuffled, those that may go on may overtake those that have not begun.
  if (random_ != nullptr && ready_first_ < ready_.size() && ((*random_)() & 1u) != 0) return nullptr;
  return &threads_[order_[next_++]];
}

Thread* Block::take_ready() {
  if (ready_first_ == ready_.size()) return nullptr;
  if (random_ != nullptr) {
    const std::size_t left = ready_.size() - ready_first_;
    std::swap(ready_[ready_first_], ready_[ready_first_ + (*random_)() % left]);
  }
  return ready_[ready_first_++];
}

// Gives the host thread to whoever can go on; to the host's own stack where nobody can.
void Block::leave_fiber() {
  Fiber& here = *fiber_;
  const bool begin =
      next_ < order_.size() && (ready_first_ == ready_.size() || random_ == nullptr || (*random_)() & 1u);
  Thread* const thread = begin ? nullptr : take_ready();
  Fiber* next = &host_;
  if (begin) {
    next = &idle_fiber();
  } else if (thread != nullptr) {
    next = thread->fiber;
    current_ = thread;
    thread->state = Thread::State::running;
    threadIdx = thread->index;
  }
  if (next == &here) return;
  fiber_ = next;
  here.switch_to(*next);
}

void Block::suspend() { leave_fiber(); }

void Block::make_ready(Thread& thread) {
  if (ready_first_ == ready_.size()) {
    ready_.clear();
    ready_first_ = 0;
  }
  thread.state = Thread::State::ready;
  ready_.push_back(&thread);
}

void Block::end(Thread& thread) {
  thread.state = Thread::State::ended;
  ++ended_;
  // Those that have ended are no longer waited for.
  if (at_barrier_ > 0) try_barrier();
  if (in_warps_ == 0) return;
  const unsigned first = thread.number / 32 * 32;
  const unsigned last = std::min<unsigned>(first + 32, static_cast<unsigned>(threads_.size()));
  for (unsigned i = first; i < last; ++i) {
    if (threads_[i].state == Thread::State::in_warp) try_mask(threads_[i]);
  }
}

int Block::barrier(Vote vote, int predicate, const Place& place) {
  Thread& self = *current_;
  self.state = Thread::State::at_barrier;
  self.what = "__syncthreads";
  self.place = place;
  self.predicate = predicate;
  vote_ = vote;
  ++at_barrier_;
  try_barrier();
  suspend();
  return self.vote_result;
}

void Block::try_barrier() {
  if (at_barrier_ == 0 || at_barrier_ + ended_ != threads_.size()) return;
  const Thread* first = nullptr;
  int count = 0;
  for (const Thread& thread : threads_) {
    if (thread.state != Thread::State::at_barrier) continue;
    if (first == nullptr) first = &thread;
    if (!same(thread.place, first->place)) {
      fail("threads of the block met different barriers: " + named(*first) + " waits at " + text(first->place) + ", " +
           named(thread) + " at " + text(thread.place));
    }
    count += thread.predicate != 0;
  }
  const int result = vote_ == Vote::count ? count
                     : vote_ == Vote::all ? count == static_cast<int>(at_barrier_)
                                          : count > 0;
  at_barrier_ = 0;
  for (Thread& thread : threads_) {
    if (thread.state != Thread::State::at_barrier) continue;
    thread.vote_result = result;
    make_ready(thread);
  }
}

Lanes Block::collective(const char* name, unsigned mask, std::uint64_t value, const Place& place) {
  Thread& self = *current_;
  const unsigned lane = self.number % 32;
  if ((mask >> lane & 1u) == 0) {
    fail_here(std::string(name) + " with a mask that leaves out the calling lane " + std::to_string(lane), place);
  }
  self.state = Thread::State::in_warp;
  self.what = name;
  self.place = place;
  self.mask = mask;
  self.value = value;
  ++in_warps_;
  try_mask(self);
  suspend();
  self.lanes.lane = lane;
  return self.lanes;
}

// Lets the lanes of a waiting thread's mask go on once all of them that have not ended are there.
void Block::try_mask(const Thread& waiting) {
  const unsigned first = waiting.number / 32 * 32;
  const unsigned count = std::min<unsigned>(32, static_cast<unsigned>(threads_.size()) - first);
  Thread* const lanes = &threads_[first];
  const unsigned mask = waiting.mask;
  Lanes brought{};
  // The last lanes are the last to come, mostly.
  for (unsigned i = count; i-- > 0;) {
    const Thread& lane = lanes[i];
    if ((mask >> i & 1u) == 0 || lane.state == Thread::State::ended) continue;
    // Under another mask it may be on its way here.
    if (lane.state != Thread::State::in_warp || lane.mask != mask) return;
    if (!same(lane.place, waiting.place)) {
      fail("lanes of one mask met different collectives: " + named(lane) + " waits in " + lane.what + " at " +
           text(lane.place) + ", " + named(waiting) + " in " + waiting.what + " at " + text(waiting.place));
    }
    brought.values[i] = lane.value;
    brought.arrived |= 1u << i;
  }
  for (unsigned i = 0; i < count; ++i) {
    if ((brought.arrived >> i & 1u) == 0) continue;
    lanes[i].lanes = brought;
    --in_warps_;
    make_ready(lanes[i]);
  }
}

void Block::interleave() {
  if (random_ == nullptr || (*random_)() % 4 != 0) return;
  make_ready(*current_);
  suspend();
}

std::string Block::named(const Thread& thread) const { return "thread " + text(thread.index); }

std::string Block::who_waits() const {
  std::string list;
  int told = 0, waiting = 0;
  for (const Thread& thread : threads_) {
    if (thread.state == Thread::State::ended) continue;
    ++waiting;
    // The first of each place stands for its neighbours.
    const bool repeated = thread.number > 0 && threads_[thread.number - 1].state == thread.state &&
                          same(threads_[thread.number - 1].place, thread.place);
    if (repeated || told == 8) continue;
    list += (told++ > 0 ? "; from " : "from ") + named(thread) + " on in " + thread.what + " at " + text(thread.place);
  }
  return std::to_string(waiting) + " of " + std::to_string(threads_.size()) + ", " + list;
}

void Block::fail(const std::string& sentence) const {
  std::fprintf(stderr, "CUDA on the CPU: in a kernel of %s, block %s of %s, %u threads: %s.\n", launch_->operation,
               text(blockIdx).c_str(), text(launch_->grid).c_str(), static_cast<unsigned>(threads_.size()),
               sentence.c_str());
  std::fflush(stderr);
  std::abort();
}

void Block::fail_here(const std::string& sentence, const Place& place) const {
  fail(named(*current_) + " at " + text(place) + ": " + sentence);
}

void* dynamic_shared(std::size_t alignment) {
  if (shared_memory == nullptr) block().fail("the kernel asks for dynamic shared memory and was launched without");
  if (alignment > 16) block().fail("dynamic shared memory is aligned to 16 bytes, not more");
  return shared_memory;
}

int block_barrier(Vote vote, int predicate, const Place& place) { return block().barrier(vote, predicate, place); }
Lanes warp_collective(const char* name, unsigned mask, std::uint64_t value, const Place& place) {
  return block().collective(name, mask, value, place);
}
void interleave() { block().interleave(); }
void mistake(const char* sentence, const Place& place) { block().fail_here(sentence, place); }

namespace {

// Exactly as many bytes as asked for, so that a sanitizer sees one too many.
class SharedMemory {
 public:
  explicit SharedMemory(std::size_t bytes) {
    void* memory = nullptr;
    if (bytes > 0 && posix_memalign(&memory, 16, bytes) != 0) std::abort();
    shared_memory = static_cast<unsigned char*>(memory);
  }
  ~SharedMemory() {
    std::free(shared_memory);
    shared_memory = nullptr;
  }
};

}  // namespace

void run(const Launch& launch) {
  const std::lock_guard lock(one_at_a_time);
  const SharedMemory shared(launch.shared_bytes);
  gridDim = launch.grid;
  blockDim = launch.block;
  const std::uint64_t count = std::uint64_t{launch.grid.x} * launch.grid.y * launch.grid.z;
  const auto index = [&](std::uint64_t i) -> uint3 {
    const std::uint64_t row = i / launch.grid.x;
    return {static_cast<unsigned>(i % launch.grid.x), static_cast<unsigned>(row % launch.grid.y),
            static_cast<unsigned>(row / launch.grid.y)};
  };
  const char* const seed = std::getenv("RELIEVO_CUDA_SHUFFLE");
  if (seed == nullptr || *seed == '\0') {
    for (std::uint64_t i = 0; i < count; ++i) block().run(launch, index(i), nullptr);
    return;
  }
  std::mt19937 random(static_cast<unsigned>(std::strtoul(seed, nullptr, 10)));
  std::vector<std::uint64_t> order(count);
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  std::shuffle(order.begin(), order.end(), random);
  for (const std::uint64_t i : order) block().run(launch, index(i), &random);
}

}  // namespace cuda_on_cpu
