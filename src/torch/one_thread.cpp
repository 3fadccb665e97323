#include "torch/one_thread.hpp"

#include <ATen/Parallel.h>

// Of the OpenMP runtime that LibTorch brings, if it is one. Unlike at::set_num_threads, it changes nothing for other
// threads.
extern "C" [[gnu::weak]] void omp_set_num_threads(int threads);

namespace relievo {
inline namespace v1 {

OneThread::OneThread() : before_(at::get_num_threads()) {  // The first call in a thread sets its number.
  if (omp_set_num_threads != nullptr) omp_set_num_threads(1);
}

OneThread::~OneThread() {
  if (omp_set_num_threads != nullptr) omp_set_num_threads(before_);
}

}  // namespace v1
}  // namespace relievo
