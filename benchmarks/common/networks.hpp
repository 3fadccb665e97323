// Depth networks for measurements, on stand-ins for their weights.
#pragma once

#include <memory>
#include <string>

#include "core/networks.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {

/// A file of stand-in weights, gone with the object.
class StandIn {
 public:
  explicit StandIn(const std::string& architecture);
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;
  ~StandIn();
  std::unique_ptr<DepthNetwork> open(Precision precision) const;

 private:
  std::string architecture_, path_;
};

/// The network, which keeps its weights, on the engine of engine() and as many threads. Throws Error{not_found} where
/// librelievo_torch.so is absent.
std::unique_ptr<DepthNetwork> open_stand_in(const std::string& architecture, Precision precision);

}  // namespace bench
}  // namespace v1
}  // namespace relievo
