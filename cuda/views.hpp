// Views as kernels take them.
#pragma once

#include "core/rows.hpp"

namespace relievo {
inline namespace v1 {
namespace cuda {

using relievo::MutableRows;
using relievo::Rows;
using relievo::rows;

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
