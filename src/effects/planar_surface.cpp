#include "effects/planar_surface.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "effects/least_squares.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Pixels that planes are sought among, and triples of them that are tried for each.
constexpr int most_samples = 4096, triples = 150;
constexpr std::size_t most_planes = 3;
// Of all pixels, what a plane must have to be one.
constexpr double least_share = 0.1;
// Of all pixels, what must lie on planes that are to go on in place of one through all: else they are no planes.
constexpr double trusted_share = 0.75;
// Noise counts from here on, of the range of values.
constexpr double least_tolerance = 0.005;
// What more planes must leave of one plane's error, at most.
constexpr double worth = 2.0 / 3;

struct Sample {
  double x, y, value;
};

Plane fitted(const std::vector<Sample>& samples) {
  LeastSquares sums;
  for (const Sample& s : samples) sums.add(s.x, s.y, s.value);
  return sums.plane();
}

class Fitter {
 public:
  Fitter(const ImageView& values, const ImageView& known) : values_(values), known_(known) {}

  PlanarSurface fit() {
    take_samples();
    PlanarSurface best;
    best.planes = {fitted(samples_)};
    if (samples_.size() < 3) return best;
    measure();
    double least = score(best);
    const auto consider = [&](const PlanarSurface& tried, double factor) {
      const double found = score(tried) / factor;
      if (found < least && share_on(tried) >= trusted_share) {
        least = found;
        best = tried;
      }
    };
    const std::vector<Plane> planes = find_planes();
    PlanarSurface tried;
    for (const Plane& plane : planes) {
      tried.planes.push_back(plane);
      const std::size_t count = tried.planes.size();
      for (const auto join : {PlanarSurface::Join::largest, PlanarSurface::Join::smallest}) {
        tried.join = join;
        consider(tried, count == 1 ? 1 : worth);
      }
      if (count == 2) {
        if (const std::optional<Plane> side = parting(tried.planes)) {
          PlanarSurface parted{tried.planes, PlanarSurface::Join::line, *side};
          consider(parted, worth);
        }
      }
    }
    best.tolerance = tolerance_;
    return best;
  }

 private:
  bool known(int x, int y) const { return known_.row<std::uint8_t>(y)[x] != 0; }
  double value(int x, int y) const { return static_cast<double>(values_.row<float>(y)[x]); }

  template <class Body>
  void each_known(const Body& body) const {
    for (int y = 0; y < values_.height; ++y) {
      for (int x = 0; x < values_.width; ++x) {
        if (known(x, y)) body(x, y);
      }
    }
  }

  // One of every so many in the order of rows, so that each part of the picture has its share.
  void take_samples() {
    std::uint32_t count = 0, index = 0, taken = 0;
    each_known([&](int, int) { ++count; });
    const std::uint32_t step = std::max(1u, (count + most_samples - 1) / most_samples);
    each_known([&](int x, int y) {
      if (index == 0) taken = random() % step;
      if (index == taken) samples_.push_back({double(x), double(y), value(x, y)});
      index = (index + 1) % step;
    });
  }

  // Range of values and their noise: what pixels depart by from the plane through those around them.
  void measure() {
    const auto [low, high] = std::minmax_element(samples_.begin(), samples_.end(),
                                                 [](const Sample& a, const Sample& b) { return a.value < b.value; });
    std::vector<double> departures;
    const std::size_t step = samples_.size() / 512 + 1;
    for (std::size_t i = 0; i < samples_.size(); i += step) {
      const int x = int(samples_[i].x), y = int(samples_[i].y);
      LeastSquares around;
      for (int v = std::max(y - 2, 0); v <= std::min(y + 2, values_.height - 1); ++v) {
        for (int u = std::max(x - 2, 0); u <= std::min(x + 2, values_.width - 1); ++u) {
          if (known(u, v)) around.add(u, v, value(u, v));
        }
      }
      departures.push_back(std::fabs(around.plane().at(x, y) - samples_[i].value));
    }
    const auto middle = departures.begin() + std::ptrdiff_t(departures.size() / 2);
    std::nth_element(departures.begin(), middle, departures.end());
    // 1.4826 times the median is the standard deviation of what is normally distributed.
    tolerance_ = std::max(least_tolerance * (high->value - low->value), 3 * 1.4826 * *middle);
  }

  // Mean error, in which what lies elsewhere counts little. Without any it is not 0, so that no noise of arithmetic
  // decides.
  double score(const PlanarSurface& surface) const {
    double sum = 0;
    for (const Sample& s : samples_) {
      sum += std::min(std::fabs(surface.at(s.x, s.y) - s.value), 4 * tolerance_);
    }
    return sum / double(samples_.size()) + 0.02 * tolerance_;
  }

