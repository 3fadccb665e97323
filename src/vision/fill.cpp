#include "vision/fill.hpp"

#include <cmath>
#include <exception>
#include <functional>
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

// Runs tasks on at most `threads` threads, the caller's included; the first exception is rethrown.
void run_all(std::vector<std::function<void()>>& tasks, int threads) {
  const std::size_t lanes = std::min<std::size_t>(tasks.size(), static_cast<std::size_t>(std::max(1, threads)));
  std::vector<std::exception_ptr> errors(lanes);
  const auto work = [&](std::size_t lane) {
    try {
      for (std::size_t i = lane; i < tasks.size(); i += lanes) tasks[i]();
    } catch (...) {
      errors[lane] = std::current_exception();
    }
  };
  std::vector<std::thread> others;
  for (std::size_t lane = 1; lane < lanes; ++lane) others.emplace_back(work, lane);
  work(0);
  for (std::thread& other : others) other.join();
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

// Photo's colour channels within `region`: u8 as they are, all others as f32 in units of
// 1/255, since Telea's gradient term is worth about one code value of 8 bits whatever the scale.
std::vector<cv::Mat> planes_of(const cv::Mat& region, int colors) {
  cv::Mat rgb = region;
  if (region.channels() == 4) cv::cvtColor(region, rgb, cv::COLOR_RGBA2RGB);
  if (rgb.depth() == CV_8U) return {rgb};
  cv::Mat wide;
  rgb.convertTo(wide, CV_32F, rgb.depth() == CV_16U ? 255.0 / 65535 : 255.0);
  std::vector<cv::Mat> planes(static_cast<std::size_t>(colors));
  cv::split(wide, planes);
  return planes;
}

}  // namespace

std::int64_t count_hole(const ImageView& mask) {
  return with_opencv("Reading a mask", [&] { return static_cast<std::int64_t>(cv::countNonZero(mat_of(mask))); });
}

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
    if (target.depth() == CV_16F && target.channels() == 4) {
      // cvtColor knows no half floats.
      std::vector<cv::Mat> parts;
      cv::split(target, parts);
      const cv::Mat alpha = parts[3];
      parts.pop_back();
      cv::Mat rgb;
      cv::merge(parts, rgb);
      Image scratch(rgb.cols, rgb.rows, {Scalar::f16, 3});
      rgb.copyTo(mat_of(scratch));
      Image part = Image(hole.cols, hole.rows, {Scalar::u8, 1});
      hole.copyTo(mat_of(part));
      fill_hole(scratch.mutable_view(), part, method, radius, threads, progress);
      cv::split(mat_of(scratch), parts);
      parts.push_back(alpha);
      cv::merge(parts, target);
      return;
    }
    const int colors = target.channels() == 1 ? 1 : 3;
    const std::vector<cv::Mat> planes = planes_of(target, colors);
    cv::Mat filled = fill_by(planes, hole, method, radius, threads, progress);
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
