// Everything from one photo, into NAME_output/.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "animation.hpp"
#include "bokeh_flags.hpp"
#include "common/flags.hpp"
#include "focus_flags.hpp"
#include "verbs.hpp"

namespace tool {
namespace {

struct Flags {
  BokehFlags bokeh;
  relievo::ParallaxOptions parallax;
  relievo::StereoOptions stereo;
  int animation_size = 1280;
  int gif_size = 640;
};

/// Runs jobs one after the other beside the main thread; the first error surfaces in `finish`.
class Background {
 public:
  ~Background() {
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  void run(std::vector<std::function<void()>> jobs) {
    threads_.emplace_back([this, jobs = std::move(jobs)] {
      try {
        for (const auto& job : jobs) job();
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = std::current_exception();
      }
    });
  }

  void finish() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::exception_ptr error_;
};

/// Makes the folder; says whether it is new.
bool make_folder(const std::string& folder) {
  if (mkdir(folder.c_str(), 0777) == 0) return true;
  struct stat status {};
  if (errno == EEXIST && stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return false;
  const bool file = errno == EEXIST;
  throw relievo::Error(relievo::ErrorCode::io, "The folder " + folder + " cannot be made: " +
                                                   (file ? "a file of that name is in the way" : std::strerror(errno)) +
                                                   ".");
}

void make_all(Inputs& inputs, Flags& flags, const std::string& folder, const std::string& name) {
  Report& report = inputs.report;
  const relievo::Device device = inputs.open_device();
  const relievo::BokehRenderer bokeh = flags.bokeh.open(device);
  const relievo::ParallaxAnimator animator(device, flags.parallax);
  const relievo::StereoEncoder stereo(device, flags.stereo);
  const std::string base = folder + "/";
  const auto write = [&](const std::string& file, const relievo::ImageView& image, const relievo::io::Photo* source) {
    report.stage("write " + file, [&] { relievo::io::write(base + file, image, source); });
  };

  const relievo::io::Photo photo = inputs.read_photo();
  const relievo::DepthMap depth = inputs.find_depth(device, photo);
  const relievo::Image matte = inputs.find_matte(device, photo, depth);
  const relievo::LayeredScene scene = inputs.bake_scene(device, photo, depth, matte);
  const relievo::Image filled = inputs.fill_background(device, photo, depth, matte);

  Background background;
  background.run({
      [&] {
        report.stage("write depth_image.jpg", [&] { relievo::io::write_depth(base + "depth_image.jpg", depth); });
      },
      [&] { report.stage("write depth.png", [&] { relievo::io::write_depth(base + "depth.png", depth); }); },
      [&] { write("matte.png", matte, nullptr); },
      [&] { write("background.png", filled, &photo); },
  });

  if (guards_faces(flags.bokeh.options)) inputs.note_person_networks();
  const relievo::Image picture = report.stage("bokeh", [&] { return bokeh.render(scene); });
  const relievo::StereoPair pair = report.stage("stereo", [&] { return stereo.render(scene); });
  background.finish();

  // Animation and video keep to a size of their own; the stills have all of the photo.
  std::optional<relievo::LayeredScene> reduced;
  if (!fits(scene, flags.animation_size)) reduced = fitted(scene, flags.animation_size);
  const relievo::LayeredScene& shown = reduced ? *reduced : scene;
  const relievo::StereoPair video_pair =
      reduced ? report.stage("stereo video", [&] { return stereo.render(shown); }) : relievo::StereoPair{};
  background.run({
      [&] { write("bokeh.jpg", picture, &photo); },
      [&] { write("stereo_left.png", pair.left, &photo); },
      [&] { write("stereo_right.png", pair.right, &photo); },
      [&] {
        report.stage("write sbs.hevc", [&] {
          write_stereo_video(base + name + "_sbs.hevc", stereo.pack(reduced ? video_pair : pair), flags.stereo.layout,
                             inputs.threads);
        });
      },
  });
  report.stage("animate", [&] {
    const relievo::LayeredScene soft = bokeh.defocus(shown);
    relievo::io::VideoOptions options;
    options.fps = animator.fps();
    options.threads = encoder_threads(inputs.threads);
    const std::string mp4 = base + "parallax.mp4", gif = base + "parallax.gif";
    if (fits(soft, flags.gif_size)) {
      write_animation({mp4, gif}, animator, soft, options, report.progress());
    } else {
      write_animation({mp4}, animator, soft, options, report.progress().part(0, 0.6));
      write_animation({gif}, animator, fitted(soft, flags.gif_size), options, report.progress().part(0.6, 1));
    }
  });
  background.finish();

  report.add_file(base + "depth_image.jpg", "depth for the eye: warm is near");
  report.add_file(base + "depth.png", "depth, 16 bits: bright is near");
  report.add_file(base + "matte.png", "the subject");
  report.add_file(base + "background.png", "what the subject hides, filled");
  report.add_file(base + "bokeh.jpg", "depth of field, focused on the subject");
  report.add_file(base + "parallax.mp4", "a moving camera");
  report.add_file(base + "parallax.gif", "the same for anywhere");
  report.add_file(base + "stereo_left.png", "left eye");
  report.add_file(base + "stereo_right.png", "right eye");
  report.add_file(base + name + "_sbs.hevc", "both eyes side by side, for headsets and 3D screens");
}

}  // namespace

void add_all(CLI::App& app, Inputs& inputs) {
  const auto flags = std::make_shared<Flags>();
  if (inputs.preset == Preset::spatial_photo) {
    flags->bokeh.options = relievo::BokehOptions::spatial_photo();
    flags->parallax = relievo::ParallaxOptions::spatial_photo();
    flags->stereo = relievo::StereoOptions::spatial_photo();
    flags->animation_size = flags->gif_size = 2048;
  }
  CLI::App* verb = app.add_subcommand("all", "all of it, into NAME_output/ (`relievo PHOTO` means this)");
  add_common(*verb, inputs, "the folder (NAME_output, where you are)");
  verb->get_option("--output")->type_name("FOLDER");
  add_scene_flags(*verb, inputs, true);
  flags->bokeh.add(*verb, inputs.texts, "bokeh-", "Bokeh");
  add_flags(*verb, flags->parallax, inputs.texts, "parallax-", "Parallax");
  // The stills are apart, and the video is side by side.
  add_flags(*verb, flags->stereo, inputs.texts, "stereo-", "Stereo",
            [](std::string_view field) { return field != "layout"; });
  add_number(*verb,
             {"animation_size", "longer side of the MP4 and of each eye of the video, 0 = the photo's", "px", 0, 8192},
             flags->animation_size)
      ->group("Parallax");
  add_number(*verb, {"gif_size", "longer side of the GIF, 0 = the animation's", "px", 0, 8192}, flags->gif_size)
      ->group("Parallax");
  verb->callback([&inputs, flags] {
    const std::string name = std::filesystem::path(inputs.photo).stem().string();
    std::string folder = inputs.output_or("_output");
    while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
    const bool is_new = make_folder(folder);
    try {
      make_all(inputs, *flags, folder, name);
    } catch (...) {
      // An empty folder is no result.
      if (is_new) rmdir(folder.c_str());
      throw;
    }
    inputs.report.print(folder);
  });
}

}  // namespace tool
