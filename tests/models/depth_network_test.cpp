// What the library makes of a network's answer.
#include "effects/depth_network.hpp"

#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <relievo/error.hpp>

namespace relievo {
namespace {

/// Answers a ramp with one value in it replaced.
class Ramp final : public DepthNetwork {
 public:
  explicit Ramp(float odd) : odd_(odd) { facts_.input.side = 28; }
  const Facts& facts() const override { return facts_; }
  void infer(const ImageView*, const MutableImageView* depths, int count) override {
    for (int i = 0; i < count; ++i) {
      for (int y = 0; y < depths[i].height; ++y) {
        for (int x = 0; x < depths[i].width; ++x) depths[i].row<float>(y)[x] = 1 + static_cast<float>(y);
      }
      depths[i].row<float>(3)[4] = odd_;
    }
  }

 private:
  Facts facts_;
  float odd_;
};

std::string said_of(float odd) {
  Image photo(28, 28, {Scalar::u8, 3});
  for (int y = 0; y < 28; ++y) std::fill_n(photo.row<std::uint8_t>(y), 84, std::uint8_t{100});
  Ramp network(odd);
  try {
    depth_by_network(Device::cpu(1), network, {photo.view()}, {}, {});
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TEST(DepthByNetwork, OneValueThatIsNotFiniteIsToldOf) {
  const char* const sentence = "The network puts out depth that is not finite; another precision may help.";
  EXPECT_EQ(said_of(std::numeric_limits<float>::quiet_NaN()), sentence);
  EXPECT_EQ(said_of(std::numeric_limits<float>::infinity()), sentence);
  EXPECT_EQ(said_of(2), "");
}

}  // namespace
}  // namespace relievo
