// A depth network whose answers are known: photos that carry their own disparity, seen as networks see.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <relievo/device.hpp>

#include "core/engine.hpp"
#include "core/networks.hpp"
#include "effects/working_copy.hpp"

namespace test {

/// Puts out the first channel of its input, blurred by 1 2 1. What is square is taken for a tile, which has a scale, a
/// shift, a tilt and a twist of its own, told by its pixels; what is not is the whole, which has none.
class SeeingNetwork : public relievo::DepthNetwork {
 public:
  explicit SeeingNetwork(relievo::Device device, relievo::DepthKind kind = relievo::DepthKind::disparity,
                         int side = 224)
      : device_(std::move(device)) {
    facts_.input.side = side;
    facts_.kind = kind;
  }

  const Facts& facts() const override { return facts_; }
  void infer(const relievo::ImageView* photos, const relievo::MutableImageView* depths, int count) override {
    asked.push_back(count);
    for (int i = 0; i < count; ++i) {
      relievo::Image keep;
      const relievo::ImageView in = relievo::on_host(photos[i], device_, keep);
      relievo::Image out = blurred(in);
      if (in.width == in.height) as_tile(out);
      if (facts_.kind == relievo::DepthKind::metres) each(out, [](float v, double, double) { return 1 / v; });
      device_.engine().copy(out, depths[i]);
    }
  }

  /// How many photos or tiles each call brought.
  std::vector<int> asked;

 protected:
  template <class Function>
  static void each(relievo::Image& image, const Function& function) {
    for (int y = 0; y < image.height(); ++y) {
      float* row = image.row<float>(y);
      for (int x = 0; x < image.width(); ++x) {
        row[x] = static_cast<float>(function(row[x], (x + 0.5) / image.width(), (y + 0.5) / image.height()));
      }
    }
  }
  virtual void as_tile(relievo::Image& depth) {
    double sum = 0;
    each(depth, [&](float v, double x, double y) { return sum += v * (1 + x + 2 * y), v; });
    const double gain = 0.5 + std::fmod(7 * sum, 1.5), right = std::fmod(11 * sum, 0.6) - 0.3,
                 down = std::fmod(13 * sum, 0.6) - 0.3, shift = 1 + std::fmod(17 * sum, 2);
    each(depth, [&](float v, double x, double y) { return gain * v + right * x + down * y + right * x * y + shift; });
  }

 private:
  static relievo::Image blurred(const relievo::ImageView& in) {
    relievo::Image out(in.width, in.height, {relievo::Scalar::f32, 1});
    for (int y = 0; y < in.height; ++y) {
      for (int x = 0; x < in.width; ++x) {
        double sum = 0;
        for (int j = -1; j <= 1; ++j) {
          const float* row = in.row<float>(std::clamp(y + j, 0, in.height - 1));
          for (int i = -1; i <= 1; ++i) {
            sum += (2 - std::abs(i)) * (2 - std::abs(j)) * row[3 * std::clamp(x + i, 0, in.width - 1)] / 16.0;
          }
        }
        out.row<float>(y)[x] = static_cast<float>(sum);
      }
    }
    return out;
  }

  relievo::Device device_;
  Facts facts_;
};

}  // namespace test
