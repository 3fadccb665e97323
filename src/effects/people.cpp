#include "effects/people.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/check.hpp"
#include "core/model_registry.hpp"
#include "core/module.hpp"
#include "core/networks.hpp"
#include "core/views.hpp"
#include "effects/working_copy.hpp"
#include "vision/faces.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr int face_side = 640;  // YuNet was trained at it, and the cascades need faces of 24 px

constexpr std::size_t most_faces = 8;

std::string file_of(std::string_view model) {
  for (const ModelEntry& entry : model_entries()) {
    if (entry.info.name == model) return entry.info.file;
  }
  return {};
}

std::string faces_file() { return file_of("yunet"); }

// Of the original, a .tflite, the weights are read that lie converted beside it.
std::string matte_file() {
  const std::filesystem::path file =
      std::filesystem::path(file_of("selfie-segmentation")).replace_extension("safetensors");
  std::error_code absent;
  return std::filesystem::is_regular_file(file, absent) ? file.string() : std::string();
}

// The network in `file`, read once; null without the file or the module. The module takes a while to open, so it is
// asked for last.
template <class Network>
const Network* network_in(const std::string& file,
                          std::unique_ptr<Network> (NetworkLibrary::*open)(const std::string&)) {
  if (file.empty()) return nullptr;
  static std::mutex mutex;
  // Never destroyed: LibTorch may be gone by then.
  static auto* opened = new std::map<std::string, std::unique_ptr<Network>>;
  const std::lock_guard lock(mutex);
  const auto found = opened->find(file);
  if (found != opened->end()) return found->second.get();
  NetworkLibrary* library = networks_if_present();
  if (library == nullptr) return nullptr;
  return opened->emplace(file, (library->*open)(file)).first->second.get();
}

const FaceNetwork* face_network() { return network_in(faces_file(), &NetworkLibrary::open_faces); }
const MatteNetwork* matte_network() { return network_in(matte_file(), &NetworkLibrary::open_matte); }

std::vector<Face> faces_by_network(const FaceNetwork& network, const ImageView& small, int width, int height) {
  std::vector<Face> faces;
  const float across = static_cast<float>(width) / static_cast<float>(small.width);
  const float down = static_cast<float>(height) / static_cast<float>(small.height);
  for (const FoundFace& found : network.find(small)) {
    // Pixels of a box from `begin` on, within `most`.
    const auto span = [](float begin, float length, float factor, int most) {
      const auto edge = [&](float at) {
        return static_cast<int>(std::lround(std::clamp(at * factor, 0.0f, static_cast<float>(most))));
      };
      return std::pair(edge(begin), edge(begin + length) - edge(begin));
    };
    Face face;
    std::tie(face.x, face.width) = span(found.x, found.width, across, width);
    std::tie(face.y, face.height) = span(found.y, found.height, down, height);
    if (face.width < 1 || face.height < 1) continue;
    face.score = found.score;
    face.has_landmarks = true;
    for (std::size_t i = 0; i < found.landmarks.size(); ++i) {
      face.landmarks[i] = {found.landmarks[i][0] * across, found.landmarks[i][1] * down};
    }
    faces.push_back(face);
  }
  std::stable_sort(faces.begin(), faces.end(), [](const Face& a, const Face& b) { return a.width > b.width; });
  return faces;
}

struct Zone {
  int left, top, right, bottom;
};

// What is shown of the person whose face it is: the network was trained on people who fill the picture.
Zone zone_of(const Face& face, const ImageView& photo) {
  return {std::max(0, face.x - 4 * face.width), std::max(0, face.y - 2 * face.height),
          std::min(photo.width, face.x + 5 * face.width), std::min(photo.height, face.y + 7 * face.height)};
}

}  // namespace

std::vector<Face> faces_of(const Device& device, const ImageView& photo) {
  const Image small = to_host(small_rgb(device, photo, face_side), device);
  if (const FaceNetwork* network = face_network()) {
    return faces_by_network(*network, small, photo.width, photo.height);
  }
  return scaled(detect_faces(small), small.width(), small.height(), photo.width, photo.height);
}

std::vector<Face> scaled(std::vector<Face> faces, int from_width, int from_height, int to_width, int to_height) {
  const auto scale = [](int& begin, int& length, double factor) {
    const auto end = static_cast<int>(std::lround((begin + length) * factor));
    begin = static_cast<int>(std::lround(begin * factor));
    length = std::max(1, end - begin);
  };
  const double across = static_cast<double>(to_width) / from_width, down = static_cast<double>(to_height) / from_height;
  for (Face& face : faces) {
    scale(face.x, face.width, across);
    scale(face.y, face.height, down);
    for (FacePoint& point : face.landmarks) {
      point.x *= static_cast<float>(across);
      point.y *= static_cast<float>(down);
    }
  }
  return faces;
}

bool has_matte_network() { return matte_network() != nullptr; }

Image persons_of(const Device& device, const ImageView& photo, const std::vector<Face>& faces, int width, int height) {
  const MatteNetwork* network = faces.empty() ? nullptr : matte_network();
  if (network == nullptr) return {};
  Image out(width, height, f32_1);
  for (int y = 0; y < height; ++y) std::fill_n(out.row<float>(y), width, 0.0f);
  const int side = network->side();
  std::set<std::array<int, 4>> seen;
  for (std::size_t i = 0; i < std::min(faces.size(), most_faces); ++i) {
    const Zone zone = zone_of(faces[i], photo);
    if (!seen.insert({zone.left, zone.top, zone.right, zone.bottom}).second) continue;
    const ImageView part = part_of(photo, zone.left, zone.top, zone.right - zone.left, zone.bottom - zone.top);
    const bool smaller = side <= part.width && side <= part.height;
    const Image square = resized(device, part, side, side, smaller ? ResizeFilter::area : ResizeFilter::bilinear);
    Image matte(side, side, f32_1);
    network->infer(to_host(rgb8(device, square), device), matte.mutable_view());
    const auto edge = [](int at, int from, int to) {
      return static_cast<int>(std::lround(static_cast<double>(at) * to / from));
    };
    const int left = edge(zone.left, photo.width, width), top = edge(zone.top, photo.height, height);
    const Image there = to_host(
        resized(device, to_device(std::move(matte), device), std::max(1, edge(zone.right, photo.width, width) - left),
                std::max(1, edge(zone.bottom, photo.height, height) - top), ResizeFilter::bilinear),
        device);
    for (int y = 0; y < std::min(there.height(), height - top); ++y) {
      const auto* row = there.row<float>(y);
      float* to = out.row<float>(top + y) + left;
      for (int x = 0; x < std::min(there.width(), width - left); ++x) to[x] = std::max(to[x], row[x]);
    }
  }
  return out;
}

std::string absent_person_networks() {
  const bool no_faces = faces_file().empty(), no_matte = matte_file().empty();
  std::string absent;
  if (no_faces) absent = "yunet";
  if (no_matte) absent += absent.empty() ? "selfie-segmentation" : " and no selfie-segmentation";
  if (!absent.empty()) {
    absent = "There is no " + absent + " in the folder of models";
  } else if (networks_if_present() == nullptr) {
    absent = "Networks need the module librelievo_torch.so, and " + open_module("torch").reason;
  } else {
    return {};
  }
  const bool neither = no_faces == no_matte;
  return sentence(absent, ": ", no_faces || neither ? "faces come from Haar cascades" : "", neither ? ", " : "",
                  no_matte || neither ? "persons from faces and colours" : "", ".");
}

}  // namespace v1
}  // namespace relievo
