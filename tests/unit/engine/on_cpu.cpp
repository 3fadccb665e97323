#include "cpu/cpu_engine.hpp"
#include "unit/engine/test_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace test {

std::shared_ptr<Engine> engine_under_test(int threads) { return std::make_shared<CpuEngine>(threads); }

}  // namespace test
}  // namespace v1
}  // namespace relievo
