// parallax, stereo: motion, and two eyes.
#include <filesystem>

#include "animation.hpp"
#include "flags.hpp"
#include "verbs.hpp"

namespace tool {

void add_parallax(CLI::App& app, Inputs& inputs) {
  struct Flags {
    relievo::ParallaxOptions options;
    int size = 0;
    long long max_bytes = 0;
    int crf = 20;
  };
  const auto flags = std::make_shared<Flags>();
  if (inputs.preset == Preset::spatial_photo) flags->options = relievo::ParallaxOptions::spatial_photo();
  CLI::App* verb = app.add_subcommand("parallax", "a moving camera over the still photo");
  add_common(*verb, inputs);
  add_flags(*verb, flags->options, inputs.texts);
  verb->add_option("--size", flags->size, "longer side of the animation, 0 = the photo's, 0 to 8192 px (0)")
      ->check(in_range("--size", 0, 8192, "px"))
      ->type_name("");
  verb->add_option("--crf", flags->crf, "constant rate factor of MP4 and HEVC, 0 to 51 (20)")
      ->check(in_range("--crf", 0, 51, ""))
      ->type_name("");
  verb->add_option("--max-bytes", flags->max_bytes, "most bytes of a GIF, 0 = no limit (0)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("");
  add_scene_flags(*verb, inputs);
  verb->footer("FILE: .mp4 .mov .gif .hevc. Default: NAME_parallax.mp4");
  verb->callback([&inputs, flags] {
    const relievo::Device device = inputs.open_device();
    const relievo::ParallaxAnimator animator(device, flags->options);
    const relievo::io::Photo photo = inputs.read_photo();
    const relievo::DepthMap depth = inputs.find_depth(device, photo);
    relievo::LayeredScene scene = inputs.bake_scene(device, photo, depth);
    if (!fits(scene, flags->size)) scene = fitted(scene, flags->size);
    const std::string path = inputs.output_or("_parallax.mp4");
    inputs.report.stage("parallax", [&] {
      relievo::io::VideoOptions options;
      options.fps = animator.fps();
      options.crf = flags->crf;
      options.threads = inputs.threads;
      options.max_bytes = flags->max_bytes;
      write_animation({path}, animator, scene, options, inputs.report.progress());
    });
    inputs.report.add_file(path, "a moving camera");
    inputs.report.print({});
  });
}

void add_stereo(CLI::App& app, Inputs& inputs) {
  struct Flags {
    relievo::StereoOptions options;
    std::string left, right;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* verb = app.add_subcommand("stereo", "two views of the photo");
  add_common(*verb, inputs);
  add_flags(*verb, flags->options, inputs.texts);
  verb->add_option("--left", flags->left, "write the left view too")->type_name("FILE");
  verb->add_option("--right", flags->right, "write the right view too")->type_name("FILE");
  add_scene_flags(*verb, inputs);
  verb->footer("FILE: a picture, or .mp4 .mov .hevc with frame packing. Default: NAME_stereo.jpg");
  verb->callback([&inputs, flags] {
    const relievo::Device device = inputs.open_device();
    const relievo::StereoEncoder stereo(device, flags->options);
    const relievo::io::Photo photo = inputs.read_photo();
    const relievo::DepthMap depth = inputs.find_depth(device, photo);
    const relievo::LayeredScene scene = inputs.bake_scene(device, photo, depth);
    const relievo::StereoPair pair =
        inputs.report.stage("stereo", [&] { return stereo.render(scene, inputs.report.progress()); });
    const std::string path = inputs.output_or("_stereo.jpg");
    inputs.report.stage("write", [&] {
      const relievo::Image packed = stereo.pack(pair);
      if (is_video_name(path)) {
        write_stereo_video(path, packed, flags->options.layout, inputs.threads);
      } else {
        relievo::io::write(path, packed, photo);
      }
      inputs.report.add_file(path, "both views, " + std::string(relievo::name_of(flags->options.layout)));
      if (!flags->left.empty()) {
        relievo::io::write(flags->left, pair.left, photo);
        inputs.report.add_file(flags->left, "left view");
      }
      if (!flags->right.empty()) {
        relievo::io::write(flags->right, pair.right, photo);
        inputs.report.add_file(flags->right, "right view");
      }
    });
    inputs.report.print({});
  });
}

}  // namespace tool
