// The device that draws, once a program.
#pragma once

#include <relievo/device.hpp>

namespace test {

relievo::Device device_under_test();

}  // namespace test
