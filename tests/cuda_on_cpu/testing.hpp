// What the tests of the emulation share.
#pragma once

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "cuda_on_cpu/machine.hpp"

namespace cuda_on_cpu {

/// Runs kernels in the order of a seed, or ascending where it is empty; the caller's order again at the end.
class Shuffled {
 public:
  explicit Shuffled(const char* seed) {
    if (const char* const now = std::getenv(name)) before_ = now;
    setenv(name, seed, 1);
  }
  ~Shuffled() { setenv(name, before_.c_str(), 1); }
  Shuffled(const Shuffled&) = delete;
  Shuffled& operator=(const Shuffled&) = delete;

 private:
  static constexpr const char* name = "RELIEVO_CUDA_SHUFFLE";
  std::string before_;
};

class InEveryOrder : public ::testing::TestWithParam<const char*> {
 private:
  Shuffled shuffled_{GetParam()};
};

/// An array in device memory. The host looks into it after waiting for the GPU.
template <class T>
class Device {
 public:
  explicit Device(const std::vector<T>& values) : size_(values.size()) {
    void* memory = nullptr;
    EXPECT_EQ(cudaMalloc(&memory, size_ * sizeof(T)), cudaSuccess);
    data_ = static_cast<T*>(memory);
    EXPECT_EQ(cudaMemcpyAsync(data_, values.data(), size_ * sizeof(T), cudaMemcpyHostToDevice), cudaSuccess);
  }
  Device(std::size_t size, T value) : Device(std::vector<T>(size, value)) {}
  ~Device() { EXPECT_EQ(cudaFree(data_), cudaSuccess); }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  T* data() { return data_; }
  std::size_t size() const { return size_; }
  std::vector<T> to_host() const {
    std::vector<T> values(size_);
    EXPECT_EQ(cudaMemcpyAsync(values.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost), cudaSuccess);
    return values;
  }
  T operator[](std::size_t i) const { return data_[i]; }

 private:
  T* data_ = nullptr;
  std::size_t size_;
};

}  // namespace cuda_on_cpu
