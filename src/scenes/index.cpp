// The tree of bounds that rays walk through.
#include <algorithm>
#include <cfloat>
#include <cmath>
#include <numeric>

#include "scenes/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {
namespace {

struct Bounds {
  Vec3 low{FLT_MAX, FLT_MAX, FLT_MAX}, high{-FLT_MAX, -FLT_MAX, -FLT_MAX};

  void take(const Bounds& other) {
    low = {std::min(low.x, other.low.x), std::min(low.y, other.low.y), std::min(low.z, other.low.z)};
    high = {std::max(high.x, other.high.x), std::max(high.y, other.high.y), std::max(high.z, other.high.z)};
  }
  Vec3 middle() const { return (low + high) * 0.5f; }
  float area() const {
    const Vec3 d = high - low;
    return d.x * d.y + d.y * d.z + d.z * d.x;
  }
  float size() const { return std::max({high.x - low.x, high.y - low.y, high.z - low.z}); }
};

Bounds bounds_of(const Primitive& thing) {
  const Affine& m = thing.to_object;
  const Vec3 size = thing.size;
  // Half sides as vectors of the world: the rows of the transform are axes over half sides.
  const Vec3 x = m.x * (size.x * size.x), y = m.y * (size.y * size.y), z = m.z * (size.z * size.z);
  Vec3 middle = x * -m.shift.x + y * -m.shift.y + z * -m.shift.z;
  const auto of_box = [](Vec3 a, Vec3 b, Vec3 c) {
    return Vec3{std::fabs(a.x) + std::fabs(b.x) + std::fabs(c.x), std::fabs(a.y) + std::fabs(b.y) + std::fabs(c.y),
                std::fabs(a.z) + std::fabs(b.z) + std::fabs(c.z)};
  };
  const auto of_ball = [](Vec3 a, Vec3 b, Vec3 c) {
    return Vec3{std::sqrt(a.x * a.x + b.x * b.x + c.x * c.x), std::sqrt(a.y * a.y + b.y * b.y + c.y * c.y),
                std::sqrt(a.z * a.z + b.z * b.z + c.z * c.z)};
  };
  Vec3 half{};
  switch (thing.shape) {
    case Shape::sphere:
      half = of_ball(x, y, z);
      break;
    case Shape::box:
      half = of_box(x, y, z);
      break;
    case Shape::frustum: {
      const float widest = std::max(1.0f, thing.a);
      half = of_ball(x * widest, {0, 0, 0}, z * widest) + of_box(y, {0, 0, 0}, {0, 0, 0});
      break;
    }
    case Shape::patch:
      half = of_box(x, y, {0, 0, 0});
      break;
    case Shape::terrain:
      middle = middle + y * 0.5f;
      half = of_box(x, y * 0.5f, z);
      break;
  }
  // Rounding must not make a plane's box thinner than the plane.
  const float margin = 1e-5f * (length(half) + length(middle));
  half = half + Vec3{margin, margin, margin};
  return {middle - half, middle + half};
}

class Tree {
 public:
  Tree(const std::vector<Bounds>& bounds, std::vector<Node>& nodes) : bounds_(bounds), nodes_(nodes) {}

  void add(int* first, int* last) {
    const std::size_t own = nodes_.size();
    nodes_.push_back({});
    Bounds all, middles;
    for (const int* i = first; i != last; ++i) {
      all.take(bounds_[std::size_t(*i)]);
      middles.take({bounds_[std::size_t(*i)].middle(), bounds_[std::size_t(*i)].middle()});
    }
    int primitive = -1;
    if (last - first == 1) {
      primitive = *first;
    } else {
      const Vec3 wide = middles.high - middles.low;
      float Vec3::*axis = wide.x >= wide.y && wide.x >= wide.z ? &Vec3::x : wide.y >= wide.z ? &Vec3::y : &Vec3::z;
      std::sort(first, last, [&](int a, int b) {
        const float p = bounds_[std::size_t(a)].middle().*axis, q = bounds_[std::size_t(b)].middle().*axis;
        return p < q || (p == q && a < b);
      });
      int* const middle = best_split(first, last);
      add(first, middle);
      add(middle, last);
    }
    nodes_[own] = {all.low, static_cast<std::int32_t>(nodes_.size()), all.high, primitive};
  }

 private:
  // Where rays meet the fewest boxes: by the surface area heuristic (Goldsmith and Salmon, CG&A 1987).
  int* best_split(int* first, int* last) {
    const std::ptrdiff_t count = last - first;
    behind_.resize(static_cast<std::size_t>(count));
    Bounds all;
    for (std::ptrdiff_t i = count - 1; i > 0; --i) {
      all.take(bounds_[std::size_t(first[i])]);
      behind_[std::size_t(i)] = all.area();
    }
    all = {};
    float least = FLT_MAX;
    std::ptrdiff_t best = 1;
    for (std::ptrdiff_t i = 1; i < count; ++i) {
      all.take(bounds_[std::size_t(first[i - 1])]);
      const float cost = all.area() * float(i) + behind_[std::size_t(i)] * float(count - i);
      if (cost < least) {
        least = cost;
        best = i;
      }
    }
    return first + best;
  }

  const std::vector<Bounds>& bounds_;
  std::vector<Node>& nodes_;
  std::vector<float> behind_;
};

}  // namespace

void Scene::index() {
  nodes.clear();
  std::vector<Bounds> bounds;
  Bounds all;
  for (const Primitive& thing : primitives) {
    bounds.push_back(bounds_of(thing));
    all.take(bounds.back());
  }
  std::vector<int> order(primitives.size());
  std::iota(order.begin(), order.end(), 0);
  // Walls and grounds stand before the tree, whose boxes they would spoil.
  const auto small = std::stable_partition(order.begin(), order.end(),
                                           [&](int i) { return bounds[std::size_t(i)].size() > 0.3f * all.size(); });
  Tree tree(bounds, nodes);
  for (auto i = order.begin(); i != small; ++i) tree.add(&*i, &*i + 1);
  if (small != order.end()) tree.add(&*small, order.data() + order.size());
}

SceneView Scene::host_view() const {
  return {primitives.data(),
          nodes.data(),
          materials.data(),
          heights.data(),
          photos.pixels(),
          &around,
          static_cast<std::int32_t>(primitives.size()),
          static_cast<std::int32_t>(nodes.size()),
          photos.count()};
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
