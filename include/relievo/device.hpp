// Where work runs: the CPU with a thread budget, or a GPU.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <relievo/export.hpp>
#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {

/// A handle on a processor; copies share it. Thread safe.
///
/// Engines other than the CPU are modules opened at run time from the library's own folder, so one
/// build serves machines with and without a GPU.
class RELIEVO_API Device final {
 public:
  /// CUDA device 0 where it works, else the CPU with all threads.
  static Device best();
  /// The CPU with a budget of `threads` (0 = one a hardware thread; 1 to 1024).
  static Device cpu(int threads = 0);
  /// CUDA device `index`. Throws Error{not_found} that says why it is absent.
  static Device cuda(int index = 0);
  /// "auto", "cpu", "cuda" or "cuda:N", as the command line takes it. `threads` is the CPU's budget.
  /// Throws Error{invalid_argument} for any other text.
  static Device from_name(std::string_view name, int threads = 0);
  /// Every device that works on this machine, best first.
  static std::vector<Device> list();
  /// Why devices of a kind are absent, in one sentence; empty where there is one.
  static std::string why_absent(DeviceKind kind);

  Device(const Device&) noexcept;
  Device& operator=(const Device&) noexcept;
  ~Device();

  DeviceId id() const noexcept;
  DeviceKind kind() const noexcept { return id().kind; }
  /// For people: processor, instruction set or GPU model.
  std::string name() const;
  /// Threads this device may use; 1 for a GPU.
  int threads() const noexcept;

  /// A copy of host pixels in this device's memory. Synchronous.
  Image upload(const ImageView& host) const;
  /// A host copy of pixels in this device's memory. Synchronous.
  Image download(const ImageView& view) const;
  /// Uninitialised pixels in this device's memory.
  Image allocate(int width, int height, PixelFormat format, Color color = {}) const;

  /// Internal: the engine behind this device.
  class Engine& engine() const noexcept {
    return *engine_;
  }

 private:
  explicit Device(std::shared_ptr<class Engine> engine) noexcept;
  std::shared_ptr<class Engine> engine_;
  friend class EngineRegistry;
};

/// A module opened at run time, for `relievo info` and for error messages.
struct ModuleStatus {
  std::string name;    ///< "cuda", "torch".
  std::string file;    ///< Path it was looked for at.
  bool loaded;         ///< Opened, with the right ABI tag.
  std::string reason;  ///< Why it is not loaded, in the loader's words; empty when it is.
};

/// State of every module this version knows. Opens them. Thread safe.
RELIEVO_API std::vector<ModuleStatus> module_status();

/// Sets the thread pools that belong to the whole process (OpenCV's; LibTorch's where loaded) to
/// `n` threads, 1 to 1024. relievo itself never changes them otherwise.
RELIEVO_API void set_process_threads(int n);

}  // namespace v1
}  // namespace relievo
