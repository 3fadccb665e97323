// A moving camera over a still photo: animate PHOTO RESULT [DEPTH].
#include <algorithm>
#include <cstdio>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>
#include <relievo/io/video.hpp>
#include <relievo/relievo.hpp>

namespace {

constexpr double longest_side = 480;

relievo::DepthMap find_depth(const relievo::Device& device, const relievo::ImageView& photo, const char* file) {
  if (file == nullptr) return relievo::DepthEstimator(device).estimate(photo);
  return relievo::io::read_depth(file).resized(photo.width, photo.height);
}

void animate(const char* photo_file, const char* result, const char* depth_file) {
  const relievo::Device device = relievo::Device::best();
  const relievo::io::Photo photo = relievo::io::read(photo_file);
  const relievo::DepthMap depth = find_depth(device, photo.image, depth_file);

  // Baked at the photo's size, where the matte is best, then made as small as the animation.
  relievo::LayeredScene scene = relievo::LayeredScene::bake(device, photo.image, depth);
  const double scale = longest_side / std::max(scene.width(), scene.height());
  if (scale < 1) {
    scene = scene.resized(std::max(1, static_cast<int>(scene.width() * scale)),
                          std::max(1, static_cast<int>(scene.height() * scale)));
  }
  // A lens makes what lies far away soft in every frame at once.
  scene = relievo::BokehRenderer(device).defocus(scene);

  const relievo::ParallaxAnimator animator(
      device,
      {.path = relievo::CameraPath::circle, .loop = relievo::ParallaxLoop::continuous, .frames = 40, .fps = 20});
  relievo::io::VideoWriter writer(result, {.fps = animator.fps()});
  animator.render(
      scene, [&](int, const relievo::ImageView& frame) { writer.add(frame); },
      [](double fraction, std::string_view) {
        std::fprintf(stderr, "\r%3.0f %%", 100 * fraction);
        return true;  // false would cancel
      });
  writer.finish();
  std::fprintf(stderr, "\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: animate PHOTO RESULT.gif|.mp4|.mov [DEPTH]\n");
    return 2;
  }
  try {
    animate(argv[1], argv[2], argc > 3 ? argv[3] : nullptr);
  } catch (const relievo::Error& error) {
    std::fprintf(stderr, "%s: %s\n", relievo::to_string(error.code()), error.what());
    return 1;
  }
}
