// depth, segment, inpaint, bokeh: one photo in, one picture out.
#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "flags.hpp"
#include "verbs.hpp"

namespace tool {
namespace {

void write_picture(Inputs& inputs, const std::string& path, const relievo::ImageView& image,
                   const relievo::io::Photo* source, const std::string& shows) {
  inputs.report.stage("write", [&] { relievo::io::write(path, image, source); });
  inputs.report.add_file(path, shows);
  inputs.report.print({});
}

}  // namespace

void add_depth(CLI::App& app, Inputs& inputs) {
  CLI::App* verb = app.add_subcommand("depth", "estimate depth, or convert a depth file");
  add_common(*verb, inputs);
  add_depth_flags(*verb, inputs);
  verb->footer("FILE: .pfm .npy .exr hold the float values, .png 16 bits, .jpg a picture. Default: NAME_depth.png");
  verb->callback([&inputs] {
    const relievo::Device device = inputs.open_device();
    const relievo::io::Photo photo = inputs.read_photo();
    const relievo::DepthMap depth = inputs.find_depth(device, photo);
    const std::string path = inputs.output_or("_depth.png");
    inputs.report.stage("write", [&] { relievo::io::write_depth(path, depth); });
    const bool picture = path.ends_with(".png") || path.ends_with(".jpg") || path.ends_with(".jpeg");
    inputs.report.add_file(
        path, picture ? "depth, near is bright or warm" : "depth as " + std::string(relievo::name_of(depth.kind())));
    inputs.report.print({});
  });
}

void add_segment(CLI::App& app, Inputs& inputs) {
  CLI::App* verb = app.add_subcommand("segment", "find the subject's matte");
  add_common(*verb, inputs);
  add_depth_flags(*verb, inputs);
  verb->add_option("--preset", "a published recipe: spatial-photo")
      ->type_name("NAME")
      ->check(CLI::IsMember({"spatial-photo"}));
  add_flags(*verb, inputs.bake.segment, inputs.texts);
  verb->footer("Default output: NAME_matte.png");
  verb->callback([&inputs] {
    const relievo::Device device = inputs.open_device();
    const relievo::io::Photo photo = inputs.read_photo();
    const relievo::DepthMap depth = inputs.find_depth(device, photo);
    const relievo::Image matte = inputs.report.stage("matte", [&] {
      return relievo::Segmenter(device, inputs.bake.segment).segment(photo.image, depth, inputs.report.progress());
    });
    write_picture(inputs, inputs.output_or("_matte.png"), matte, nullptr, "matte of the subject");
  });
}

void add_inpaint(CLI::App& app, Inputs& inputs) {
  CLI::App* verb = app.add_subcommand("inpaint", "fill what a mask covers, or what the subject hides");
  add_common(*verb, inputs);
  add_depth_flags(*verb, inputs);
  verb->add_option("--mask", inputs.mask, "what to fill; without it, the subject")->type_name("FILE");
  add_flags(*verb, inputs.bake.inpaint, inputs.texts);
  verb->footer("Default output: NAME_background.png");
  verb->callback([&inputs] {
    const relievo::Device device = inputs.open_device();
    const relievo::io::Photo photo = inputs.read_photo();
    const relievo::Image mask = inputs.read_mask(photo.image);
    relievo::Image filled;
    if (!mask.empty()) {
      filled = inputs.report.stage("fill", [&] {
        return relievo::Inpainter(device, inputs.bake.inpaint).inpaint(photo.image, mask, inputs.report.progress());
      });
    } else {
      const relievo::DepthMap depth = inputs.find_depth(device, photo);
      const relievo::LayeredScene scene = inputs.bake_scene(device, photo, depth);
      filled = relievo::Image::copy_of(scene.layer(0).color);
    }
    write_picture(inputs, inputs.output_or("_background.png"), filled, &photo, "the photo with the hole filled");
  });
}

void add_bokeh(CLI::App& app, Inputs& inputs) {
  struct Flags {
    relievo::BokehOptions options;
    float focus = -1;
    bool face = false;
  };
  const auto flags = std::make_shared<Flags>();
  if (inputs.preset == Preset::spatial_photo) flags->options = relievo::BokehOptions::spatial_photo();
  CLI::App* verb = app.add_subcommand("bokeh", "depth of field");
  add_common(*verb, inputs);
  add_flags(*verb, flags->options, inputs.texts);
  verb->add_option("--focus-disparity", flags->focus,
                   "what is sharp, 0 (farthest) to 1 (nearest); default: the subject")
      ->check(in_range("--focus-disparity", 0.0, 1.0, ""))
      ->type_name("");
  verb->add_flag("--focus-face", flags->face, "focus on the largest face");
  add_scene_flags(*verb, inputs);
  verb->footer("Default output: NAME_bokeh.jpg");
  verb->callback([&inputs, flags] {
    const relievo::Device device = inputs.open_device();
    const relievo::BokehRenderer bokeh(device, flags->options);
    const relievo::io::Photo photo = inputs.read_photo();
    const relievo::DepthMap depth = inputs.find_depth(device, photo);
    const relievo::LayeredScene scene = inputs.bake_scene(device, photo, depth);
    const relievo::Image picture = inputs.report.stage("bokeh", [&] {
      const relievo::Focus focus = flags->face ? relievo::Focus::on_nearest_face(scene) : relievo::Focus{flags->focus};
      return bokeh.render(scene, focus, inputs.report.progress());
    });
    write_picture(inputs, inputs.output_or("_bokeh.jpg"), picture, &photo, "depth of field");
  });
}

}  // namespace tool
