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

class NeedsGpu final : public ::testing::Environment {
 public:
  void SetUp() override {
    std::string reason;
    try {
      engine_under_test(1);
      return;
    } catch (const Error& error) {
      reason = error.what();
    }
    const char* const required = std::getenv("RELIEVO_REQUIRE_CUDA");
    if (required != nullptr && std::strcmp(required, "1") == 0) FAIL() << reason;
    GTEST_SKIP() << reason;
  }
};

[[maybe_unused]] const auto* const needs_gpu = ::testing::AddGlobalTestEnvironment(new NeedsGpu);

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
