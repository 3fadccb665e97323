// A stranger's program in C++17: a photo of its own making through every effect and into files.
#include <cmath>
#include <cstdio>
#include <string>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>
#include <relievo/relievo.hpp>

namespace {

relievo::Image picture() {
  relievo::Image image(160, 120, {relievo::Scalar::u8, 3});
  for (int y = 0; y < image.height(); ++y) {
    auto* row = image.row<unsigned char>(y);
    for (int x = 0; x < image.width(); ++x) {
      const bool subject = std::hypot(x - 80, y - 70) < 35;
      row[3 * x] = static_cast<unsigned char>(subject ? 220 : x);
      row[3 * x + 1] = static_cast<unsigned char>(subject ? 90 + (x * y) % 40 : 2 * y);
      row[3 * x + 2] = static_cast<unsigned char>(subject ? 60 : 120);
    }
  }
  return image;
}

int run(const std::string& folder) {
  relievo::io::write(folder + "/photo.png", picture());
  const relievo::io::Photo photo = relievo::io::read(folder + "/photo.png");

  const relievo::Device device = relievo::Device::cpu(2);
  const relievo::DepthEstimator estimator(device);
  const relievo::DepthMap depth = estimator.estimate(photo.image);
  relievo::io::write_depth(folder + "/depth.pfm", depth);
  const relievo::LayeredScene scene = relievo::LayeredScene::bake(device, photo.image, depth);

  relievo::BokehOptions bokeh;
  bokeh.f_number = 1.8f;
  relievo::io::write(folder + "/bokeh.png", relievo::BokehRenderer(device, bokeh).render(scene), photo);

  relievo::ParallaxOptions parallax;
  parallax.frames = 4;
  int frames = 0;
  relievo::ParallaxAnimator(device, parallax).render(scene, [&](int, const relievo::ImageView&) { ++frames; });

  const relievo::StereoEncoder stereo(device);
  relievo::io::write(folder + "/stereo.png", stereo.pack(stereo.render(scene)), photo);

  const relievo::Image read_back = std::move(relievo::io::read(folder + "/stereo.png").image);
  std::printf("relievo %s: depth by %s, %d frames, stereo %dx%d\n", relievo::version(), estimator.model().c_str(),
              frames, read_back.width(), read_back.height());
  return frames > 0 && read_back.width() == 320 && read_back.height() == 120 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? argv[1] : ".");
  } catch (const relievo::Error& error) {
    std::fprintf(stderr, "%s: %s\n", relievo::to_string(error.code()), error.what());
    return 1;
  }
}
