#include <opencv2/core/utility.hpp>

#include <relievo/device.hpp>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

void set_process_threads(int n) {
  require(n >= 1 && n <= 1024, "The number of threads is ", n, "; allowed is 1 to 1024.");
  cv::setNumThreads(n);
}

}  // namespace v1
}  // namespace relievo
