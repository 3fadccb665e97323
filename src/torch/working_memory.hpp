// Memory that a network's values come out of, run after run.
#pragma once

#include <cstddef>
#include <memory>

namespace relievo {
inline namespace v1 {

/// LibTorch gives what a run took back to the system and takes it again in the next, page by page, which costs an
/// eighth of a run. This keeps it: what the last run used, no more. Thread safe.
class WorkingMemory {
 public:
  WorkingMemory();
  ~WorkingMemory();
  WorkingMemory(const WorkingMemory&) = delete;
  WorkingMemory& operator=(const WorkingMemory&) = delete;

  /// What LibTorch allocates on the CPU in this thread comes out of it while this lives. Tensors may outlive both.
  class Use {
   public:
    explicit Use(WorkingMemory* memory);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    WorkingMemory* before_;
  };
  /// What this thread uses, for the threads that work for it; null = the system's.
  static WorkingMemory* current();

  /// Gives back to the system what has not been used since the last call.
  void trim();
  /// Bytes kept for the next run.
  std::size_t bytes() const;

  struct Blocks;

 private:
  std::shared_ptr<Blocks> blocks_;
  friend struct WorkingMemoryAllocator;
};

}  // namespace v1
}  // namespace relievo
