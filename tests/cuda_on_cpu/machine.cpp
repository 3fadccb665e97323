// What tests ask of the machine and make it do.
#include "cuda_on_cpu/machine.hpp"

#include <mutex>
#include <string>

#include "state.hpp"

namespace cuda_on_cpu {

Machine& machine() { return Runtime::instance().machine; }

void reset() {
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  r.machine = {};
  r.calls = {};
  r.failures.clear();
  r.lost = cudaSuccess;
  r.late = starts_late();
  r.streams.clear();
  r.events.clear();
  r.pools.clear();
  r.default_streams.clear();
  r.dynamic_shared.clear();
  while (!r.memory.empty()) r.release(const_cast<char*>(r.memory.begin()->first));
  current_device = 0;
  last_error = cudaSuccess;
}

Calls calls() {
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  return r.calls;
}

Living living() {
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  Living living;
  living.streams = static_cast<long>(r.streams.size());
  living.events = static_cast<long>(r.events.size());
  living.pools = static_cast<long>(r.pools.size());
  for (const auto& [address, allocation] : r.memory) {
    if (allocation.freed) continue;
    ++(allocation.device < 0 ? living.host_allocations : living.allocations);
  }
  return living;
}

void fail_call(const std::string& name, cudaError_t error, int skip) {
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  r.failures.push_back({name, skip, error});
}
void fail_call(int number, cudaError_t error) { fail_call(std::string(), error, number); }

void lose_gpus(cudaError_t error) {
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  r.lost = error;
  // What streams still held is never done.
  for (auto& [handle, stream] : r.streams) stream->work.clear();
  for (auto& [handle, event] : r.events) event->mark = nullptr;
}

void run_late(bool late) {
  Runtime& r = Runtime::instance();
  const std::lock_guard lock(r.mutex);
  r.finish_all();
  r.late = late;
}

}  // namespace cuda_on_cpu
