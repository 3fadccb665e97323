// Buffers in, buffers out: no files, no io library, depth of one's own, nothing allocated per picture.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <relievo/relievo.hpp>

namespace {

constexpr int width = 320, height = 240;

// A disc 1 m away before a wall 4 m away, in a program's own memory.
struct Frame {
  std::vector<std::uint8_t> rgb;
  std::vector<float> metres;
};

Frame make_frame() {
  Frame frame{std::vector<std::uint8_t>(3 * width * height), std::vector<float>(width * height)};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int at = y * width + x;
      const bool disc = std::hypot(x - width / 2, y - height / 2) < height / 4;
      const bool check = (x / 8 + y / 8) % 2 == 0;
      frame.metres[at] = disc ? 1.0f : 4.0f;
      frame.rgb[3 * at] = disc ? 220 : check ? 200 : 40;
      frame.rgb[3 * at + 1] = disc ? 120 : check ? 200 : 60;
      frame.rgb[3 * at + 2] = disc ? 60 : check ? 200 : 90;
    }
  }
  return frame;
}

// Mean difference of neighbours in a row: how sharp the checks of the wall are.
double sharpness(const relievo::ImageView& image, int y) {
  const auto* row = image.row<std::uint8_t>(y);
  double sum = 0;
  for (int x = 1; x < image.width; ++x) sum += std::abs(row[3 * x] - row[3 * x - 3]);
  return sum / (image.width - 1);
}

void run() {
  const relievo::Device device = relievo::Device::best();
  Frame frame = make_frame();

  // Views borrow the buffers; nothing is copied here.
  const relievo::ImageView photo{frame.rgb.data(), width, height, 3 * width, {relievo::Scalar::u8, 3}, {}, {}};
  const relievo::ImageView metres{frame.metres.data(),       width, height, width * std::int64_t{sizeof(float)},
                                  {relievo::Scalar::f32, 1}, {},    {}};

  const relievo::DepthMap depth(metres, relievo::DepthKind::metres);
  const relievo::LayeredScene scene = relievo::LayeredScene::bake(device, photo, depth);

  relievo::BokehOptions options;
  options.f_number = 1.4f;
  relievo::BokehRenderer bokeh(device, options);
  bokeh.reserve(width, height);
  const std::size_t reserved = bokeh.scratch_bytes();

  relievo::Image out = device.allocate(width, height, scene.format(), scene.color());
  const relievo::Stream stream(device);
  for (const float focus : {0.0f, 0.5f, 1.0f}) {
    bokeh.render_into(scene, relievo::Focus::on_disparity(focus), out.mutable_view(), stream);
    stream.synchronize();
    const relievo::Image picture = device.download(out);
    std::printf("focus %.1f: the wall's sharpness is %.1f\n", focus, sharpness(picture, 10));
  }
  std::printf("%zu bytes of scratch memory, %s\n", bokeh.scratch_bytes(),
              bokeh.scratch_bytes() == reserved ? "as reserved" : "more than was reserved");
}

}  // namespace

int main() {
  try {
    run();
  } catch (const relievo::Error& error) {
    std::fprintf(stderr, "%s: %s\n", relievo::to_string(error.code()), error.what());
    return 1;
  }
}
