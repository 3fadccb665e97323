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

class NetworkLibrary;

class EngineRegistry {
 public:
  static EngineRegistry& instance();

  /// Called by an engine's own translation unit before main or as its module opens. Virtual, because a module reaches
  /// no symbol of this library that is not public.
  virtual void add(DeviceKind kind, EngineFactory factory);
  /// Called by the module of networks as it opens; they live until the process ends.
  virtual void add(NetworkLibrary& networks);
  Device open(DeviceKind kind, int index, int threads);
  NetworkLibrary* networks();

 private:
  EngineRegistry();
  ~EngineRegistry() = default;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A queue, and the engine whose operations go into it.
class Stream::Impl {
 public:
  virtual ~Impl() = default;
  virtual Engine& engine() = 0;
  virtual void synchronize() = 0;
  virtual void* native() const = 0;
};

}  // namespace v1
}  // namespace relievo
