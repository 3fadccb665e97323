#include "cuda/cuda_engine.hpp"
#include "unit/engine/test_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace test {

std::shared_ptr<Engine> engine_under_test(int) { return make_cuda_engine(0, 1); }

}  // namespace test
}  // namespace v1
}  // namespace relievo
