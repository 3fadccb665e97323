#include "torch/openmp.hpp"

#include <dlfcn.h>

#include <atomic>
#include <exception>
#include <mutex>

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "torch/working_memory.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Functions of the runtime that LibTorch was linked to. A program compiled for OpenMP has one of its own, and calls out
// of a weak symbol reach it only from a shared library.
template <class Function>
Function* of_runtime(const char* name) {
  Dl_info torch{};
  if (dladdr(reinterpret_cast<void*>(&at::get_num_threads), &torch) == 0) return nullptr;
  void* const library = dlopen(torch.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  return library == nullptr ? nullptr : reinterpret_cast<Function*>(dlsym(library, name));
}

// Unlike at::set_num_threads, it changes nothing for other threads.
void set_own_threads(int threads) {
  static void (*const set)(int) = of_runtime<void(int)>("omp_set_num_threads");
  if (set != nullptr) set(threads);
}

}  // namespace

OneThread::OneThread() : before_(at::get_num_threads()) { set_own_threads(1); }  // The first call sets their number.
OneThread::~OneThread() { set_own_threads(before_); }

void share_out(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  struct Shared {
    std::int64_t count;
    const std::function<void(std::int64_t)>& body;
    WorkingMemory* memory;
    std::atomic<std::int64_t> next = 0;
    std::mutex mutex;
    std::exception_ptr thrown;
  } shared{count, body, WorkingMemory::current(), {}, {}, {}};
  const auto in_a_thread = [](void* data) {
    auto& of_all = *static_cast<Shared*>(data);
    try {
      const c10::InferenceMode no_gradients;
      const WorkingMemory::Use use(of_all.memory);
      for (std::int64_t i = of_all.next++; i < of_all.count; i = of_all.next++) of_all.body(i);
    } catch (...) {
      const std::lock_guard lock(of_all.mutex);
      of_all.thrown = std::current_exception();
    }
  };
  // What `#pragma omp parallel` calls, in LLVM's runtime too; `threads` 0 = as many as were set.
  using Parallel = void(void (*body)(void*), void* data, unsigned threads, unsigned flags);
  static Parallel* const parallel = of_runtime<Parallel>("GOMP_parallel");
  if (parallel == nullptr || at::get_num_threads() == 1 || at::in_parallel_region()) {
    in_a_thread(&shared);
  } else {
    parallel(in_a_thread, &shared, 0, 0);
  }
  if (shared.thrown) std::rethrow_exception(shared.thrown);
}

}  // namespace v1
}  // namespace relievo
