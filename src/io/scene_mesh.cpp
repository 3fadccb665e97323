#include "io/scene_mesh.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

constexpr int half_covered = 128;
constexpr std::uint32_t unused = std::numeric_limits<std::uint32_t>::max();

// Pixel columns or rows of the grid: first, in steps, and always the last.
std::vector<int> steps(int first, int last, int stride) {
  std::vector<int> at;
  for (int x = first; x < last; x += stride) at.push_back(x);
  at.push_back(last);
  return at;
}

// A pixel more to each side: triangles need two, and filtered textures fade there.
Box grown(const Box& box, int width, int height) {
  return {std::max(box.x0 - 1, 0), std::max(box.y0 - 1, 0), std::min(box.x1 + 1, width), std::min(box.y1 + 1, height)};
}

bool any_covered(const HostLayer& layer, int x0, int y0, int x1, int y1) {
  if (layer.is_opaque()) return true;
  for (int y = y0; y <= y1; ++y) {
    for (int x = x0; x <= x1; ++x) {
      if (layer.coverage(x, y) > 0) return true;
    }
  }
  return false;
}

class Mesher {
 public:
  Mesher(const HostLayer& layer, int stride, float edge_step, Cover cover)
      : layer_(layer), edge_(edge_step), cover_(cover) {
    const ImageView disparity = layer.disparity();
    mesh_.box = grown(layer.box(), disparity.width, disparity.height);
    columns_ = steps(mesh_.box.x0, mesh_.box.x1 - 1, stride);
    rows_ = steps(mesh_.box.y0, mesh_.box.y1 - 1, stride);
    // Through all of the range in half of the shorter side.
    edge_ += 2 * static_cast<float>(stride) / static_cast<float>(std::min(disparity.width, disparity.height));
  }

  LayerMesh run() && {
    index_.assign(columns_.size() * rows_.size(), unused);
    for (std::size_t j = 0; j + 1 < rows_.size(); ++j) {
      for (std::size_t i = 0; i + 1 < columns_.size(); ++i) add_square(i, j);
    }
    return std::move(mesh_);
  }

 private:
  struct Corner {
    std::size_t i, j;
  };

  float disparity(Corner c) const { return layer_.disparity().row<float>(rows_[c.j])[columns_[c.i]]; }

  void add_square(std::size_t i, std::size_t j) {
    if (cover_ == Cover::any && !any_covered(layer_, columns_[i], rows_[j], columns_[i + 1], rows_[j + 1])) return;
    const Corner a{i, j}, b{i + 1, j}, c{i, j + 1}, d{i + 1, j + 1};
    // Cut along the diagonal that is flatter in depth.
    if (std::fabs(disparity(b) - disparity(c)) <= std::fabs(disparity(a) - disparity(d))) {
      add_triangle({a, c, b});
      add_triangle({b, c, d});
    } else {
      add_triangle({a, c, d});
      add_triangle({a, d, b});
    }
  }

  void add_triangle(const std::array<Corner, 3>& corners) {
    float low = 1, high = 0;
    for (Corner c : corners) {
      low = std::min(low, disparity(c)), high = std::max(high, disparity(c));
      if (cover_ == Cover::half && layer_.coverage(columns_[c.i], rows_[c.j]) < half_covered) return;
    }
    if (high - low > edge_) return;
    for (Corner c : corners) mesh_.triangles.push_back(vertex(c));
  }

  std::uint32_t vertex(Corner c) {
    std::uint32_t& index = index_[c.j * columns_.size() + c.i];
    if (index == unused) {
      index = static_cast<std::uint32_t>(mesh_.vertices.size());
      mesh_.vertices.push_back({columns_[c.i], rows_[c.j]});
    }
    return index;
  }

  const HostLayer& layer_;
  float edge_;
  Cover cover_;
  LayerMesh mesh_;
  std::vector<int> columns_, rows_;
  std::vector<std::uint32_t> index_;
};

std::int64_t covered_pixels(const HostLayer& layer) {
  if (layer.is_opaque()) return std::int64_t{layer.box().width()} * layer.box().height();
  std::int64_t count = 0;
  for (int y = layer.box().y0; y < layer.box().y1; ++y) {
    for (int x = layer.box().x0; x < layer.box().x1; ++x) count += layer.coverage(x, y) > 0;
  }
  return count;
}

}  // namespace

std::vector<LayerMesh> layer_meshes(const LayeredScene& scene, const MeshOptions& options, Cover cover) {
  std::vector<HostLayer> layers;
  std::int64_t pixels = 0;
  for (int i = 0; i < scene.layer_count(); ++i) {
    layers.emplace_back(scene, i);
    pixels += covered_pixels(layers.back());
  }
  // Edges and last columns come on top, so a step or two more may be needed.
  int stride = std::max(1, static_cast<int>(std::sqrt(static_cast<double>(pixels) / options.max_vertices)));
  for (;; ++stride) {
    std::vector<LayerMesh> meshes;
    std::size_t vertices = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (layers[i].box().empty()) continue;
      LayerMesh mesh = Mesher(layers[i], stride, options.edge_step, cover).run();
      mesh.layer = static_cast<int>(i);
      vertices += mesh.vertices.size();
      if (!mesh.triangles.empty()) meshes.push_back(std::move(mesh));
    }
    if (vertices > static_cast<std::size_t>(options.max_vertices)) continue;
    require(!meshes.empty(), "The scene has no surface: nothing is covered, or it is a single row or column.");
    return meshes;
  }
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
