// Work in a process of its own: what it takes is its own, and memory can be told apart.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

namespace tool {

struct ChildResult {
  nlohmann::ordered_json answer;
  double peak_mib = 0;  ///< Most memory that the process held.
};

/// Runs `body` in a fork of this process, which must have no other thread. Throws what the body throws, as
/// relievo::Error, and Error{internal} where the process ends without an answer.
ChildResult in_child(const std::function<nlohmann::ordered_json()>& body);

}  // namespace tool
