#include "effects/depth_network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <relievo/trace.hpp>

#include "core/check.hpp"
#include "core/views.hpp"
#include "effects/depth_tiles.hpp"
#include "effects/edge_aware.hpp"
#include "effects/network_size.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {
namespace {

Image network_input(const Device& device, const ImageView& photo, NetworkSize size) {
  const TraceSpan span("making a network's input");
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

/// What a network puts out, as disparity of 0..1.
struct Relative {
  Image values;  ///< of host memory
  float low = 0, span = 1;
};

// Metres become disparity before they are mixed, so that a pixel at an edge is not of a distance where nothing is.
Relative relative_of(Image depth, DepthKind kind) {
  if (kind == DepthKind::metres) for_each_value(depth, [](float value) { return 1 / value; });
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
  return {std::move(depth), low, span};
}

/// A network on a device, and how it is asked.
struct Asked {
  const Device& device;
  DepthNetwork& network;
  const DepthOptions& options;

  /// Of photos that the network sees at one size.
  std::vector<Relative> look(const std::vector<ImageView>& photos, NetworkSize size) const {
    std::vector<Image> inputs, outputs;
    std::vector<ImageView> in;
    std::vector<MutableImageView> out;
    for (const ImageView& photo : photos) {
      in.push_back(inputs.emplace_back(network_input(device, photo, size)));
      out.push_back(outputs.emplace_back(device.allocate(size.width, size.height, f32_1)).mutable_view());
    }
    {
      const TraceSpan span("running a network");
      network.infer(in.data(), out.data(), static_cast<int>(photos.size()));
    }
    std::vector<Relative> seen;
    for (Image& output : outputs) seen.push_back(relative_of(to_host(std::move(output), device), network.facts().kind));
    return seen;
  }

  /// Depth of the whole with the detail of tiles; `done` hears of each tile.
  template <class Function>
  Image in_tiles(const ImageView& photo, const Image& whole, const TilePlan& plan, const Function& done) const {
    const Image copy = resized(device, photo, plan.width, plan.height, ResizeFilter::area);
    TiledDepth merged(host_device(device), whole, plan);
    for (int first = 0; first < plan.count(); first += options.batch) {
      std::vector<ImageView> parts;
      for (int i = first; i < std::min(first + options.batch, plan.count()); ++i) {
        const TilePlan::Place at = plan.place(i);
        parts.push_back(part_of(copy.view(), at.x, at.y, plan.tile.width, plan.tile.height));
      }
      int index = first;
      for (const Relative& tile : look(parts, plan.tile)) {
        merged.add(index++, tile.values);
        done();
      }
    }
    return merged.take();
  }

  DepthMap at_size_of(const ImageView& photo, Relative depth) const {
    Image out =
        to_host(at_photo_size(device, photo, to_device(std::move(depth.values), device), options.edge_aware), device);
    const DepthKind kind = network.facts().kind;
    for_each_value(out, [&](float value) {
      const float restored = depth.low + depth.span * value;
      return kind == DepthKind::metres ? 1 / restored : restored;
    });
    return DepthMap(out, kind);
  }
};

}  // namespace

std::vector<DepthMap> depth_by_network(const Device& device, DepthNetwork& network,
                                       const std::vector<ImageView>& photos, const DepthOptions& options,
                                       const Progress& progress) {
  const NetworkInput& input = network.facts().input;
  const Asked asked{device, network, options};
  std::vector<NetworkSize> sizes;
  std::vector<TilePlan> plans;
  int looks = 0;
  for (const ImageView& photo : photos) {
    sizes.push_back(network_size(input, photo.width, photo.height, options.resolution));
    plans.push_back(plan_tiles(input, photo.width, photo.height, options.resolution, options.tiles, sizes.back()));
    looks += 1 + plans.back().count();
  }
  std::vector<DepthMap> depths(photos.size());
  int done = 0;
  const auto looked = [&] { progress.report(static_cast<double>(++done) / looks, "depth"); };
  progress.report(0, "depth");
  for (std::size_t first = 0; first < photos.size(); ++first) {
    if (!depths[first].empty()) continue;
    std::vector<std::size_t> together;
    std::vector<ImageView> seen;
    for (std::size_t i = first; i < photos.size() && together.size() < static_cast<std::size_t>(options.batch); ++i) {
      if (!depths[i].empty() || sizes[i].width != sizes[first].width || sizes[i].height != sizes[first].height)
        continue;
      together.push_back(i);
      seen.push_back(photos[i]);
    }
    std::vector<Relative> wholes = asked.look(seen, sizes[first]);
    for (std::size_t k = 0; k < together.size(); ++k) {
      const std::size_t i = together[k];
      if (plans[i].count() > 0) wholes[k].values = asked.in_tiles(photos[i], wholes[k].values, plans[i], looked);
      depths[i] = asked.at_size_of(photos[i], std::move(wholes[k]));
      looked();
    }
  }
  return depths;
}

}  // namespace v1
}  // namespace relievo
