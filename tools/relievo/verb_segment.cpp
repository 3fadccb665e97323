// segment: mattes of the subject, of what is pointed at, of several subjects; trimaps.
#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string_view>

#include <relievo/io/photo.hpp>

#include "common/fail.hpp"
#include "common/flags.hpp"
#include "common/mask.hpp"
#include "verbs.hpp"

namespace tool {
namespace {

struct Flags {
  std::string hint, refine;
  relievo::SegmentBox box;
  std::vector<relievo::SegmentPoint> points;
  bool instances = false;
  int trimap = -1;
};

CLI::Option* add_points(CLI::App& verb, Flags& flags, const std::string& name, bool inside, const std::string& help) {
  return verb
      .add_option_function<std::vector<std::string>>(
          name,
          [&flags, name, inside](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) {
              const auto [x, y] = numbers_in<2>(name, text, "X,Y, whole pixels from the upper left");
              flags.points.push_back({x, y, inside});
            }
          },
          help + "; may be given several times")
      ->type_name("X,Y")
      ->allow_extra_args(false)
      ->take_all();
}

CliOptions add_hints(CLI::App& verb, Flags& flags) {
  CLI::Option* mask =
      verb.add_option("--hint", flags.hint, "roughly the subject, of the photo's size: white, or opaque")
          ->type_name("FILE");
  CLI::Option* box = verb.add_option_function<std::string>(
                             "--box",
                             [&flags](const std::string& text) {
                               constexpr const char* allowed = "X,Y,W,H, whole pixels, W and H above 0";
                               const auto [x, y, width, height] = numbers_in<4>("--box", text, allowed);
                               if (width == 0 || height == 0) {
                                 throw CLI::ValidationError("--box is " + text + "; allowed is " + allowed + ".");
                               }
                               flags.box = {x, y, width, height};
                             },
                             "the subject lies within W x H px from X, Y")
                         ->type_name("X,Y,W,H");
  return {mask, box, add_points(verb, flags, "--point", true, "a pixel of the subject"),
          add_points(verb, flags, "--not-point", false, "a pixel that is not the subject's")};
}

// With a number before the extension.
std::string numbered(const std::string& path, std::size_t number) {
  const std::filesystem::path whole(path);
  return (whole.parent_path() / (whole.stem().string() + "_" + std::to_string(number) + whole.extension().string()))
      .string();
}

std::vector<relievo::Image> mattes_of(Inputs& inputs, const Flags& flags, const relievo::Device& device,
                                      const relievo::Segmenter& segmenter, const relievo::io::Photo& photo) {
  std::vector<relievo::Image> mattes;
  if (!flags.refine.empty()) {
    const relievo::Image raw = read_mask(flags.refine, photo.image, inputs.photo);
    mattes.push_back(
        inputs.report.stage("matte", [&] { return segmenter.refine(photo.image, raw, inputs.report.progress()); }));
    return mattes;
  }
  const bool hinted = !flags.hint.empty() || flags.box.width > 0 || !flags.points.empty();
  if (!hinted && !flags.instances) {
    relievo::Image matte = inputs.given_matte(photo.image);
    if (matte.empty()) matte = inputs.find_matte(device, photo, inputs.find_depth(device, photo));
    mattes.push_back(std::move(matte));
    return mattes;
  }
  relievo::Image mask;
  if (!flags.hint.empty()) mask = read_mask(flags.hint, photo.image, inputs.photo);
  const relievo::SegmentHint hint{mask, flags.box, flags.points.data(), static_cast<int>(flags.points.size())};
  segmenter.check(photo.image, hint);
  const relievo::DepthMap depth = inputs.find_depth(device, photo);
  inputs.report.stage("matte", [&] {
    if (flags.instances) {
      mattes = segmenter.instances(photo.image, depth, inputs.report.progress());
    } else {
      mattes.push_back(segmenter.segment(photo.image, depth, hint, inputs.report.progress()));
    }
  });
  if (std::none_of(mattes.begin(), mattes.end(), [](const relievo::Image& matte) { return has_subject(matte); })) {
    inputs.note_no_subject("");
  }
  return mattes;
}

void segment(Inputs& inputs, const Flags& flags) {
  const bool hinted = !flags.hint.empty() || flags.box.width > 0 || !flags.points.empty();
  if (inputs.bake.segment.method == relievo::SegmentMethod::otsu &&
      (hinted || flags.instances || !flags.refine.empty())) {
    fail(relievo::ErrorCode::invalid_argument,
         "Method otsu looks at depth alone; hints, --instances and --refine need --method auto.");
  }
  const bool trimap = flags.trimap >= 0;
  const std::string path = inputs.output_or(trimap ? "_trimap.png" : "_matte.png");
  relievo::io::check_photo_path(flags.instances ? numbered(path, 1) : path);
  const relievo::Device device = inputs.open_device();
  const relievo::Segmenter segmenter(device, inputs.bake.segment);
  const relievo::io::Photo photo = inputs.read_photo();
  const std::vector<relievo::Image> mattes = mattes_of(inputs, flags, device, segmenter, photo);
  for (std::size_t i = 0; i < mattes.size(); ++i) {
    const std::string to = flags.instances ? numbered(path, i + 1) : path;
    inputs.report.stage("write", [&] {
      relievo::io::write(to, trimap ? segmenter.trimap(mattes[i], flags.trimap) : mattes[i].clone(), nullptr);
    });
    inputs.report.add_file(
        to, std::string(trimap ? "trimap" : "matte") +
                (flags.instances ? i == 0 ? " of the nearest subject" : " of the next subject" : " of the subject"));
  }
  inputs.report.print({});
}

}  // namespace

void add_segment(CLI::App& app, Inputs& inputs) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* verb = app.add_subcommand("segment", "find the subject's matte");
  add_common(*verb, inputs, "the matte: .png .jpg .tif .webp .exr (NAME_matte.png)");
  CliOptions automatic = add_flags(*verb, inputs.bake.segment, inputs.texts);
  inputs.segment_flags.insert(inputs.segment_flags.end(), automatic.begin(), automatic.end());
  std::erase_if(automatic, [](const CLI::Option* option) { return option->get_name() == "--refine-px"; });
  add_preset_flag(*verb);
  const CliOptions hints = add_hints(*verb, *flags);
  CLI::Option* instances =
      verb->add_flag("--instances", flags->instances, "a matte for each subject, nearest first (NAME_matte_1.png ...)");
  exclude(hints, instances);
  add_number(
      *verb, "--trimap", flags->trimap, "write a trimap, unknown up to N px around the matte's edge",
      [](double px) { return px >= 0 && px <= 50; }, "a whole number from 0 to 50 px")
      ->description(
          "write 0, 128, 255 for what is not the subject, unknown and the subject in place of the matte, "
          "unknown up to N px around its edge, 0 to 50 px");
  CLI::Option* refine =
      verb->add_option("--refine", flags->refine,
                       "bring this matte, of the photo's size, onto the photo's edges in place of finding one")
          ->type_name("FILE");
  instances->excludes(refine);
  exclude(hints, refine);
  exclude(automatic, refine);
  exclude(add_depth_flags(*verb, inputs), refine);
  verb->callback([&inputs, flags] { segment(inputs, *flags); });
}

}  // namespace tool
