#pragma once

namespace relievo {
inline namespace v1 {

/// Threads of OpenCV's pool, which belongs to the process.
void set_opencv_threads(int n);

}  // namespace v1
}  // namespace relievo
