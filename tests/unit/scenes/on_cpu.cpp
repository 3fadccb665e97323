#include "unit/scenes/device.hpp"

namespace test {

relievo::Device device_under_test() { return relievo::Device::cpu(2); }

}  // namespace test
