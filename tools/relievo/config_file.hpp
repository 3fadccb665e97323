// Settings files of the system "3D photo by layered depth inpainting" (CVPR 2020): its argument.yml.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace tool {

/// What such a file says.
struct ConfigFile {
  std::vector<std::string> keys;          ///< As the file has them, in its order.
  std::map<std::string, double> numbers;  ///< Of keys that have a flag here: the flag's value, within its range.
};

/// Checks each key and value of the file `name` that holds `text`, and whether they fit each other. An empty file says
/// nothing. Throws Error{invalid_argument}; its sentence begins with `name`:LINE.
ConfigFile parse_config(const std::string& name, const std::string& text);

/// The same of a file of at most 1 MiB. Throws also Error{not_found} and Error{io}.
ConfigFile read_config(const std::string& path);

}  // namespace tool
