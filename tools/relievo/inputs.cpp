#include "inputs.hpp"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "flags.hpp"

namespace tool {
namespace {

template <class... Parts>
[[noreturn]] void fail(relievo::ErrorCode code, const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  throw relievo::Error(code, out.str());
}

relievo::DepthKind kind_of(const std::string& name) {
  const auto& names = relievo::EnumNames<relievo::DepthKind>::names;
  for (std::size_t i = 0; i < std::size(names); ++i) {
    if (names[i] == name) return static_cast<relievo::DepthKind>(i);
  }
  throw CLI::ValidationError("--depth-kind is \"" + name + "\"; allowed are disparity, disparity-px, metres.");
}

}  // namespace

relievo::Device Inputs::open_device() const {
  if (!trace.empty()) setenv("RELIEVO_TRACE", trace.c_str(), 1);
  return relievo::Device::from_name(device, threads);
}

relievo::io::Photo Inputs::read_photo() {
  return report.stage("read", [&] { return relievo::io::read(photo); });
}

relievo::DepthMap Inputs::find_depth(const relievo::Device& on, const relievo::io::Photo& source) {
  const int width = source.image.width(), height = source.image.height();
  if (depth.empty()) {
    return report.stage("depth", [&] {
      const relievo::DepthEstimator estimator(on, depth_options);
      relievo::DepthMap estimate = estimator.estimate(source.image, report.progress());
      return relievo::DepthMap(estimate.values(), estimate.kind(),
                               estimate.fov_degrees() > 0 ? estimate.fov_degrees() : source.fov_degrees());
    });
  }
  return report.stage("depth", [&] {
    relievo::DepthMap given = relievo::io::read_depth(depth, kind_of(depth_kind), depth_scale);
    const double photo_aspect = static_cast<double>(width) / height;
    const double depth_aspect = static_cast<double>(given.width()) / given.height();
    if (std::fabs(photo_aspect / depth_aspect - 1) > 0.03) {
      fail(relievo::ErrorCode::invalid_argument, "The depth map ", depth, " is ", given.width(), " x ", given.height(),
           " pixels, the photo ", photo, " ", width, " x ", height, "; the ratio of their sides must agree to 3 %.");
    }
    return given.resized(width, height);
  });
}

relievo::Image Inputs::read_mask(const relievo::ImageView& source) {
  if (mask.empty()) return {};
  const relievo::io::Photo given = relievo::io::read(mask);
  if (given.image.width() != source.width || given.image.height() != source.height) {
    fail(relievo::ErrorCode::invalid_argument, "The mask ", mask, " is ", given.image.width(), " x ",
         given.image.height(), " pixels, the photo ", photo, " ", source.width, " x ", source.height,
         "; they must be the same.");
  }
  relievo::Image out(source.width, source.height, {relievo::Scalar::u8, 1});
  const relievo::ImageView in = given.image;
  const int channels = in.format.channels;
  for (int y = 0; y < in.height; ++y) {
    auto* to = out.row<std::uint8_t>(y);
    for (int x = 0; x < in.width; ++x) {
      // A mask with transparency speaks through it, any other through its first channel.
      const int at = x * channels + (channels == 4 ? 3 : 0);
      switch (in.format.scalar) {
        case relievo::Scalar::u8:
          to[x] = in.row<std::uint8_t>(y)[at];
          break;
        case relievo::Scalar::u16:
          to[x] = static_cast<std::uint8_t>((in.row<std::uint16_t>(y)[at] + 128) / 257);
          break;
        case relievo::Scalar::f16:
        case relievo::Scalar::f32:
          fail(relievo::ErrorCode::unsupported, "The mask ", mask, " holds floats; 8 or 16 bits are allowed.");
      }
    }
  }
  return out;
}

relievo::LayeredScene Inputs::bake_scene(const relievo::Device& on, const relievo::io::Photo& source,
                                         const relievo::DepthMap& map) {
  const relievo::Image matte = read_mask(source.image);
  return report.stage(
      "scene", [&] { return relievo::LayeredScene::bake(on, source.image, map, bake, matte, report.progress()); });
}

std::string Inputs::output_or(const std::string& suffix) const {
  if (!output.empty()) return output;
  return std::filesystem::path(photo).stem().string() + suffix;
}

void add_common(CLI::App& app, Inputs& inputs, bool output) {
  app.add_option("photo", inputs.photo, "the photo: JPEG, PNG, TIFF, WebP, EXR, HEIC")->required();
  if (output) app.add_option("-o,--output", inputs.output, "where the result goes")->type_name("FILE");
  app.add_option("--device", inputs.device, "auto, cpu, cuda or cuda:N (auto)")->type_name("");
  app.add_option("--threads", inputs.threads, "threads of the CPU, 0 = all (0)")
      ->check(in_range("--threads", 0, 1024, ""))
      ->type_name("");
  app.add_flag("--quiet", inputs.report.quiet, "print nothing but errors");
  app.add_flag("--json", inputs.report.json, "print what was made, and the times, as JSON");
  app.add_option("--trace", inputs.trace, "write a Chrome trace of every stage")->type_name("FILE");
}

void add_depth_flags(CLI::App& app, Inputs& inputs) {
  constexpr const char* group = "Depth";
  app.add_option("--depth", inputs.depth, "depth in place of an estimate: PNG, PGM, PFM, NPY, TIFF, EXR")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--depth-kind", inputs.depth_kind,
                 "what the file holds: disparity (relative, larger is nearer), disparity-px (pixels towards the right "
                 "view), metres (disparity)")
      ->type_name("")
      ->check(CLI::IsMember({"disparity", "disparity-px", "metres"}))
      ->group(group);
  app.add_option("--depth-scale", inputs.depth_scale, "factor on the file's values, e.g. 0.001 for millimetres (1)")
      ->type_name("")
      ->check(CLI::PositiveNumber)
      ->group(group);
  add_flags(app, inputs.depth_options, inputs.texts, {}, group);
}

void add_scene_flags(CLI::App& app, Inputs& inputs) {
  add_depth_flags(app, inputs);
  constexpr const char* group = "Scene";
  app.add_option("--mask", inputs.mask, "matte of the subject in place of our own")->type_name("FILE")->group(group);
  app.add_option("--preset", "a published recipe: spatial-photo")
      ->type_name("NAME")
      ->check(CLI::IsMember({"spatial-photo"}))
      ->group(group);
  add_flags(app, inputs.bake.segment, inputs.texts, "segment-", group);
  add_flags(app, inputs.bake.inpaint, inputs.texts, "inpaint-", group);
  relievo::BakeOptions& bake = inputs.bake;
  app.add_flag("--decontaminate,!--no-decontaminate", bake.decontaminate,
               "take the background's colour out of soft edges (on; off with the preset)")
      ->group(group);
  app.add_option("--hole-dilate-px", bake.hole_dilate_px, "ellipse the hole grows by, odd, 1 to 101 px (7)")
      ->check(in_range("--hole-dilate-px", 1, 101, "px"))
      ->type_name("")
      ->group(group);
  app.add_option("--hole-dilate-times", bake.hole_dilate_times, "how many times the hole grows, 0 to 16 (2)")
      ->check(in_range("--hole-dilate-times", 0, 16, ""))
      ->type_name("")
      ->group(group);
}

Preset preset_in(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const bool separate =
        std::strcmp(argv[i], "--preset") == 0 && i + 1 < argc && std::strcmp(argv[i + 1], "spatial-photo") == 0;
    if (separate || std::strcmp(argv[i], "--preset=spatial-photo") == 0) return Preset::spatial_photo;
  }
  return Preset::none;
}

}  // namespace tool
