// The same doors with C++20's designated initialisers, and an exception that crosses the boundary.
#include <cstdio>
#include <string>

#include <relievo/relievo.hpp>

int main() {
  const relievo::Device device = relievo::Device::cpu(1);
  relievo::BokehRenderer bokeh(device, {.shape = relievo::Aperture::hexagon, .f_number = 1.8f});
  relievo::ParallaxAnimator animator(device, {.frames = 5, .zoom = 1.05f});
  try {
    relievo::StereoEncoder stereo(device, {.divergence = 7});
  } catch (const relievo::Error& error) {
    const std::string sentence = error.what();
    std::printf("%s\n", sentence.c_str());
    return error.code() == relievo::ErrorCode::invalid_argument && sentence.find("divergence") != std::string::npos ? 0
                                                                                                                    : 1;
  }
  return 1;
}
