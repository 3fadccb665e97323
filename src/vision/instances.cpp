#include "vision/instances.hpp"

#include <algorithm>
#include <cmath>
#include <queue>

#include <opencv2/imgproc.hpp>

#include "vision/mat.hpp"
#include "vision/raised.hpp"
#include "vision/regions.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr double least_instance = 0.003;  // part of the photo
// A part with this share of its neighbour's area and no face of its own is its arm, not another subject.
constexpr double least_share = 0.15;
// What is this much smaller than the largest subject, and has no face, is none.
constexpr double least_of_largest = 0.05;

double median_of(const cv::Mat& depth, const cv::Mat& mask) {
  std::vector<float> values;
  for (int y = 0; y < depth.rows; ++y) {
    for (int x = 0; x < depth.cols; ++x) {
      if (mask.at<std::uint8_t>(y, x) != 0) values.push_back(depth.at<float>(y, x));
    }
  }
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return static_cast<double>(*middle);
}

// All that ends in steps of depth: what is raised most, and behind it what is raised most of the rest.
cv::Mat all_raised(const cv::Mat& rgb, const cv::Mat& depth, const cv::Mat& subject, double scale,
                   const SegmentOptions& options) {
  constexpr int rounds = 3;
  constexpr double similar = 0.4;
  cv::Mat found = subject.clone();
  double first = step_at_outline(subject, depth);
  const cv::Mat raised = above_ground(depth);
  for (int round = 0; round < rounds; ++round) {
    const RaisedParts more = above_threshold(raised, depth, scale, options, grown(found, 2));
    if (more.step < std::max(least_step, similar * first)) break;
    first = std::max(first, more.step);
    found |= along_colours(rgb, more.mask);
  }
  return found;
}

// Where within the mask depth has a step, seen over a few pixels since it may be blurred.
cv::Mat steps_within(const cv::Mat& depth, const cv::Mat& mask) {
  const int reach = std::max(1, std::max(depth.cols, depth.rows) / 130);
  cv::Mat high = depth.clone(), low = depth.clone();
  high.setTo(-1, ~mask);
  low.setTo(2, ~mask);
  cv::dilate(high, high, ellipse(2 * reach + 1));
  cv::erode(low, low, ellipse(2 * reach + 1));
  return (high - low >= least_step) & mask;
}

// Grows labelled parts over the rest of the mask, the nearest depth first.
void grow_parts(cv::Mat& labels, const cv::Mat& mask, const cv::Mat& depth, const std::vector<double>& depth_of) {
  struct Step {
    double cost;
    int order, x, y, label;
    bool operator<(const Step& other) const { return cost != other.cost ? cost > other.cost : order > other.order; }
  };
  std::priority_queue<Step> queue;
  int order = 0;
  const auto reach = [&](int x, int y, int label) {
    constexpr int aside[] = {1, -1, 0, 0}, down[] = {0, 0, 1, -1};
    for (int i = 0; i < 4; ++i) {
      const int to_x = x + aside[i], to_y = y + down[i];
      if (to_x < 0 || to_y < 0 || to_x >= mask.cols || to_y >= mask.rows) continue;
      if (mask.at<std::uint8_t>(to_y, to_x) == 0 || labels.at<int>(to_y, to_x) != 0) continue;
      const double off = std::abs(depth.at<float>(to_y, to_x) - depth_of[static_cast<std::size_t>(label)]);
      queue.push({off, order++, to_x, to_y, label});
    }
  };
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (labels.at<int>(y, x) != 0) reach(x, y, labels.at<int>(y, x));
    }
  }
  while (!queue.empty()) {
    const Step step = queue.top();
    queue.pop();
    int& label = labels.at<int>(step.y, step.x);
    if (label != 0) continue;
    label = step.label;
    reach(step.x, step.y, step.label);
  }
}

std::vector<cv::Mat> connected_parts(const cv::Mat& mask) {
  cv::Mat labels;
  const int count = cv::connectedComponents(mask, labels, 8, CV_32S);
  std::vector<cv::Mat> parts;
  for (int i = 1; i < count; ++i) parts.push_back(labels == i);
  return parts;
}

bool has_face(const cv::Mat& mask, const std::vector<Face>& faces) {
  return std::any_of(faces.begin(), faces.end(), [&](const Face& face) {
    const cv::Mat inner = face_ellipse(face, mask.size());
    return 2 * cv::countNonZero(inner & mask) > cv::countNonZero(inner);
  });
}

