#include "vision/process_threads.hpp"

#include <opencv2/core/utility.hpp>

namespace relievo {
inline namespace v1 {

void set_opencv_threads(int n) { cv::setNumThreads(n); }

}  // namespace v1
}  // namespace relievo
