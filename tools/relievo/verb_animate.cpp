// parallax, stereo: motion, and two eyes.
#include "animation.hpp"
#include "common/files.hpp"
#include "common/flags.hpp"
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
  add_common(*verb, inputs, "the animation: .mp4 .mov .gif .hevc (NAME_parallax.mp4)");
  add_flags(*verb, flags->options, inputs.texts);
  add_number(*verb, {"size", "longer side of the animation, 0 = the photo's", "px", 0, 8192}, flags->size);
  CLI::Option* crf = add_number(
      *verb, {"crf", "constant rate factor of .mp4, .mov and .hevc, lower is better", "", 0, 51}, flags->crf);
  CLI::Option* max_bytes = add_number(
      *verb, "--max-bytes", flags->max_bytes, "most bytes of a .gif, at least 10000, 0 = no limit",
      [](double bytes) { return bytes == 0 || (bytes >= 10000 && bytes <= 1e12); },
      "0, no limit, or a whole number from 10000 to 1e12");
  add_scene_flags(*verb, inputs);
  verb->callback([&inputs, flags, crf, max_bytes] {
    const std::string path = inputs.output_or("_parallax.mp4");
    relievo::io::check_video_path(path);
    const bool gif = extension_of(path) == ".gif";
    if (const CLI::Option* idle = gif ? crf : max_bytes; idle->count() > 0) {
      throw CLI::ValidationError(idle->get_name() + " does nothing for " + path + ".");
    }
    const relievo::Device device = inputs.open_device();
    const relievo::ParallaxAnimator animator(device, flags->options);
    const relievo::io::Photo photo = inputs.read_photo();
    const relievo::DepthMap depth = inputs.find_depth(device, photo);
    relievo::LayeredScene scene = inputs.bake_scene(device, photo, depth, inputs.find_matte(device, photo, depth));
    if (!fits(scene, flags->size)) scene = fitted(scene, flags->size);
    inputs.report.stage("parallax", [&] {
      relievo::io::VideoOptions options;
      options.fps = animator.fps();
      options.crf = flags->crf;
      options.threads = encoder_threads(inputs.threads);
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
  if (inputs.preset == Preset::spatial_photo) flags->options = relievo::StereoOptions::spatial_photo();
  CLI::App* verb = app.add_subcommand("stereo", "two views of the photo");
  add_common(*verb, inputs,
             "both views: .jpg .png .tif .webp .exr, or .mp4 .mov .hevc with frame packing (NAME_stereo.jpg)");
  add_flags(*verb, flags->options, inputs.texts);
  verb->add_option("--left", flags->left, "write the left view too")->type_name("FILE");
  verb->add_option("--right", flags->right, "write the right view too")->type_name("FILE");
  add_scene_flags(*verb, inputs);
  verb->callback([&inputs, flags] {
    const std::string path = inputs.output_or("_stereo.jpg");
    const std::string kind = extension_of(path);
    const bool is_video = kind == ".mp4" || kind == ".mov" || kind == ".hevc";
    is_video ? relievo::io::check_video_path(path) : relievo::io::check_photo_path(path);
    for (const std::string& view : {flags->left, flags->right}) {
      if (!view.empty()) relievo::io::check_photo_path(view);
    }
    const relievo::Device device = inputs.open_device();
    const relievo::StereoEncoder stereo(device, flags->options);
    const relievo::io::Photo photo = inputs.read_photo();
    const relievo::DepthMap depth = inputs.find_depth(device, photo);
    const relievo::LayeredScene scene =
        inputs.bake_scene(device, photo, depth, inputs.find_matte(device, photo, depth));
    const relievo::StereoPair pair =
        inputs.report.stage("stereo", [&] { return stereo.render(scene, inputs.report.progress()); });
    inputs.report.stage("write", [&] {
      const relievo::Image packed = stereo.pack(pair);
      if (is_video) {
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
