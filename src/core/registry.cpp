#include "core/registry.hpp"

#include <charconv>
#include <map>
#include <mutex>

#include "core/check.hpp"
#include "core/module.hpp"

namespace relievo {
inline namespace v1 {

struct EngineRegistry::Impl {
  std::mutex mutex;
  std::map<DeviceKind, EngineFactory> factories;
  NetworkLibrary* networks = nullptr;
};

EngineRegistry::EngineRegistry() : impl_(std::make_unique<Impl>()) {}

EngineRegistry& EngineRegistry::instance() {
  static EngineRegistry* registry = new EngineRegistry;  // Never destroyed: modules refer to it until exit.
  return *registry;
}

void EngineRegistry::add(DeviceKind kind, EngineFactory factory) {
  const std::lock_guard lock(impl_->mutex);
  impl_->factories[kind] = factory;
}

void EngineRegistry::add(NetworkLibrary& networks) {
  const std::lock_guard lock(impl_->mutex);
  impl_->networks = &networks;
}

NetworkLibrary* EngineRegistry::networks() {
  const std::lock_guard lock(impl_->mutex);
  return impl_->networks;
}

Device EngineRegistry::open(DeviceKind kind, int index, int threads) {
  const auto find = [&]() -> EngineFactory {
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->factories.find(kind);
    return found != impl_->factories.end() ? found->second : nullptr;
  };
  EngineFactory factory = find();
  if (factory == nullptr) {
    const ModuleStatus& module = open_module("cuda");
    if (!module.loaded) {
      fail(ErrorCode::not_found, "There is no CUDA device: ", module.reason, "; use the device cpu.");
    }
    factory = find();
  }
  return Device(factory(index, threads));
}

Device::Device(std::shared_ptr<Engine> engine) noexcept : engine_(std::move(engine)) {}
Device::Device(const Device&) noexcept = default;
Device& Device::operator=(const Device&) noexcept = default;
Device::~Device() = default;

Device Device::best() { return from_name("auto"); }

Device Device::cpu(int threads) {
  require(threads >= 0 && threads <= 1024, "threads is ", threads, "; allowed is 0 (all) to 1024.");
  return EngineRegistry::instance().open(DeviceKind::cpu, 0, threads);
}

Device Device::cuda(int index) {
  require(index >= 0, "CUDA device ", index, " is out of range; devices are numbered from 0.");
  return EngineRegistry::instance().open(DeviceKind::cuda, index, 1);
}

Device Device::from_name(std::string_view name, int threads) {
  if (name == "cpu") return cpu(threads);
  if (name == "auto") {
    try {
      return cuda(0);
    } catch (const Error&) {
      return cpu(threads);
    }
  }
  if (name == "cuda") return cuda(0);
  if (name.substr(0, 5) == "cuda:") {
    const std::string_view digits = name.substr(5);
    int index = 0;
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (status == std::errc() && end == digits.data() + digits.size() && !digits.empty() && index >= 0) {
      return cuda(index);
    }
  }
  fail(ErrorCode::invalid_argument, "device is \"", name, "\"; allowed are auto, cpu, cuda and cuda:N.");
}

std::vector<Device> Device::list() {
  std::vector<Device> devices;
  for (int index = 0;; ++index) {
    try {
      devices.push_back(cuda(index));
    } catch (const Error&) {
      break;
    }
  }
  devices.push_back(cpu());
  return devices;
}

std::string Device::why_absent(DeviceKind kind) {
  if (kind == DeviceKind::cpu) return {};
  try {
    cuda(0);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

DeviceId Device::id() const noexcept { return engine_->id(); }
std::string Device::name() const { return engine_->name(); }
int Device::threads() const noexcept { return engine_->threads(); }

Image Device::allocate(int width, int height, PixelFormat format, Color color) const {
  return engine_->allocate(width, height, format, color);
}

Image Device::upload(const ImageView& host) const {
  require(!host.empty(), "The image is empty.");
  require(host.device.kind == DeviceKind::cpu, "upload takes an image in host memory.");
  Image image = allocate(host.width, host.height, host.format, host.color);
  engine_->copy(host, image.mutable_view());
  return image;
}

Image Device::download(const ImageView& view) const {
  require(!view.empty(), "The image is empty.");
  require(view.device == id(), "The image lies in the memory of another device.");
  Image image(view.width, view.height, view.format, view.color);
  engine_->copy(view, image.mutable_view());
  return image;
}

Stream::Stream(const Device& device) : impl_(device.engine().make_stream()) {}
Stream::Stream(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Stream::Stream(const Stream&) noexcept = default;
Stream& Stream::operator=(const Stream&) noexcept = default;
Stream::~Stream() = default;

Stream Stream::from_native(const Device& device, void* handle) {
  require(device.kind() != DeviceKind::cpu, "The CPU has no native streams; construct Stream(device).");
  require(handle != nullptr, "The native stream handle is null.");
  return Stream(device.engine().wrap_stream(handle));
}

void Stream::synchronize() const { impl_->synchronize(); }
void* Stream::native() const noexcept { return impl_->native(); }

}  // namespace v1
}  // namespace relievo
