// Images own padded, aligned pixels; copies are independent and moves leave nothing behind.
#include <relievo/image.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "common/images.hpp"

namespace relievo {
namespace {

using test::error_of;

TEST(Image, RowsAreAlignedAndPaddedTo64Bytes) {
  struct Case {
    int width;
    PixelFormat format;
    std::int64_t stride;
  };
  // ceil(width * bytes a pixel / 64) * 64, by hand.
  const Case cases[] = {{1, {Scalar::u8, 1}, 64},      {64, {Scalar::u8, 1}, 64},  {65, {Scalar::u8, 1}, 128},
                        {21, {Scalar::u8, 3}, 64},     {22, {Scalar::u8, 3}, 128}, {16, {Scalar::f32, 1}, 64},
                        {17, {Scalar::f32, 1}, 128},   {8, {Scalar::u16, 4}, 64},  {9, {Scalar::u16, 4}, 128},
                        {100, {Scalar::f32, 4}, 1600}, {10, {Scalar::f16, 3}, 64}, {11, {Scalar::f16, 3}, 128}};
  for (const Case& c : cases) {
    const Image image(c.width, 3, c.format);
    EXPECT_EQ(image.stride(), c.stride) << c.width;
    for (int y = 0; y < 3; ++y) EXPECT_EQ(reinterpret_cast<std::uintptr_t>(image.row<char>(y)) % 64, 0u);
    EXPECT_EQ(image.row<char>(2) - image.row<char>(0), 2 * c.stride);
  }
}

TEST(Image, BytesOfAPixel) {
  EXPECT_EQ((PixelFormat{Scalar::u8, 3}.bytes()), 3);
  EXPECT_EQ((PixelFormat{Scalar::u16, 4}.bytes()), 8);
  EXPECT_EQ((PixelFormat{Scalar::f16, 1}.bytes()), 2);
  EXPECT_EQ((PixelFormat{Scalar::f32, 3}.bytes()), 12);
}

TEST(Image, KeepsWhatItIsToldAboutItsNumbers) {
  const Color color{Primaries::display_p3, Transfer::bt709, true};
  Image image(4, 5, {Scalar::u16, 4}, color);
  EXPECT_EQ(image.width(), 4);
  EXPECT_EQ(image.height(), 5);
  EXPECT_EQ(image.format(), (PixelFormat{Scalar::u16, 4}));
  EXPECT_EQ(image.color(), color);
  EXPECT_EQ(image.device().kind, DeviceKind::cpu);
  EXPECT_FALSE(image.empty());
  image.set_color({});
  EXPECT_EQ(image.view().color, Color());
}

TEST(Image, RefusesSizesOutOfRange) {
  const auto sentence = [](const char* size) {
    return "invalid_argument: An image of " + std::string(size) + " pixels is out of range; each side is 1 to 65535.";
  };
  EXPECT_EQ(error_of([] { Image(0, 5, {}); }), sentence("0 x 5"));
  EXPECT_EQ(error_of([] { Image(5, 0, {}); }), sentence("5 x 0"));
  EXPECT_EQ(error_of([] { Image(-3, 5, {}); }), sentence("-3 x 5"));
  EXPECT_EQ(error_of([] { Image(65536, 1, {}); }), sentence("65536 x 1"));
  EXPECT_EQ(error_of([] { Image(1, 65536, {}); }), sentence("1 x 65536"));
  EXPECT_EQ(error_of([] { Image(65535, 1, {}); }), "nothing");
  EXPECT_EQ(error_of([] { Image(1, 65535, {}); }), "nothing");
}

TEST(Image, RefusesOtherChannelCounts) {
  for (const int channels : {0, 2, 5, 255}) {
    EXPECT_EQ(error_of([&] {
                Image(4, 4, {Scalar::u8, static_cast<std::uint8_t>(channels)});
              }),
              "invalid_argument: An image of " + std::to_string(channels) +
                  " channels is out of range; 1, 3 or 4 are allowed.");
  }
}

TEST(Image, CopiesViewsWithAnyStride) {
  const Image whole = test::photo(40, 20);
  const ImageView inner = test::part(whole, 7, 3, 11, 9);
  const Image copy = Image::copy_of(inner);
  EXPECT_EQ(copy.width(), 11);
  EXPECT_EQ(copy.height(), 9);
  EXPECT_EQ(copy.stride(), 64);
  for (int y = 0; y < 9; ++y) {
    for (int x = 0; x < 11; ++x) {
      for (int c = 0; c < 3; ++c) EXPECT_EQ(test::at(copy, x, y, c), test::texture(x + 7, y + 3, c));
    }
  }
}

TEST(Image, CopiesNothingFromNowhere) {
  EXPECT_EQ(error_of([] { Image::copy_of({}); }), "invalid_argument: The image is empty.");
  EXPECT_EQ(error_of([] { Image().clone(); }), "invalid_argument: The image is empty.");
  Image image(2, 2, {});
  ImageView view = image.view();
  view.device = {DeviceKind::cuda, 0};
  EXPECT_EQ(error_of([&] { Image::copy_of(view); }),
            "invalid_argument: The image lies in device memory; copy it with device.download(image).");
}

TEST(Image, ACloneIsIndependent) {
  Image image = test::photo(9, 9);
  const Image clone = image.clone();
  EXPECT_TRUE(test::same(clone, image));
  EXPECT_NE(clone.view().data, image.view().data);
  image.row<std::uint8_t>(4)[0] ^= 255;
  EXPECT_FALSE(test::same(clone, image));
  EXPECT_EQ(test::at(clone, 0, 4), test::texture(0, 4, 0));
}

TEST(Image, MovesLeaveEmptyBehind) {
  Image a = test::photo(9, 9);
  const void* pixels = a.view().data;
  Image b = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): this is the promise.
  EXPECT_EQ(a.width(), 0);
  EXPECT_EQ(b.view().data, pixels);
  Image c(3, 3, {});
  c = std::move(b);
  EXPECT_TRUE(b.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(c.view().data, pixels);
  EXPECT_EQ(c.width(), 9);
}

TEST(Image, MovedIntoItselfItIsWhole) {
  Image a = test::photo(9, 9);
  Image& alias = a;
  a = std::move(alias);
  EXPECT_TRUE(test::same(a, test::photo(9, 9)));
}

TEST(Image, AForeignOwnerLivesAsLongAsThePixels) {
  auto owner = std::make_shared<int>(0);
  std::uint8_t pixels[4] = {1, 2, 3, 4};
  {
    const Image image(MutableImageView{pixels, 4, 1, 4, {Scalar::u8, 1}, {}, {}}, owner);
    EXPECT_EQ(owner.use_count(), 2);
    EXPECT_EQ(image.row<std::uint8_t>(0)[3], 4);
  }
  EXPECT_EQ(owner.use_count(), 1);
}

TEST(DeviceId, CpuDevicesShareMemoryAndGpusDoNot) {
  EXPECT_EQ((DeviceId{DeviceKind::cpu, 0}), (DeviceId{DeviceKind::cpu, 1}));
  EXPECT_NE((DeviceId{DeviceKind::cuda, 0}), (DeviceId{DeviceKind::cuda, 1}));
  EXPECT_NE((DeviceId{DeviceKind::cuda, 0}), (DeviceId{DeviceKind::cpu, 0}));
}

}  // namespace
}  // namespace relievo
