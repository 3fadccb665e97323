// The networks that find persons behind the library's interfaces.
#pragma once

#include <memory>
#include <string>

#include "core/networks.hpp"

namespace relievo {
inline namespace v1 {

/// Both throw Error that names the file and what is wrong with it.
std::unique_ptr<FaceNetwork> open_torch_faces(const std::string& file);
std::unique_ptr<MatteNetwork> open_torch_matte(const std::string& file);

}  // namespace v1
}  // namespace relievo
