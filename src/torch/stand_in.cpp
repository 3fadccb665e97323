#include "torch/stand_in.hpp"

#include <vector>

#include <ATen/ops/zeros.h>

#include "core/check.hpp"
#include "torch/depth_architecture.hpp"
#include "torch/formula_weights.hpp"
#include "torch/write_safetensors.hpp"

namespace relievo {
inline namespace v1 {
namespace {

class Asked final : public WeightSource {
 public:
  at::Tensor take(const std::string& name, at::IntArrayRef shape) override {
    places.push_back({name, shape.vec()});
    return at::zeros(shape);
  }
  void ignore(const std::string&) override {}

  std::vector<TensorPlace> places;
};

}  // namespace

void write_stand_in(const std::string& architecture, const std::filesystem::path& path) {
  const DepthArchitecture* known = find_depth_architecture(architecture);
  require(known != nullptr, "There is no depth network ", architecture, ".");
  Asked asked;
  build_depth(*known, WeightScope(asked));
  write_safetensors(path, asked.places,
                    [&](std::size_t i) { return formula_tensor(asked.places[i].name, asked.places[i].shape); });
}

}  // namespace v1
}  // namespace relievo
