// The GPU's engine under test. Without a GPU every test is skipped with the reason, and fails instead where
// RELIEVO_REQUIRE_CUDA=1.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include <relievo/error.hpp>

#include "cuda/cuda_engine.hpp"
#include "unit/engine/test_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace test {

std::shared_ptr<Engine> engine_under_test(int) { return make_cuda_engine(0, 1); }

namespace {

std::string why_absent() {
  try {
    engine_under_test(1);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

// Not an environment: what is skipped or fails in one, ctest reads as passed or skipped.
class NeedsGpu final : public ::testing::EmptyTestEventListener {
  void OnTestStart(const ::testing::TestInfo&) override {
    static const std::string reason = why_absent();
    if (reason.empty()) return;
    const char* const required = std::getenv("RELIEVO_REQUIRE_CUDA");
    if (required != nullptr && std::strcmp(required, "1") == 0) FAIL() << reason;
    GTEST_SKIP() << reason;
  }
};

[[maybe_unused]] const bool needs_gpu = [] {
  ::testing::UnitTest::GetInstance()->listeners().Append(new NeedsGpu);
  return true;
}();

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