// A connected part of the subject, cut where its depth has steps.
std::vector<cv::Mat> split_by_depth(const cv::Mat& whole, const cv::Mat& depth, const std::vector<Face>& faces) {
  cv::Mat labels = cv::Mat::zeros(whole.size(), CV_32S);
  std::vector<double> depth_of{0};
  const double least = least_instance * static_cast<double>(whole.total());
  const int gap = std::max(3, std::max(whole.cols, whole.rows) / 10);
  for (const cv::Mat& part : connected_parts(whole & ~steps_within(depth, whole))) {
    if (cv::countNonZero(part) < least / 2) continue;
    const double here = median_of(depth, part);
    // What is near to each other and at one depth is one thing, of which a nearer one hides the middle.
    const cv::Mat around = grown(part, gap);
    int same = 1;
    while (same < static_cast<int>(depth_of.size()) &&
           (std::abs(depth_of[static_cast<std::size_t>(same)] - here) >= least_step ||
            cv::countNonZero((labels == same) & around) == 0)) {
      ++same;
    }
    labels.setTo(same, part);
    if (same == static_cast<int>(depth_of.size())) depth_of.push_back(here);
  }
  const int count = static_cast<int>(depth_of.size());
  if (count <= 2) return {whole};
  grow_parts(labels, whole, depth, depth_of);
  // Arms and what is held go to the neighbour with which they share most of their outline.
  for (bool merged = true; merged;) {
    merged = false;
    for (int i = 1; i < count && !merged; ++i) {
      const cv::Mat part = labels == i;
      const int area = cv::countNonZero(part);
      if (area == 0) continue;
      const cv::Mat around = grown(part, 1) & whole & ~part;
      int best = 0, most = 0;
      for (int j = 1; j < count; ++j) {
        const int touching = j == i ? 0 : cv::countNonZero((labels == j) & around);
        if (touching > most) most = touching, best = j;
      }
      if (best == 0) continue;
      const int other = cv::countNonZero(labels == best);
      if (area < least || (area < least_share * other && !has_face(part, faces))) {
        labels.setTo(best, part);
        merged = true;
      }
    }
  }
  std::vector<cv::Mat> parts;
  for (int i = 1; i < count; ++i) {
    const cv::Mat part = labels == i;
    if (cv::countNonZero(part) > 0) parts.push_back(part);
  }
  return parts;
}

// Persons at one depth: each pixel goes to the face that is nearest in widths of that face, and colours find the seam.
std::vector<cv::Mat> split_by_faces(const cv::Mat& whole, const cv::Mat& rgb, const std::vector<Face>& faces) {
  std::vector<Face> own;
  for (const Face& face : faces) {
    const cv::Mat inner = face_ellipse(face, whole.size());
    if (2 * cv::countNonZero(inner & whole) > cv::countNonZero(inner)) own.push_back(face);
  }
  if (own.size() < 2) return {whole};
  cv::Mat owner(whole.size(), CV_32S), lead(whole.size(), CV_32F);
  for (int y = 0; y < whole.rows; ++y) {
    for (int x = 0; x < whole.cols; ++x) {
      double nearest = HUGE_VAL, second = HUGE_VAL;
      for (std::size_t i = 0; i < own.size(); ++i) {
        const Face& face = own[i];
        const double aside = (x - face.x - face.width / 2.0) / face.width;
        // A body hangs below its face.
        const double down = std::max(0.0, std::abs(y - face.y - face.height / 2.0) / face.height - 0.6) / 3;
        const double distance = std::hypot(aside, down);
        if (distance < nearest) {
          second = nearest;
          nearest = distance;
          owner.at<int>(y, x) = static_cast<int>(i) + 1;
        } else {
          second = std::min(second, distance);
        }
      }
      lead.at<float>(y, x) = static_cast<float>(second - nearest);
    }
  }
  cv::Mat markers = cv::Mat::zeros(whole.size(), CV_32S);
  owner.copyTo(markers, (lead > 0.4) & whole);
  markers.setTo(static_cast<int>(own.size()) + 1, ~whole);
  cv::watershed(rgb, markers);
  owner.copyTo(markers, (markers < 1) | (markers > static_cast<int>(own.size())));
  std::vector<cv::Mat> parts;
  for (std::size_t i = 1; i <= own.size(); ++i) parts.push_back((markers == static_cast<int>(i)) & whole);
  return parts;
}

}  // namespace

std::vector<Image> instance_masks(const ImageView& rgb, const ImageView& disparity, const ImageView& subject,
                                  const People& people, double scale, const SegmentOptions& options) {
  return with_opencv("Telling subjects apart", [&] {
    const cv::Mat photo = mat_of(rgb), depth = mat_of(disparity);
    struct Instance {
      double depth;
      cv::Mat mask;
    };
    std::vector<Instance> found;
    if (cv::countNonZero(mat_of(subject)) == 0) return std::vector<Image>();
    for (const cv::Mat& part : connected_parts(all_raised(photo, depth, mat_of(subject), scale, options))) {
      for (const cv::Mat& layer : split_by_depth(part, depth, people.faces)) {
        for (const cv::Mat& one : split_by_faces(layer, photo, people.faces)) {
          if (area_of(one) >= least_instance) found.push_back({median_of(depth, one), one});
        }
      }
    }
    int largest = 0;
    for (const Instance& instance : found) largest = std::max(largest, cv::countNonZero(instance.mask));
    std::erase_if(found, [&](const Instance& instance) {
      return cv::countNonZero(instance.mask) < least_of_largest * largest && !has_face(instance.mask, people.faces);
    });
    std::stable_sort(found.begin(), found.end(),
                     [](const Instance& a, const Instance& b) { return a.depth > b.depth; });
    std::vector<Image> masks;
    for (const Instance& instance : found) {
      Image mask(rgb.width, rgb.height, {Scalar::u8, 1});
      instance.mask.copyTo(mat_of(mask));
      masks.push_back(std::move(mask));
    }
    return masks;
  });
}

}  // namespace v1
}  // namespace relievo
