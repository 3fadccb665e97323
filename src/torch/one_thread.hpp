// Operations of LibTorch on the calling thread alone.
#pragma once

namespace relievo {
inline namespace v1 {

/// While it lives, LibTorch wakes no other threads for the operations of this one: for networks so small that waiting
/// for each other takes threads longer than the work, a hundred times longer on a machine that is busy otherwise.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

}  // namespace v1
}  // namespace relievo
