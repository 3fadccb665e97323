// Which arithmetic a network runs in.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <relievo/depth_estimator.hpp>

namespace relievo {
inline namespace v1 {

/// The type for a wish on a device. Throws Error{invalid_argument} for one that the device has no arithmetic for.
at::ScalarType precision_on(at::Device device, Precision wish);

}  // namespace v1
}  // namespace relievo
