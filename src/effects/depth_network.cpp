#include "effects/depth_network.hpp"

#include <algorithm>
#include <utility>

#include "core/views.hpp"
#include "effects/edge_aware.hpp"
#include "effects/network_size.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {
namespace {

Image network_input(Engine& engine, const ImageView& photo, NetworkSize size) {
  const bool smaller = size.width <= photo.width && size.height <= photo.height;
  const Image fitted =
      resized(engine, photo, size.width, size.height, smaller ? ResizeFilter::area : ResizeFilter::bicubic);
  Image out(size.width, size.height, {Scalar::f32, 3}, {photo.color.primaries, Transfer::srgb, false});
  engine.convert(fitted, out.mutable_view());
  clamp_to_unit(out);
  return out;
}

void invert(Image& values) {
  for (int y = 0; y < values.height(); ++y) {
    float* row = values.row<float>(y);
    std::transform(row, row + values.width(), row, [](float value) { return 1 / value; });
  }
}

// Metres go between sizes as disparity, so that a pixel at an edge is not of a distance where nothing is.
DepthMap at_size_of(Engine& engine, const ImageView& photo, Image depth, DepthKind kind, bool edge_aware) {
  const bool metres = kind == DepthKind::metres;
  if (metres) invert(depth);
  Image out = at_photo_size(engine, photo, std::move(depth), edge_aware);
  if (metres) invert(out);
  return DepthMap(out, kind);
}

}  // namespace

std::vector<DepthMap> depth_by_network(Engine& engine, DepthNetwork& network, const std::vector<ImageView>& photos,
                                       const DepthOptions& options, const Progress& progress) {
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
      in.push_back(inputs.emplace_back(network_input(engine, photos[i], sizes[first])));
      out.push_back(outputs.emplace_back(width, height, f32_1).mutable_view());
    }
    network.infer(in.data(), out.data(), static_cast<int>(together.size()));
    for (std::size_t k = 0; k < together.size(); ++k) {
      const std::size_t i = together[k];
      depths[i] = at_size_of(engine, photos[i], std::move(outputs[k]), facts.kind, options.edge_aware);
      progress.report(static_cast<double>(++done) / static_cast<double>(photos.size()), "depth");
    }
  }
  return depths;
}

}  // namespace v1
}  // namespace relievo
