// Engines register themselves; modules that bring engines are opened on first need.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <relievo/device.hpp>

#include "core/engine.hpp"

namespace relievo {
inline namespace v1 {

/// Makes the engine of one device; throws Error{not_found} with the reason where there is none.
/// `threads` is the CPU's budget, 0 = all.
using EngineFactory = std::shared_ptr<Engine> (*)(int index, int threads);

class EngineRegistry {
 public:
  static EngineRegistry& instance();

  /// Called by an engine's own translation unit before main or as its module opens.
  void add(DeviceKind kind, EngineFactory factory);
  Device open(DeviceKind kind, int index, int threads);

 private:
  EngineRegistry();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The shared memory of a stream; a CPU stream is empty.
class Stream::Impl {
 public:
  virtual ~Impl() = default;
  virtual void synchronize() {}
  virtual void* native() const { return nullptr; }
};

}  // namespace v1
}  // namespace relievo
