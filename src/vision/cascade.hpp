// Haar cascades from files; for the vision room alone, since it speaks OpenCV.
#pragma once

#include <string>

#include <opencv2/objdetect.hpp>

namespace relievo {
inline namespace v1 {

/// The classifier in an XML file; empty where there is no file. Throws Error{io} for one that cannot be
/// read and Error{corrupt_data} for one that is no sound Haar cascade: OpenCV follows the numbers in it
/// wherever they lead.
cv::CascadeClassifier read_cascade(const std::string& path);

}  // namespace v1
}  // namespace relievo
