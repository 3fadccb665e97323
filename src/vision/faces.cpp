#include "vision/faces.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <set>
#include <string>
#include <tuple>

#include <opencv2/core/utility.hpp>
#include <opencv2/imgproc.hpp>

#include "vision/cascade.hpp"
#include "vision/mat.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// The first looks at the whole photo, the others at what it points out.
constexpr const char* cascade_names[] = {"haarcascade_frontalface_default.xml", "haarcascade_frontalface_alt2.xml",
                                         "haarcascade_profileface.xml"};

std::string cascade_folder() {
  const char* folder = std::getenv("RELIEVO_HAAR_DIR");
  return folder != nullptr ? folder : RELIEVO_DEFAULT_HAAR_DIR;
}

// A classifier holds scratch memory, so each thread has its own.
cv::CascadeClassifier& cascade_of_this_thread(int kind) {
  struct Loaded {
    std::string path;
    cv::CascadeClassifier classifier;
  };
  thread_local std::array<Loaded, std::size(cascade_names)> all;
  Loaded& one = all[static_cast<std::size_t>(kind)];
  const std::string path = cascade_folder() + "/" + cascade_names[kind];
  if (path != one.path) {
    one.classifier = read_cascade(path);
    one.path = path;
  }
  return one.classifier;
}

// One cascade's answer, on the photo as it is or mirrored.
struct Vote {
  cv::Rect box;
  int weight;
  int cascade;
  bool mirrored;
};

// Where and how large a cascade looks for faces.
struct Search {
  cv::Rect part;
  int least;
  int most;
  int cascade;
  bool mirrored;
};

std::vector<Vote> search(const cv::Mat& grey, const Search& task) {
  std::vector<Vote> votes;
  cv::CascadeClassifier& cascade = cascade_of_this_thread(task.cascade);
  if (cascade.empty()) return votes;
  cv::Mat part = grey(task.part);
  if (task.mirrored) {
    cv::Mat flipped;
    cv::flip(part, flipped, 1);
    part = flipped;
  }
  std::vector<cv::Rect> boxes;
  std::vector<int> weights;
  cascade.detectMultiScale(part, boxes, weights, 1.1, 2, 0, {task.least, task.least}, {task.most, task.most});
  for (std::size_t k = 0; k < boxes.size(); ++k) {
    cv::Rect box = boxes[k];
    if (task.mirrored) box.x = part.cols - box.x - box.width;
    votes.push_back({box + task.part.tl(), weights[k], task.cascade, task.mirrored});
  }
  return votes;
}

// Each search is a task of its own; the answers keep the order of the searches.
std::vector<Vote> search_all(const cv::Mat& grey, const std::vector<Search>& tasks) {
  std::vector<std::vector<Vote>> answers(tasks.size());
  cv::parallel_for_(
      {0, static_cast<int>(tasks.size())},
      [&](const cv::Range& range) {
        for (int i = range.start; i < range.end; ++i) {
          answers[static_cast<std::size_t>(i)] = search(grey, tasks[static_cast<std::size_t>(i)]);
        }
      },
      static_cast<double>(tasks.size()));
  std::vector<Vote> votes;
  for (const auto& answer : answers) votes.insert(votes.end(), answer.begin(), answer.end());
  return votes;
}

bool overlap(const cv::Rect& a, const cv::Rect& b) {
  const double shared = (a & b).area();
  return shared > 0.4 * (a.area() + b.area() - shared);
}

std::vector<Vote> ask_all(const cv::Mat& grey) {
  const cv::Rect everything(0, 0, grey.cols, grey.rows);
  const int least = std::max(24, std::min(grey.cols, grey.rows) / 25);
  const int most = std::max(grey.cols, grey.rows);
  std::vector<Vote> votes = search_all(grey, {{everything, least, most, 0, false}, {everything, least, most, 0, true}});
  std::vector<cv::Rect> hints;
  for (const Vote& vote : votes) {
    const auto known = [&](const cv::Rect& hint) { return overlap(hint, vote.box); };
    if (std::none_of(hints.begin(), hints.end(), known)) hints.push_back(vote.box);
  }
  std::vector<Search> tasks;
  for (const cv::Rect& hint : hints) {
    const int side = hint.width;
    const cv::Rect around = cv::Rect(hint.x - side / 2, hint.y - side / 2, 2 * side, 2 * side) & everything;
    for (int cascade = 1; cascade < static_cast<int>(std::size(cascade_names)); ++cascade) {
      for (const bool mirrored : {false, true})
        tasks.push_back({around, side * 3 / 5, side * 5 / 3, cascade, mirrored});
    }
  }
  const std::vector<Vote> seconds = search_all(grey, tasks);
  votes.insert(votes.end(), seconds.begin(), seconds.end());
  std::sort(votes.begin(), votes.end(), [](const Vote& a, const Vote& b) {
    return std::tie(b.weight, a.cascade, a.mirrored, a.box.x, a.box.y) <
           std::tie(a.weight, b.cascade, b.mirrored, b.box.x, b.box.y);
  });
  // Parts that overlap show a cascade the same face twice.
  std::vector<Vote> distinct;
  for (const Vote& vote : votes) {
    const auto same = [&](const Vote& known) {
      return known.cascade == vote.cascade && known.mirrored == vote.mirrored && overlap(known.box, vote.box);
    };
    if (std::none_of(distinct.begin(), distinct.end(), same)) distinct.push_back(vote);
  }
  return distinct;
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
