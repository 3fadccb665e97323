#include <Eigen/Dense>
#include <cmath>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

// From the paper's equations (5), (6), (8) and (14), window by window.
std::vector<double> oracle(const Picture& guide, const Picture& in, int radius, double epsilon) {
  const int width = in.width(), height = in.height(), n = guide.channels();
  const auto each = [&](int x, int y, const auto& body) {
    for (int v = std::max(0, y - radius); v <= std::min(height - 1, y + radius); ++v) {
      for (int u = std::max(0, x - radius); u <= std::min(width - 1, x + radius); ++u) body(u, v);
    }
  };
  const auto color = [&](int x, int y) {
    Eigen::VectorXd v(n);
    for (int c = 0; c < n; ++c) v(c) = guide.at(x, y, c);
    return v;
  };
  std::vector<Eigen::VectorXd> a(std::size_t(width) * height);
  std::vector<double> b(a.size()), out(a.size());
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double count = 0, mean_p = 0;
      Eigen::VectorXd mean = Eigen::VectorXd::Zero(n), covariance = Eigen::VectorXd::Zero(n);
      Eigen::MatrixXd sigma = Eigen::MatrixXd::Zero(n, n);
      each(x, y, [&](int u, int v) {
        count += 1;
        mean += color(u, v);
        mean_p += in.at(u, v, 0);
      });
      mean /= count;
      mean_p /= count;
      each(x, y, [&](int u, int v) {
        const Eigen::VectorXd off = color(u, v) - mean;
        sigma += off * off.transpose();
        covariance += off * (in.at(u, v, 0) - mean_p);
      });
      sigma = sigma / count + epsilon * Eigen::MatrixXd::Identity(n, n);
      a[y * width + x] = sigma.inverse() * (covariance / count);
      b[y * width + x] = mean_p - a[y * width + x].dot(mean);
    }
  }
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double count = 0, sum = 0;
      each(x, y, [&](int u, int v) {
        count += 1;
        sum += a[v * width + u].dot(color(x, y)) + b[v * width + u];
      });
      out[y * width + x] = sum / count;
    }
  }
  return out;
}

TEST(GuidedFilter, MatchesThePaper) {
  TestEngine engine(2);
  for (const int channels : {1, 3}) {
    for (const Size size : {Size{1, 1}, Size{1, 9}, Size{9, 1}, Size{41, 37}, Size{23, 150}}) {
      const Picture guide = random_picture(size.width, size.height, {Scalar::f32, std::uint8_t(channels)}, 1);
      const Picture in = random_picture(size.width, size.height, {Scalar::f32, 1}, 2);
      for (const int radius : {1, 3, 8}) {
        for (const float epsilon : {1e-4f, 1e-2f}) {
          Picture out(size.width, size.height, {Scalar::f32, 1});
          engine.guided_filter(guide, in, out, radius, epsilon);
          const std::vector<double> expected = oracle(guide, in, radius, epsilon);
          EXPECT_TRUE(near(out, 2e-6, [&](int x, int y, int) { return expected[y * size.width + x]; }))
              << "radius " << radius << " epsilon " << epsilon << " channels " << channels;
        }
      }
    }
  }
}

TEST(GuidedFilter, IsLinearRegressionWhereWindowsHoldTheWholeImage) {
  TestEngine engine(2);
  constexpr int width = 150, height = 70, radius = 200;
  constexpr float epsilon = 1e-3f;
  for (const int channels : {1, 3}) {
    const Picture guide = random_picture(width, height, {Scalar::f32, std::uint8_t(channels)}, 1);
    const Picture in = random_picture(width, height, {Scalar::f32, 1}, 2);
    Eigen::MatrixXd colors(channels, width * height);
    Eigen::VectorXd values(width * height);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        for (int c = 0; c < channels; ++c) colors(c, y * width + x) = guide.at(x, y, c);
        values(y * width + x) = in.at(x, y, 0);
      }
    }
    const Eigen::VectorXd mean = colors.rowwise().mean();
    const double mean_value = values.mean();
    const Eigen::MatrixXd off = colors.colwise() - mean;
    const Eigen::MatrixXd sigma =
        off * off.transpose() / (width * height) + double(epsilon) * Eigen::MatrixXd::Identity(channels, channels);
    const Eigen::VectorXd a = sigma.inverse() * (off * values / (width * height));
    Picture out(width, height, {Scalar::f32, 1});
    engine.guided_filter(guide, in, out, radius, epsilon);
    EXPECT_TRUE(near(out, 2e-6, [&](int x, int y, int) { return mean_value + a.dot(off.col(y * width + x)); }))
        << channels;
  }
}

TEST(GuidedFilter, KeepsAConstantInput) {
  TestEngine engine(1);
  const Picture guide = random_picture(61, 47, {Scalar::f32, 3});
  const Picture in = constant_picture(61, 47, {Scalar::f32, 1}, 0.3);
  Picture out(61, 47, {Scalar::f32, 1});
  engine.guided_filter(guide, in, out, 5, 1e-4f);
  EXPECT_TRUE(near(out, 1e-6, [&](int, int, int) { return 0.3; }));
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
