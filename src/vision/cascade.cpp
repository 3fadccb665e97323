#include "vision/cascade.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include <opencv2/core/persistence.hpp>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Far above what cascades have; keeps sums of the numbers below within int.
constexpr int most_side = 1000;
constexpr int most_rectangles = 3;

std::vector<double> numbers_of(const cv::FileNode& node) {
  std::vector<double> numbers;
  if (!node.isSeq()) return numbers;
  for (const cv::FileNode& item : node) {
    if (!item.isInt() && !item.isReal()) return {};
    numbers.push_back(item.real());
  }
  return numbers;
}

// Whether a feature's rectangles lie in the window. A tilted one hangs from its top corner, its width to
// the lower right and its height to the lower left.
bool feature_is_sound(const cv::FileNode& feature, int width, int height) {
  const cv::FileNode rectangles = feature["rects"];
  if (!rectangles.isSeq() || rectangles.size() < 1 || rectangles.size() > most_rectangles) return false;
  const bool tilted = static_cast<int>(feature["tilted"]) != 0;
  for (const cv::FileNode& rectangle : rectangles) {
    const std::vector<double> r = numbers_of(rectangle);
    if (r.size() != 5 || !(r[0] >= 0 && r[1] >= 0 && r[2] >= 0 && r[3] >= 0)) return false;
    const double left = tilted ? r[0] - r[3] : r[0];
    const double bottom = tilted ? r[1] + r[2] + r[3] : r[1] + r[3];
    if (!(left >= 0 && r[0] + r[2] <= width && bottom <= height)) return false;
  }
  return true;
}

// Whether a tree of nodes (left, right, feature, threshold) comes to an end at one of its leaves: a child
// is a later node, or a leaf where it is 0 or less.
bool tree_is_sound(const cv::FileNode& tree, std::size_t features) {
  const std::vector<double> nodes = numbers_of(tree["internalNodes"]);
  const std::size_t count = nodes.size() / 4;
  if (count == 0 || nodes.size() % 4 != 0 || numbers_of(tree["leafValues"]).size() != count + 1) return false;
  const auto most = static_cast<double>(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (const double child : {nodes[4 * i], nodes[4 * i + 1]}) {
      const bool leaf = child <= 0 && child >= -most;
      const bool later = child > static_cast<double>(i) && child < most;
      if (!leaf && !later) return false;
    }
    const double feature = nodes[4 * i + 2];
    if (!(feature >= 0 && feature < static_cast<double>(features))) return false;
  }
  return true;
}

bool is_sound(const cv::FileNode& cascade) {
  if (!cascade.isMap() || cascade["stageType"].string() != "BOOST" || cascade["featureType"].string() != "HAAR") {
    return false;
  }
  const int width = static_cast<int>(cascade["width"]);
  const int height = static_cast<int>(cascade["height"]);
  if (width < 1 || width > most_side || height < 1 || height > most_side) return false;
  if (!cascade["featureParams"].isMap() || static_cast<int>(cascade["featureParams"]["maxCatCount"]) != 0) return false;
  const cv::FileNode features = cascade["features"];
  if (!features.isSeq() || features.size() == 0) return false;
  for (const cv::FileNode& feature : features) {
    if (!feature_is_sound(feature, width, height)) return false;
  }
  const cv::FileNode stages = cascade["stages"];
  if (!stages.isSeq() || stages.size() == 0) return false;
  for (const cv::FileNode& stage : stages) {
    const cv::FileNode trees = stage["weakClassifiers"];
    if (!trees.isSeq() || trees.size() == 0) return false;
    for (const cv::FileNode& tree : trees) {
      if (!tree_is_sound(tree, features.size())) return false;
    }
  }
  return true;
}

}  // namespace

cv::CascadeClassifier read_cascade(const std::string& path) {
  cv::CascadeClassifier classifier;
  std::error_code absent;
  if (!std::filesystem::exists(path, absent)) return classifier;
  std::string text;
  std::ifstream file;
  if (std::filesystem::is_regular_file(path, absent)) file.open(path, std::ios::binary);
  if (file.is_open()) text.assign(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open() || file.bad()) fail(ErrorCode::io, "The face cascade ", path, " cannot be read.");
  try {
    const cv::FileStorage storage(text, cv::FileStorage::READ | cv::FileStorage::MEMORY);
    const cv::FileNode cascade = storage.getFirstTopLevelNode();
    if (is_sound(cascade) && classifier.read(cascade)) return classifier;
  } catch (const cv::Exception&) {
    // What OpenCV's reader stumbles over is damaged as well.
  }
  fail(ErrorCode::corrupt_data, "The face cascade ", path, " is damaged.");
}

}  // namespace v1
}  // namespace relievo
