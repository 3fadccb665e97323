#include "vision/fill.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <exception>
#include <functional>
#include <system_error>
#include <thread>
#include <vector>

#include <opencv2/imgproc.hpp>
#include <opencv2/photo.hpp>

#include "vision/mat.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// The bilateral filter of the recipe: diameter 9 px, sigma 75 of 255 in colour, 75 px in space.
constexpr int bilateral_px = 9;
constexpr double bilateral_color = 75;
constexpr double bilateral_space = 75;
// Brighter than any picture; what floats hold beyond it is an accident.
constexpr double largest_half = 65504;

// Runs tasks on at most `threads` threads, the caller's included; the first one's exception is rethrown.
void run_all(const std::vector<std::function<void()>>& tasks, int threads) {
  std::vector<std::exception_ptr> errors(tasks.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < tasks.size(); i = next++) {
      try {
        tasks[i]();
      } catch (...) {
        errors[i] = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> others;
    try {
      while (others.size() + 1 < std::min<std::size_t>(tasks.size(), static_cast<std::size_t>(threads))) {
        others.emplace_back(work);
      }
    } catch (const std::system_error&) {
      // No more threads are to be had: those there are do it all.
    }
    work();
  }
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

// What surrounds a hole as far as filling it reads: OpenCV looks twice the radius outwards, the
// bilateral filter half its diameter.
cv::Rect region_of(const cv::Mat& mask, float radius) {
  const int margin = 2 * static_cast<int>(std::lround(radius)) + bilateral_px;
  cv::Rect box = cv::boundingRect(mask);
  box -= cv::Point(margin, margin);
  box += cv::Size(2 * margin, 2 * margin);
  return box & cv::Rect(0, 0, mask.cols, mask.rows);
}

// OpenCV fills three channels at once in 8 bits only; wider ones go one by one.
cv::Mat fill_by(const std::vector<cv::Mat>& planes, const cv::Mat& mask, InpaintMethod method, float radius,
                int threads, const Progress& progress) {
  std::vector<cv::Mat> telea(planes.size());
  std::vector<cv::Mat> fluid(planes.size());
  std::vector<std::function<void()>> tasks;
  for (std::size_t i = 0; i < planes.size(); ++i) {
    if (method != InpaintMethod::navier_stokes) {
      tasks.emplace_back([&, i] { cv::inpaint(planes[i], mask, telea[i], radius, cv::INPAINT_TELEA); });
    }
    if (method != InpaintMethod::telea) {
      tasks.emplace_back([&, i] { cv::inpaint(planes[i], mask, fluid[i], radius, cv::INPAINT_NS); });
    }
  }
  run_all(tasks, threads);
  progress.report(0.8, "fill");
  if (method == InpaintMethod::blend) {
    for (std::size_t i = 0; i < planes.size(); ++i) cv::addWeighted(telea[i], 0.5, fluid[i], 0.5, 0, telea[i]);
  }
  cv::Mat joined;
  cv::merge(method == InpaintMethod::navier_stokes ? fluid : telea, joined);
  return joined;
}

// Photo's colour channels within `region`: u8 as they are, all others as f32 in units of 1/255, since
// Telea's gradient term is worth about one code value of 8 bits whatever the scale. OpenCV reads beyond
// its tables where values are infinite, and one that is not a number spreads over the whole hole.
std::vector<cv::Mat> planes_of(const cv::Mat& region, int colors) {
  if (region.depth() == CV_8U) {
    cv::Mat rgb = region;
    if (region.channels() == 4) cv::cvtColor(region, rgb, cv::COLOR_RGBA2RGB);
    return {rgb};
  }
  cv::Mat wide;
  region.convertTo(wide, CV_32F, region.depth() == CV_16U ? 255.0 / 65535 : 255.0);
  if (region.depth() != CV_16U) {
    cv::patchNaNs(wide, 0);
    cv::min(wide, cv::Scalar::all(255 * largest_half), wide);
    cv::max(wide, cv::Scalar::all(-255 * largest_half), wide);
  }
  std::vector<cv::Mat> planes;
  cv::split(wide, planes);
  planes.resize(static_cast<std::size_t>(colors));
  return planes;
}

// OpenCV reads row and column 1 in place of row and column 0, filled or not: a hole that reaches them
// must not hold what it hides. It takes the nearest known pixels.
void cover_at_border(std::vector<cv::Mat>& planes, const cv::Mat& hole) {
  const bool reaches = cv::countNonZero(hole.rowRange(0, std::min(2, hole.rows))) > 0 ||
                       cv::countNonZero(hole.colRange(0, std::min(2, hole.cols))) > 0;
  if (!reaches) return;
  cv::Mat distance;
  cv::Mat labels;
  cv::distanceTransform(hole, distance, labels, cv::DIST_L2, 5, cv::DIST_LABEL_PIXEL);
  std::vector<cv::Point> known(hole.total() + 1);
  const auto each = [&](bool hidden, const auto& body) {
    for (int y = 0; y < hole.rows; ++y) {
      for (int x = 0; x < hole.cols; ++x) {
        if ((hole.at<std::uint8_t>(y, x) != 0) == hidden) body(x, y, static_cast<std::size_t>(labels.at<int>(y, x)));
      }
    }
  };
  each(false, [&](int x, int y, std::size_t label) { known[label] = {x, y}; });
  for (cv::Mat& plane : planes) {
    each(true, [&](int x, int y, std::size_t label) {
      std::memcpy(plane.ptr(y, x), plane.ptr(known[label].y, known[label].x), plane.elemSize());
    });
  }
}

}  // namespace

HoleRegion region_of_hole(const ImageView& mask, float radius) {
  return with_opencv("Reading a mask", [&] {
    const cv::Rect box = region_of(mat_of(mask), radius);
    return HoleRegion{box.x, box.y, box.width, box.height};
  });
}

void fill_hole(const MutableImageView& image, const ImageView& mask, InpaintMethod method, float radius, int threads,
               const Progress& progress) {
  with_opencv("Filling a hole", [&] {
    const cv::Mat whole_mask = mat_of(mask);
    const cv::Rect box = region_of(whole_mask, radius);
    const cv::Mat hole = whole_mask(box);
    cv::Mat target = mat_of(ImageView(image))(box);
    const int colors = target.channels() == 1 ? 1 : 3;
    std::vector<cv::Mat> planes = planes_of(target, colors);
    cover_at_border(planes, hole);
    // It reads row and column 1 where there are none, too.
    const int below = hole.rows == 1 ? 1 : 0;
    const int beside = hole.cols == 1 ? 1 : 0;
    const auto at_least_two = [&](const cv::Mat& mat) {
      cv::Mat out;
      cv::copyMakeBorder(mat, out, 0, below, 0, beside, cv::BORDER_REPLICATE);
      return out;
    };
    for (cv::Mat& plane : planes) plane = at_least_two(plane);
    cv::Mat filled =
        fill_by(planes, at_least_two(hole), method, radius, threads, progress)(cv::Rect(0, 0, hole.cols, hole.rows));
    if (method == InpaintMethod::blend) {
      cv::Mat smooth;
      cv::bilateralFilter(filled, smooth, bilateral_px, bilateral_color, bilateral_space);
      filled = smooth;
    }
    if (target.depth() != CV_8U)
      filled.convertTo(filled, target.depth(), target.depth() == CV_16U ? 65535.0 / 255 : 1.0 / 255);
    if (target.channels() == 4) {
      std::vector<cv::Mat> parts;
      std::vector<cv::Mat> colours;
      cv::split(target, parts);
      cv::split(filled, colours);
      std::copy(colours.begin(), colours.end(), parts.begin());
      cv::merge(parts, filled);
    }
    filled.copyTo(target, hole);
    progress.report(1, "fill");
  });
}

}  // namespace v1
}  // namespace relievo
