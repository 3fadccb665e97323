#include "bokeh_flags.hpp"

#include <relievo/io/photo.hpp>

#include "common/flags.hpp"

namespace tool {

void BokehFlags::add(CLI::App& app, std::map<std::string, std::string>& texts, const std::string& prefix,
                     const std::string& group) {
  add_flags(app, options, texts, prefix, group);
  shape_ = app.get_option(flag_name(prefix, "shape"));
  picture_ = app.add_option(flag_name(prefix, "aperture_image"), picture,
                            "a square picture as the aperture, bright where light passes: shape image")
                 ->type_name("FILE")
                 ->group(group);
}

relievo::BokehRenderer BokehFlags::open(const relievo::Device& device) {
  const bool given = picture_->count() > 0;
  if (given && shape_->count() == 0) options.shape = relievo::Aperture::image;
  const bool wanted = options.shape == relievo::Aperture::image;
  if (given && !wanted) {
    throw CLI::ValidationError(picture_->get_name() + " is of shape image; " + shape_->get_name() + " is " +
                               std::string(name_of(options.shape)) + ".");
  }
  if (wanted && !given) {
    throw CLI::ValidationError(shape_->get_name() + " image needs " + picture_->get_name() + " FILE.");
  }
  relievo::BokehRenderer renderer(device, options);
  if (given) renderer.set_aperture(relievo::io::read(picture).image);
  return renderer;
}

}  // namespace tool
