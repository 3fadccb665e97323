// depth, inpaint, bokeh: one photo in, one picture out.
#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "bokeh_flags.hpp"
#include "common/files.hpp"
#include "common/flags.hpp"
#include "focus_flags.hpp"
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
  add_common(*verb, inputs,
             "the depth: .pfm .npy .exr hold the values, .png 16 bits, .jpg is for the eye (NAME_depth.png)");
  add_depth_flags(*verb, inputs);
  verb->callback([&inputs] {
    const std::string path = inputs.output_or("_depth.png");
    relievo::io::check_depth_path(path);
    const relievo::Device device = inputs.open_device();
    const relievo::io::Photo photo = inputs.read_photo();
    const relievo::DepthMap depth = inputs.find_depth(device, photo);
    inputs.report.stage("write", [&] { relievo::io::write_depth(path, depth); });
    const std::string kind = extension_of(path);
    inputs.report.add_file(path, kind == ".png" ? "depth, 16 bits: bright is near"
                                 : kind == ".jpg" || kind == ".jpeg"
                                     ? "depth for the eye: warm is near"
                                     : "depth as " + std::string(name_of(depth.kind())));
    inputs.report.print({});
  });
}

void add_inpaint(CLI::App& app, Inputs& inputs) {
  CLI::App* verb = app.add_subcommand("inpaint", "fill what a mask covers, or what the subject hides");
  add_common(*verb, inputs, "the filled photo: .png .jpg .tif .webp .exr (NAME_background.png)");
  CLI::Option* mask =
      verb->add_option("--mask", inputs.mask,
                       "the hole, of the photo's size: what is not black, or not transparent, is filled; without it, "
                       "what the subject hides")
          ->type_name("FILE");
  add_flags(*verb, inputs.bake.inpaint, inputs.texts);
  const CLI::Option* radius = verb->get_option("--radius-px");
  verb->parse_complete_callback([&inputs, radius] {
    if (inputs.bake.inpaint.method == relievo::InpaintMethod::patch && radius->count() > 0) {
      throw CLI::ValidationError("--radius-px is of fills other than patch.");
    }
  });
  add_preset_flag(*verb);
  exclude(add_depth_flags(*verb, inputs), mask);
  exclude(add_subject_flags(*verb, inputs), mask);
  verb->callback([&inputs] {
    const std::string path = inputs.output_or("_background.png");
    relievo::io::check_photo_path(path);
    const relievo::Device device = inputs.open_device();
    const relievo::io::Photo photo = inputs.read_photo();
    const relievo::Image hole = inputs.read_mask(photo.image);
    relievo::Image filled;
    if (!hole.empty()) {
      filled = inputs.report.stage("fill", [&] {
        return relievo::Inpainter(device, inputs.bake.inpaint).inpaint(photo.image, hole, inputs.report.progress());
      });
    } else {
      const relievo::DepthMap depth = inputs.find_depth(device, photo);
      filled = inputs.fill_background(device, photo, depth, inputs.find_matte(device, photo, depth));
    }
    write_picture(inputs, path, filled, &photo,
                  hole.empty() ? "what the subject hides, filled" : "the photo with the hole filled");
  });
}

void add_bokeh(CLI::App& app, Inputs& inputs) {
  struct Flags {
    BokehFlags bokeh;
    FocusFlags focus;
  };
  const auto flags = std::make_shared<Flags>();
  if (inputs.preset == Preset::spatial_photo) flags->bokeh.options = relievo::BokehOptions::spatial_photo();
  CLI::App* verb = app.add_subcommand("bokeh", "depth of field");
  add_common(*verb, inputs, "the picture: .jpg .png .tif .webp .exr (NAME_bokeh.jpg)");
  flags->bokeh.add(*verb, inputs.texts);
  add_focus_flags(*verb, flags->focus);
  add_scene_flags(*verb, inputs);
  verb->callback([&inputs, flags] {
    const std::string path = inputs.output_or("_bokeh.jpg");
    relievo::io::check_photo_path(path);
    const relievo::Device device = inputs.open_device();
    const relievo::BokehRenderer bokeh = flags->bokeh.open(device);
    const relievo::io::Photo photo = inputs.read_photo();
    const relievo::DepthMap depth = inputs.find_depth(device, photo);
    const relievo::LayeredScene scene =
        inputs.bake_scene(device, photo, depth, inputs.find_matte(device, photo, depth));
    if (flags->focus.face || guards_faces(flags->bokeh.options)) inputs.note_person_networks();
    const relievo::Focus focus = inputs.report.stage("focus", [&] { return focus_on(scene, flags->focus); });
    const relievo::Image picture =
        inputs.report.stage("bokeh", [&] { return bokeh.render(scene, focus, inputs.report.progress()); });
    write_picture(inputs, path, picture, &photo, "depth of field");
  });
}

}  // namespace tool
