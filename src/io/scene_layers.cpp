#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <system_error>

#include <relievo/io/photo.hpp>
#include <relievo/io/scene.hpp>

#include "io/depth_formats.hpp"
#include "io/file.hpp"
#include "io/host_scene.hpp"
#include "io/oiio.hpp"
#include "io/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

// Made where it is missing, and gone again unless it is kept.
class Folder {
 public:
  explicit Folder(const std::string& path) : path_(path) {
    if (::mkdir(path.c_str(), 0777) == 0) {
      is_new_ = true;
      return;
    }
    const int number = errno;
    struct stat status {};
    const bool exists = ::stat(path.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) return;
    const std::string why = exists             ? "a file of that name is in the way"
                            : number == ENOENT ? "the folder above it does not exist"
                                               : std::generic_category().message(number);
    fail(ErrorCode::io, "The folder '", path, "' cannot be made: ", why, ".");
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (is_new_) std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  void keep() { is_new_ = false; }

 private:
  std::string path_;
  bool is_new_ = false;
};

std::string layer_name(int index) { return (index < 10 ? "layer_0" : "layer_") + std::to_string(index); }

// Colour with coverage as straight alpha, of the scalar type that PNG has for it.
Image with_alpha(const ImageView& color, const ImageView& coverage) {
  const Scalar scalar = color.format.scalar == Scalar::u8 ? Scalar::u8 : Scalar::u16;
  Color meaning = color.color;
  if (meaning.transfer == Transfer::linear) meaning.transfer = Transfer::srgb;
  meaning.premultiplied = false;
  Image out = converted(color, {scalar, 4}, meaning);
  for (int y = 0; y < out.height(); ++y) {
    const auto* cover = coverage.row<std::uint8_t>(y);
    for (int x = 0; x < out.width(); ++x) {
      if (scalar == Scalar::u8) {
        out.row<std::uint8_t>(y)[4 * x + 3] = cover[x];
      } else {
        out.row<std::uint16_t>(y)[4 * x + 3] = static_cast<std::uint16_t>(cover[x] * 257);
      }
    }
  }
  return out;
}

std::string description(const LayeredScene& scene) {
  const DepthScale& scale = scene.depth_scale();
  nlohmann::ordered_json out;
  out["width"] = scene.width();
  out["height"] = scene.height();
  out["depth"] = {{"kind", name_of(scale.kind)},
                  {"at_zero", scale.at_zero},
                  {"at_one", scale.at_one},
                  {"fov_degrees", scale.fov_degrees}};
  out["subject_disparity"] = scene.subject_disparity();
  out["layers"] = nlohmann::ordered_json::array();
  for (int i = 0; i < scene.layer_count(); ++i) {
    out["layers"].push_back({{"color", layer_name(i) + ".png"}, {"disparity", layer_name(i) + "_disparity.pfm"}});
  }
  if (!scene.alpha().empty()) out["alpha"] = "alpha.png";
  return out.dump(2) + "\n";
}

}  // namespace

void check_layers_path(const std::string& folder) {
  const Folder made(folder);
  check_writable(made / "scene.json");
}

void write_layers(const std::string& path, const LayeredScene& scene) {
  guarded(ErrorCode::io, path, [&] {
    Folder folder(path);
    for (int i = 0; i < scene.layer_count(); ++i) {
      const LayerView layer = scene.layer(i);
      Image keep_color, keep_coverage, keep_disparity;
      const ImageView color = on_host(layer.color, keep_color), coverage = on_host(layer.coverage, keep_coverage);
      const std::string picture = folder / (layer_name(i) + ".png");
      if (coverage.empty()) {
        write(picture, color);
      } else {
        write(picture, with_alpha(color, coverage));
      }
      const Bytes disparity = format_pfm(on_host(layer.disparity, keep_disparity));
      write_file(folder / (layer_name(i) + "_disparity.pfm"), disparity.data(), disparity.size());
    }
    Image keep_alpha;
    // A share of light has no curve, and PNG would be given one.
    ImageView alpha = on_host(scene.alpha(), keep_alpha);
    alpha.color = {};
    if (!alpha.empty()) write(folder / "alpha.png", alpha);
    const std::string text = description(scene);
    write_file(folder / "scene.json", text.data(), text.size());
    folder.keep();
  });
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
