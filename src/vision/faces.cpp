#include "vision/faces.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

#include "vision/mat.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr const char* cascade_names[] = {"haarcascade_frontalface_default.xml", "haarcascade_frontalface_alt2.xml",
                                         "haarcascade_profileface.xml"};

std::string cascade_folder() {
  const char* folder = std::getenv("RELIEVO_HAAR_DIR");
  return folder != nullptr ? folder : RELIEVO_DEFAULT_HAAR_DIR;
}

// A classifier holds scratch memory, so each thread has its own.
struct Cascades {
  std::string folder;
  std::vector<cv::CascadeClassifier> all;

  static Cascades& of_this_thread() {
    thread_local Cascades cascades;
    const std::string folder = cascade_folder();
    if (folder != cascades.folder) {
      cascades.folder = folder;
      cascades.all.clear();
      for (const char* name : cascade_names) {
        const std::string path = folder + "/" + name;
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored)) continue;
        if (cv::CascadeClassifier one; one.load(path)) cascades.all.push_back(std::move(one));
      }
    }
    return cascades;
  }
};

// One cascade's answer, on the photo as it is or mirrored.
struct Vote {
  cv::Rect box;
  int weight;
  int cascade;
  bool mirrored;
};

std::vector<Vote> ask_all(const cv::Mat& grey) {
  std::vector<Vote> votes;
  cv::Mat flipped;
  cv::flip(grey, flipped, 1);
  Cascades& cascades = Cascades::of_this_thread();
  const int least = std::max(24, std::min(grey.cols, grey.rows) / 25);
  for (std::size_t i = 0; i < cascades.all.size(); ++i) {
    for (const bool mirrored : {false, true}) {
      std::vector<cv::Rect> boxes;
      std::vector<int> weights;
      cascades.all[i].detectMultiScale(mirrored ? flipped : grey, boxes, weights, 1.1, 2, 0, {least, least});
      for (std::size_t k = 0; k < boxes.size(); ++k) {
        if (mirrored) boxes[k].x = grey.cols - boxes[k].x - boxes[k].width;
        votes.push_back({boxes[k], weights[k], static_cast<int>(i), mirrored});
      }
    }
  }
  std::sort(votes.begin(), votes.end(), [](const Vote& a, const Vote& b) {
    return std::tie(b.weight, a.cascade, a.mirrored, a.box.x, a.box.y) <
           std::tie(a.weight, b.cascade, b.mirrored, b.box.x, b.box.y);
  });
  return votes;
}

bool overlap(const cv::Rect& a, const cv::Rect& b) {
  const double shared = (a & b).area();
  return shared > 0.4 * (a.area() + b.area() - shared);
}

// Skin of every tone lies in one small region of chroma (Chai and Ngan, IEEE TCSVT 1999); a photo
// without colour says nothing.
bool may_be_skin(const cv::Mat& rgb, const cv::Rect& box) {
  const cv::Rect inner(box.x + box.width / 4, box.y + box.height / 4, std::max(1, box.width / 2),
                       std::max(1, box.height / 2));
  cv::Mat chroma;
  cv::cvtColor(rgb(inner & cv::Rect(0, 0, rgb.cols, rgb.rows)), chroma, cv::COLOR_RGB2YCrCb);
  cv::Mat grey;
  cv::inRange(chroma, cv::Scalar(0, 125, 125), cv::Scalar(255, 131, 131), grey);
  cv::Mat skin;
  cv::inRange(chroma, cv::Scalar(20, 132, 75), cv::Scalar(255, 180, 130), skin);
  return cv::mean(grey)[0] > 0.95 * 255 || cv::mean(skin)[0] > 0.4 * 255;
}

}  // namespace

std::vector<Face> detect_faces(const ImageView& rgb) {
  return with_opencv("Finding faces", [&] {
    std::vector<Face> faces;
    const cv::Mat photo = mat_of(rgb);
    cv::Mat grey;
    cv::cvtColor(photo, grey, cv::COLOR_RGB2GRAY);
    std::vector<std::vector<Vote>> groups;
    for (const Vote& vote : ask_all(grey)) {
      const auto same = std::find_if(groups.begin(), groups.end(),
                                     [&](const auto& group) { return overlap(group.front().box, vote.box); });
      if (same != groups.end()) {
        same->push_back(vote);
      } else {
        groups.push_back({vote});
      }
    }
    // One cascade alone errs often; two that agree, one of them also in the mirror, seldom do.
    for (const auto& group : groups) {
      std::set<int> kinds;
      int weight = 0;
      for (const Vote& vote : group) {
        kinds.insert(vote.cascade);
        weight += vote.weight;
      }
      const cv::Rect box = group.front().box;
      if (kinds.size() < 2 || group.size() < 3 || weight < 18 || !may_be_skin(photo, box)) continue;
      faces.push_back({box.x, box.y, box.width, box.height});
    }
    std::stable_sort(faces.begin(), faces.end(), [](const Face& a, const Face& b) { return a.width > b.width; });
    return faces;
  });
}

}  // namespace v1
}  // namespace relievo
