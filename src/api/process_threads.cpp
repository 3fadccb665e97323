#include "vision/process_threads.hpp"

#include <relievo/device.hpp>

#include "api/boundary.hpp"
#include "core/networks.hpp"

namespace relievo {
inline namespace v1 {

void set_process_threads(int n) {
  at_boundary("setting the threads of the process", [&] {
    require(n >= 1 && n <= 1024, "The number of threads is ", n, "; allowed is 1 to 1024.");
    set_opencv_threads(n);
    set_network_threads(n);
  });
}

}  // namespace v1
}  // namespace relievo
