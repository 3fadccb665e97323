#include "effects/depth_network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/check.hpp"
#include "core/views.hpp"
#include "effects/edge_aware.hpp"
#include "effects/network_size.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {
namespace {

Image network_input(const Device& device, const ImageView& photo, NetworkSize size) {
  const bool smaller = size.width <= photo.width && size.height <= photo.height;
  const Image fitted =
      resized(device, photo, size.width, size.height, smaller ? ResizeFilter::area : ResizeFilter::bicubic);
  Image out =
      device.allocate(size.width, size.height, {Scalar::f32, 3}, {photo.color.primaries, Transfer::srgb, false});
  device.engine().convert(fitted, out.mutable_view());
  device.engine().stretch(out, 0, 1, out.mutable_view());
  return out;
}

template <class Function>
void for_each_value(Image& image, Function function) {
  for (int y = 0; y < image.height(); ++y) {
    float* row = image.row<float>(y);
    std::transform(row, row + image.width(), row, function);
  }
}

// Brought to 0..1 on the way, and metres to disparity, so that a pixel at an edge is not of a distance where nothing
// is.
DepthMap at_size_of(const Device& device, const ImageView& photo, Image depth, DepthKind kind, bool edge_aware) {
  const bool metres = kind == DepthKind::metres;
  if (metres) for_each_value(depth, [](float value) { return 1 / value; });
  float low = std::numeric_limits<float>::infinity(), high = -low;
  bool finite = true;
  for_each_value(depth, [&](float value) {
    finite = finite && std::isfinite(value);
    low = std::min(low, value);
    high = std::max(high, value);
    return value;
  });
  if (!finite) {
    fail(ErrorCode::unsupported, "The network puts out depth that is not finite; another precision may help.");
  }
  const float span = high > low ? high - low : 1;
  for_each_value(depth, [&](float value) { return (value - low) / span; });
  Image out = to_host(at_photo_size(device, photo, to_device(std::move(depth), device), edge_aware), device);
  for_each_value(out, [&](float value) {
    const float restored = low + span * value;
    return metres ? 1 / restored : restored;
  });
  return DepthMap(out, kind);
}

}  // namespace

std::vector<DepthMap> depth_by_network(const Device& device, DepthNetwork& network,
                                       const std::vector<ImageView>& photos, const DepthOptions& options,
                                       const Progress& progress) {
  const DepthNetwork::Facts& facts = network.facts();
  std::vector<NetworkSize> sizes;
  for (const ImageView& photo : photos) {
    sizes.push_back(network_size(facts.input, photo.width, photo.height, options.resolution));
  }
  std::vector<DepthMap> depths(photos.size());
  std::size_t done = 0;
  progress.report(0, "depth");
  for (std::size_t first = 0; first < photos.size(); ++first) {
    if (!depths[first].empty()) continue;
    const auto [width, height] = sizes[first];
    std::vector<std::size_t> together;
    for (std::size_t i = first; i < photos.size() && together.size() < static_cast<std::size_t>(options.batch); ++i) {
      if (depths[i].empty() && sizes[i].width == width && sizes[i].height == height) together.push_back(i);
    }
    std::vector<Image> inputs, outputs;
    std::vector<ImageView> in;
    std::vector<MutableImageView> out;
    for (const std::size_t i : together) {
      in.push_back(inputs.emplace_back(network_input(device, photos[i], sizes[first])));
      out.push_back(outputs.emplace_back(device.allocate(width, height, f32_1)).mutable_view());
    }
    network.infer(in.data(), out.data(), static_cast<int>(together.size()));
    for (std::size_t k = 0; k < together.size(); ++k) {
      const std::size_t i = together[k];
      depths[i] = at_size_of(device, photos[i], to_host(std::move(outputs[k]), device), facts.kind, options.edge_aware);
      progress.report(static_cast<double>(++done) / static_cast<double>(photos.size()), "depth");
    }
  }
  return depths;
}

}  // namespace v1
}  // namespace relievo
