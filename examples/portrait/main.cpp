// A photo with depth of field: portrait PHOTO [RESULT].
#include <cstdio>
#include <string>

#include <relievo/io/photo.hpp>
#include <relievo/relievo.hpp>

namespace {

relievo::Focus face_or_subject(const relievo::LayeredScene& scene) {
  try {
    return relievo::Focus::on_nearest_face(scene);
  } catch (const relievo::Error& error) {
    if (error.code() != relievo::ErrorCode::not_found) throw;
    return relievo::Focus::on_subject();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: portrait PHOTO [RESULT]\n");
    return 2;
  }
  const std::string result = argc > 2 ? argv[2] : "bokeh.jpg";
  try {
    const relievo::Device device = relievo::Device::best();
    const relievo::io::Photo photo = relievo::io::read(argv[1]);

    const relievo::DepthMap depth = relievo::DepthEstimator(device).estimate(photo.image);
    const relievo::LayeredScene scene = relievo::LayeredScene::bake(device, photo.image, depth);
    if (scene.layer_count() == 1) std::puts("no subject stands out; the whole photo is one layer");

    relievo::BokehOptions options;
    options.f_number = 1.8f;
    options.shape = relievo::Aperture::octagon;
    const relievo::BokehRenderer bokeh(device, options);
    relievo::io::write(result, bokeh.render(scene, face_or_subject(scene)), photo);
    std::printf("%s\n", result.c_str());
  } catch (const relievo::Error& error) {
    std::fprintf(stderr, "%s: %s\n", relievo::to_string(error.code()), error.what());
    return 1;
  }
}
