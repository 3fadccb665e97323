// What pixels are, in words.
#pragma once

#include <relievo/image.hpp>

namespace tool {

const char* scalar_name(relievo::Scalar scalar);
const char* primaries_name(relievo::Primaries primaries);

}  // namespace tool
