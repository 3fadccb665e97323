#include "cuda_on_cpu/fibers.hpp"

#include <sys/mman.h>

#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

// Leaves on the stack what a called function must keep, and goes on where the other stack was left. swapcontext asks
// the kernel for the signal mask each time, which costs more than most kernels do between two barriers.
#if defined(__x86_64__)
#define CUDA_ON_CPU_OWN_SWITCH
extern "C" void cuda_on_cpu_switch_stack(void** from, void** to);
asm(R"(
  .text
  .type cuda_on_cpu_switch_stack, @function
cuda_on_cpu_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq (%rsi), %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
  .size cuda_on_cpu_switch_stack, .-cuda_on_cpu_switch_stack
)");
#endif

namespace cuda_on_cpu {
namespace {

constexpr std::size_t page = 4096;
// Of which only the touched pages exist; sanitizers write their reports on it.
constexpr std::size_t stack_bytes = 256 * 1024;

// A fiber begins without an argument, so it finds itself and whom it comes from here.
Fiber* running = nullptr;
Fiber* left = nullptr;

}  // namespace

Fiber::Fiber(void (*body)()) : body_(body), stack_bytes_(stack_bytes) {
  memory_ = mmap(nullptr, page + stack_bytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory_ == MAP_FAILED) throw std::bad_alloc();
  mprotect(memory_, page, PROT_NONE);
  char* const bottom = static_cast<char*>(memory_) + page;
  stack_ = bottom;
#if defined(CUDA_ON_CPU_OWN_SWITCH)
  // As if `start` had been called and had left: six registers, its address, and nowhere to return to.
  void** const top = reinterpret_cast<void**>(bottom + stack_bytes) - 8;
  top[6] = reinterpret_cast<void*>(&Fiber::start);
  top_ = top;
#else
  getcontext(&context_);
  context_.uc_stack.ss_sp = bottom;
  context_.uc_stack.ss_size = stack_bytes;
  makecontext(&context_, &Fiber::start, 0);
#endif
#if defined(__SANITIZE_THREAD__)
  tsan_fiber_ = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
  if (memory_ == nullptr) return;
#if defined(__SANITIZE_THREAD__)
  __tsan_destroy_fiber(tsan_fiber_);
#endif
#if defined(__SANITIZE_ADDRESS__)
  ASAN_UNPOISON_MEMORY_REGION(memory_, page + stack_bytes);
#endif
  munmap(memory_, page + stack_bytes);
}

void Fiber::arrive() {
#if defined(__SANITIZE_ADDRESS__)
  // Tells the bounds of the stack that was left; of a host thread they are known from nowhere else.
  __sanitizer_finish_switch_fiber(fake_stack_, &left->stack_, &left->stack_bytes_);
#endif
}

void Fiber::start() {
  Fiber& self = *running;
  self.arrive();
  self.body_();
}

void Fiber::switch_to(Fiber& next) {
  left = this;
  running = &next;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&fake_stack_, next.stack_, next.stack_bytes_);
#endif
#if defined(__SANITIZE_THREAD__)
  if (memory_ == nullptr) tsan_fiber_ = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(next.tsan_fiber_, 0);
#endif
#if defined(CUDA_ON_CPU_OWN_SWITCH)
  cuda_on_cpu_switch_stack(&top_, &next.top_);
#else
  swapcontext(&context_, &next.context_);
#endif
  arrive();
}

}  // namespace cuda_on_cpu
