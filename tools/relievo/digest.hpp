// SHA-256 of a file.
#pragma once

#include <string>

#include <relievo/progress.hpp>

namespace tool {

/// 64 hexadecimal digits. Throws relievo::Error{io}.
std::string sha256_of(const std::string& path, const relievo::Progress& progress = {});

}  // namespace tool
