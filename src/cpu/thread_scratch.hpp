// Working memory of one thread, kept from call to call.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace relievo {
inline namespace v1 {

/// Hands out arrays until `reset`; after the first calls it allocates nothing.
class ThreadScratch {
 public:
  /// Takes everything back.
  void reset() {
    if (blocks_.size() > 1) {
      blocks_.clear();
      grow(total_);
    }
    used_ = 0;
  }

  /// A place to `release` back to.
  struct Mark {
    std::size_t blocks, used;
  };
  Mark mark() const { return {blocks_.size(), used_}; }
  /// Takes back what was handed out since.
  void release(const Mark& mark) { used_ = blocks_.size() == mark.blocks ? mark.used : 0; }

  /// `count` uninitialised elements, 64-byte aligned, with 64 bytes more behind them.
  template <class T>
  T* take(std::size_t count) {
    const std::size_t bytes = (count * sizeof(T) + 64 + 63) / 64 * 64;
    if (blocks_.empty() || used_ + bytes > capacity_) grow(bytes);
    std::byte* const start = blocks_.back().get() + used_;
    used_ += bytes;
    return reinterpret_cast<T*>(start);
  }

 private:
  struct Free {
    void operator()(std::byte* p) const { ::operator delete(p, std::align_val_t(64)); }
  };

  void grow(std::size_t bytes) {
    if (blocks_.empty()) total_ = 0;
    blocks_.emplace_back(static_cast<std::byte*>(::operator new(bytes, std::align_val_t(64))));
    capacity_ = bytes;
    total_ += bytes;
    used_ = 0;
  }

  std::vector<std::unique_ptr<std::byte, Free>> blocks_;
  std::size_t capacity_ = 0;
  std::size_t total_ = 0;
  std::size_t used_ = 0;
};

}  // namespace v1
}  // namespace relievo
