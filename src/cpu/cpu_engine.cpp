#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/cpu_engine.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cpu/cpu_engine.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {
std::int64_t Target() { return HWY_TARGET; }
}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "core/check.hpp"
#include "core/registry.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(Target);

std::string instruction_set() {
  switch (cpu_target()) {
    case HWY_AVX3:
      return "AVX-512";
    case HWY_AVX2:
      return "AVX2";
    case HWY_SSE4:
      return "SSE4.2";
    case HWY_SCALAR:
      return "portable";
    default:
      return hwy::TargetName(cpu_target());
  }
}

// As the processor spells itself, without padding.
std::string brand() {
#if defined(__x86_64__)
  unsigned words[12];
  if (__get_cpuid_max(0x80000000u, nullptr) >= 0x80000004u) {
    for (unsigned i = 0; i < 3; ++i) {
      __get_cpuid(0x80000002u + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2], &words[4 * i + 3]);
    }
    char text[49] = {};
    std::memcpy(text, words, 48);
    std::string name;
    for (const char* c = text; *c != 0; ++c) {
      if (*c != ' ' || (!name.empty() && name.back() != ' ')) name += *c;
    }
    while (!name.empty() && name.back() == ' ') name.pop_back();
    if (!name.empty()) return name;
  }
#endif
  return "CPU";
}

// Every call has finished when it returns.
class CpuStream final : public Stream::Impl {
 public:
  explicit CpuStream(CpuEngine& engine) : engine_(engine.shared_from_this()) {}
  Engine& engine() override { return *engine_; }
  void synchronize() override {}
  void* native() const override { return nullptr; }

 private:
  std::shared_ptr<Engine> engine_;
};

struct NamedTarget {
  const char* name;
  std::int64_t target;
};
constexpr NamedTarget named_targets[] = {
    {"portable", HWY_SCALAR}, {"sse4", HWY_SSE4}, {"avx2", HWY_AVX2}, {"avx512", HWY_AVX3}};

// The instruction set that RELIEVO_CPU_TARGET names in place of the best: another speed, the same bits.
void choose_target() {
  const char* wanted = std::getenv("RELIEVO_CPU_TARGET");
  if (wanted == nullptr || *wanted == '\0') return;
  const std::int64_t present = hwy::SupportedTargets() | HWY_SCALAR;
  std::string allowed;
  for (const NamedTarget& each : named_targets) {
    if ((present & each.target) == 0) continue;
    if (std::strcmp(wanted, each.name) == 0) return hwy::GetChosenTarget().Update(each.target);
    allowed += std::string(allowed.empty() ? "" : ", ") + each.name;
  }
  fail(ErrorCode::invalid_argument, "RELIEVO_CPU_TARGET is \"", wanted, "\"; this machine has ", allowed, ".");
}

std::shared_ptr<Engine> make_engine(int, int threads) {
  static const bool chosen = (choose_target(), true);
  static_cast<void>(chosen);
  return std::make_shared<CpuEngine>(threads);
}

const bool registered = [] {
  EngineRegistry::instance().add(DeviceKind::cpu, make_engine);
  return true;
}();

}  // namespace

std::int64_t cpu_target() { return HWY_DYNAMIC_DISPATCH(Target)(); }

CpuEngine::CpuEngine(int threads) : pool_(threads) {}

std::string CpuEngine::name() const { return sentence(brand(), " (", instruction_set(), ")"); }

Image CpuEngine::allocate(int width, int height, PixelFormat format, Color color) {
  return Image(width, height, format, color);
}

void CpuEngine::copy(const ImageView& from, const MutableImageView& to) {
  const std::size_t bytes = static_cast<std::size_t>(from.width) * static_cast<std::size_t>(from.format.bytes());
  parallel_rows(from.height, 64, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) std::memcpy(to.row<char>(y), from.row<char>(y), bytes);
  });
}

std::shared_ptr<Stream::Impl> CpuEngine::make_stream() { return std::make_shared<CpuStream>(*this); }

std::shared_ptr<Stream::Impl> CpuEngine::wrap_stream(void*) {
  fail(ErrorCode::invalid_argument, "A CPU device has no native streams; use Stream(device).");
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