  double share_on(const PlanarSurface& surface) const {
    const auto on = std::count_if(samples_.begin(), samples_.end(), [&](const Sample& s) {
      return std::fabs(surface.at(s.x, s.y) - s.value) < tolerance_;
    });
    return double(on) / double(samples_.size());
  }

  std::vector<Plane> find_planes() {
    std::vector<Plane> planes;
    std::vector<Sample> left = samples_;
    const auto enough = std::max<std::size_t>(3, std::size_t(least_share * double(samples_.size())));
    while (planes.size() < most_planes && left.size() >= enough) {
      Plane plane = plane_of_most(left);
      std::vector<Sample> on;
      for (int round = 0; round < 4; ++round) {
        on.clear();
        for (const Sample& s : left) {
          if (std::fabs(plane.at(s.x, s.y) - s.value) < tolerance_) on.push_back(s);
        }
        if (on.size() < enough) return planes;
        plane = fitted(on);
      }
      planes.push_back(plane);
      std::erase_if(left, [&](const Sample& s) { return std::fabs(plane.at(s.x, s.y) - s.value) < 1.5 * tolerance_; });
    }
    return planes;
  }

  // Of planes through three pixels the one that departs least from all.
  Plane plane_of_most(const std::vector<Sample>& samples) {
    Plane best;
    double least = HUGE_VAL;
    for (int i = 0; i < triples; ++i) {
      LeastSquares three;
      for (int k = 0; k < 3; ++k) {
        const Sample& s = samples[random() % samples.size()];
        three.add(s.x, s.y, s.value);
      }
      const Plane plane = three.plane();
      double sum = 0;
      for (const Sample& s : samples) sum += std::min(std::fabs(plane.at(s.x, s.y) - s.value), tolerance_);
      if (sum < least) {
        least = sum;
        best = plane;
      }
    }
    return best;
  }

  // The line between what lies on the first plane and what lies on the second, along which both are neighbours; none
  // where they are nowhere.
  std::optional<Plane> parting(const std::vector<Plane>& planes) const {
    const auto second = [&](int x, int y) {
      return std::fabs(planes[1].at(x, y) - value(x, y)) < std::fabs(planes[0].at(x, y) - value(x, y));
    };
    double n = 0, mx = 0, my = 0, xx = 0, xy = 0, yy = 0;
    const auto add = [&](double x, double y) {
      ++n;
      const double dx = x - mx, dy = y - my;
      mx += dx / n;
      my += dy / n;
      xx += dx * (x - mx);
      xy += dx * (y - my);
      yy += dy * (y - my);
    };
    each_known([&](int x, int y) {
      const bool here = second(x, y);
      if (x + 1 < values_.width && known(x + 1, y) && second(x + 1, y) != here) add(x + 0.5, y);
      if (y + 1 < values_.height && known(x, y + 1) && second(x, y + 1) != here) add(x, y + 0.5);
    });
    if (n < 4) return {};
    // Across the line is the direction in which these pixels lie closest together.
    const double along = 0.5 * std::atan2(2 * xy, xx - yy);
    Plane side{-std::sin(along), std::cos(along), 0};
    side.c = -side.a * mx - side.b * my;
    int votes = 0;
    for (const Sample& s : samples_) votes += second(int(s.x), int(s.y)) == (side.at(s.x, s.y) > 0) ? 1 : -1;
    return votes >= 0 ? side : Plane{-side.a, -side.b, -side.c};
  }

  std::uint32_t random() {
    // Marsaglia, "Xorshift RNGs", Journal of Statistical Software 2003.
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }

  const ImageView values_, known_;
  std::vector<Sample> samples_;
  double tolerance_ = 0;
  std::uint32_t state_ = 2463534242u;
};

}  // namespace

double PlanarSurface::at(double x, double y) const {
  if (join == Join::line) return planes[side.at(x, y) > 0 ? 1 : 0].at(x, y);
  double value = planes[0].at(x, y);
  for (std::size_t i = 1; i < planes.size(); ++i) {
    const double other = planes[i].at(x, y);
    value = join == Join::largest ? std::max(value, other) : std::min(value, other);
  }
  return value;
}

PlanarSurface fit_surface(const ImageView& values, const ImageView& known) { return Fitter(values, known).fit(); }

}  // namespace v1
}  // namespace relievo
