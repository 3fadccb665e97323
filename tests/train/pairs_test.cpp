// Folders of photos whose depth is known: what is read from them, and what is refused.
#include "pairs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <relievo/error.hpp>
#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "command/process.hpp"

namespace {

using relievo::DepthKind;
using relievo::Image;
using relievo::Scalar;
using tool::open_pairs;
using tool::PairSet;
using tool::PhotoAndDepth;
using tool::read_pair;

constexpr const char* metres = R"({"depth": "metres", "scale": 0.001, "unknown": 0, "name": "rooms",
                                   "licence": "CC0-1.0", "origin": "made"})";

class Pairs : public testing::Test {
 protected:
  void source(const std::string& text) { std::ofstream(folder / "source.json") << text; }

  template <class T>
  Image image(int width, int height, std::uint8_t channels, std::vector<T> values) {
    Image out(width, height, {sizeof(T) == 1 ? Scalar::u8 : sizeof(T) == 2 ? Scalar::u16 : Scalar::f32, channels});
    for (int y = 0; y < height; ++y) {
      for (int i = 0; i < width * channels; ++i) {
        out.row<T>(y)[i] = values[static_cast<std::size_t>(y * width * channels + i) % values.size()];
      }
    }
    return out;
  }
  void photo(const std::string& name, int width = 4, int height = 2) {
    relievo::io::write(folder / name, image<std::uint8_t>(width, height, 3, {10, 120, 240}));
  }
  /// Grey, 16 bits.
  void depth(const std::string& name, const std::vector<std::uint16_t>& values, int width = 4, int height = 2) {
    relievo::io::write(folder / name, image<std::uint16_t>(width, height, 1, values));
  }
  void floats(const std::string& name, const std::vector<float>& values, int width = 4, int height = 2) {
    relievo::io::write_depth(folder / name,
                             relievo::DepthMap(image<float>(width, height, 1, values), DepthKind::disparity));
  }
  PhotoAndDepth only() {
    const PairSet set = open_pairs(folder.path());
    EXPECT_EQ(set.pairs.size(), 1u);
    return read_pair(set, set.pairs.at(0));
  }
  /// What is refused of the folder's source.json, or else of its first pair, with FOLDER for the folder.
  std::string refusal() {
    try {
      const PairSet set = open_pairs(folder.path());
      read_pair(set, set.pairs.at(0));
    } catch (const relievo::Error& error) {
      std::string text = error.what();
      for (std::size_t at; (at = text.find(folder.path())) != std::string::npos;) {
        text.replace(at, folder.path().size(), "FOLDER");
      }
      return text;
    }
    return "";
  }

  test::Folder folder;
};

std::vector<float> values_of(const relievo::DepthMap& depth) {
  std::vector<float> out;
  for (int y = 0; y < depth.height(); ++y) {
    out.insert(out.end(), depth.values().row<float>(y), depth.values().row<float>(y) + depth.width());
  }
  return out;
}

TEST_F(Pairs, AreListedByNameAndTheRestIsPassedOver) {
  source(metres);
  photo("b.jpg"), depth("b.png", {1000});
  photo("a.png"), floats("a.npy", {1000});
  photo("c.JPEG"), floats("c.pfm", {1000});
  photo("d.jpg"), floats("d.exr", {1000});
  photo("b.mask.png"), photo("no_depth.jpg"), photo("no_depth_2.png"), floats("no_photo.npy", {1});
  std::ofstream(folder / "README.md") << "text";
  std::filesystem::create_directory(folder / "folder.jpg");

  const PairSet set = open_pairs(folder.path());
  EXPECT_EQ(set.source.name, "rooms");
  EXPECT_EQ(set.source.licence, "CC0-1.0");
  EXPECT_EQ(set.source.origin, "made");
  EXPECT_EQ(set.source.depth, tool::Truth::metres);
  EXPECT_EQ(set.source.scale, 0.001);
  EXPECT_TRUE(set.source.zero_is_unknown);
  const std::vector<tool::Pair> expected{{"a", folder / "a.png", folder / "a.npy", ""},
                                         {"b", folder / "b.jpg", folder / "b.png", folder / "b.mask.png"},
                                         {"c", folder / "c.JPEG", folder / "c.pfm", ""},
                                         {"d", folder / "d.jpg", folder / "d.exr", ""}};
  ASSERT_EQ(set.pairs.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(set.pairs[i].name, expected[i].name);
    EXPECT_EQ(set.pairs[i].photo, expected[i].photo);
    EXPECT_EQ(set.pairs[i].depth, expected[i].depth);
    EXPECT_EQ(set.pairs[i].mask, expected[i].mask);
    EXPECT_EQ(read_pair(set, set.pairs[i]).depth.values().row<float>(1)[3], 1.0f) << expected[i].name;
  }
}

TEST_F(Pairs, MetresAreTheFilesValuesTimesTheScale) {
  source(metres);
  photo("a.jpg", 8, 4), depth("a.png", {0, 500, 1500, 65535});
  const PhotoAndDepth known = only();
  EXPECT_EQ(known.photo.width(), 8);
  EXPECT_EQ(known.depth.kind(), DepthKind::metres);
  EXPECT_EQ(known.depth.width(), 4);
  const std::vector<float> values = values_of(known.depth);
  EXPECT_TRUE(std::isnan(values[0]));
  EXPECT_FLOAT_EQ(values[1], 0.5f);
  EXPECT_FLOAT_EQ(values[7], 65.535f);
}

TEST_F(Pairs, DisparityWithAScaleIsInPixelsAndWithoutOneRelative) {
  photo("a.jpg"), depth("a.png", {0, 8, 16, 32});
  source(R"({"depth": "disparity", "scale": 0.25, "unknown": 0, "name": "a", "licence": "b", "origin": "c"})");
  EXPECT_EQ(only().depth.kind(), DepthKind::disparity_px);
  EXPECT_FLOAT_EQ(values_of(only().depth)[2], 4);
  EXPECT_TRUE(std::isnan(values_of(only().depth)[0]));

  for (const std::string kind : {"disparity", "order"}) {
    source(R"({"depth": ")" + kind + R"(", "unknown": 0, "name": "a", "licence": "b", "origin": "c"})");
    EXPECT_EQ(only().depth.kind(), DepthKind::disparity);
    const std::vector<float> values = values_of(only().depth);
    EXPECT_TRUE(std::isnan(values[0])) << kind;
    EXPECT_FLOAT_EQ(values[2] / values[1], 2) << kind;

    source(R"({"depth": ")" + kind + R"(", "unknown": null, "name": "a", "licence": "b", "origin": "c"})");
    EXPECT_EQ(values_of(only().depth)[0], 0) << kind;
  }
}

TEST_F(Pairs, PhotosBecomeRgbOfEightBits) {
  source(metres);
  floats("a.npy", {1000});
  const auto expect_pixel = [&](const Image& written, std::vector<int> expected) {
    relievo::io::write(folder / "a.png", written);
    const Image found = only().photo;
    EXPECT_EQ(found.format(), (relievo::PixelFormat{Scalar::u8, 3}));
    EXPECT_EQ(std::vector<int>(found.row<std::uint8_t>(1) + 3, found.row<std::uint8_t>(1) + 6), expected);
  };
  expect_pixel(image<std::uint8_t>(4, 2, 3, {10, 20, 30}), {10, 20, 30});
  expect_pixel(image<std::uint8_t>(4, 2, 1, {10, 20}), {20, 20, 20});
  expect_pixel(image<std::uint8_t>(4, 2, 4, {10, 20, 30, 200}), {10, 20, 30});
  expect_pixel(image<std::uint16_t>(4, 2, 3, {65535, 257 * 7 + 128, 257 * 7 + 129}), {255, 7, 8});
}

TEST_F(Pairs, WhatASourceSaysWronglyIsNamed) {
  photo("a.jpg"), depth("a.png", {1000});
  EXPECT_EQ(refusal(), "There is no 'FOLDER/source.json', which says what the depth beside it is.");
  const auto with = [](const std::string& member, const std::string& value) {
    std::string text = metres;
    const std::size_t at = text.find("\"" + member + "\"") + member.size() + 4;
    return text.replace(at, std::min(text.find(',', at), text.find('}', at)) - at, value);
  };
  const auto expect = [&](const std::string& text, const std::string& sentence) {
    source(text);
    EXPECT_EQ(refusal(), "'FOLDER/source.json' " + sentence + ".") << text;
  };
  expect("", "is not JSON from byte 1 on");
  expect("{\"depth\": \"metr", "is not JSON from byte 16 on");
  expect(std::string(50000, '['), "is not JSON from byte 50001 on");
  expect(std::string(65537, ' '), "is larger than 64 KiB");
  expect(with("scale", "1e999"), "holds a number that is too large");
  expect("[1]", "holds no JSON object");
  expect("{}", "has no line of text as depth");
  expect(with("name", "\"a\", \"split\": 1"),
         "has the member \"split\"; allowed are depth, scale, unknown, name, licence and origin");
  expect(with("depth", "\"feet\""), "says that depth is \"feet\"; allowed are metres, disparity and order");
  expect(with("depth", "7"), "has no line of text as depth");
  expect(with("depth", "\"order\""), "has a scale, which an order has not");
  expect(with("scale", "null"), "has no scale, the factor from a value to metres");
  expect(with("scale", "0"), "has the scale 0; allowed is a number above 0");
  expect(with("scale", "-1"), "has the scale -1; allowed is a number above 0");
  expect(with("scale", "\"1\""), "has the scale \"1\"; allowed is a number above 0");
  expect(with("unknown", "255"), "says that unknown is 255; allowed are 0 and null");
  expect(with("unknown", "\"" + std::string(99, 'x') + "\""),
         "says that unknown is \"" + std::string(39, 'x') + "...; allowed are 0 and null");
  for (const char* name : {"\"../rooms\"", "\".rooms\"", "\"r\\u00e4ume\"", "\"a|b\""}) {
    expect(with("name", name), "has the name " + std::string(name) +
                                   "; allowed are 1 to 64 letters, digits, spaces and -_. after one of the former");
  }
  expect(with("licence", "\"\""), "has no line of text as licence");
  expect(with("origin", "\"a\\nb\""), "has no line of text as origin");
}

TEST_F(Pairs, WhatDoesNotFitIsNamed) {
  source(metres);
  EXPECT_EQ(refusal(), "The folder 'FOLDER' holds no pair, as of NAME.jpg and NAME.png, or NAME.png and NAME.npy.");
  photo("a.jpg", 100, 50);
  depth("a.png", {1000}, 100, 49);
  EXPECT_EQ(refusal(),
            "The depth 'FOLDER/a.png' is 100 x 49 pixels, the photo 'FOLDER/a.jpg' 100 x 50; the ratio of their sides "
            "must agree to 1 %.");
  depth("a.png", {1000}, 201, 100);
  EXPECT_EQ(refusal(), "") << "within 1 %";
  depth("a.png", {0}, 100, 50);
  EXPECT_EQ(refusal(), "'FOLDER/a.png' holds no known depth.");
  source(R"({"depth": "order", "unknown": 0, "name": "a", "licence": "b", "origin": "c"})");
  EXPECT_EQ(refusal(), "'FOLDER/a.png' holds no known depth.");
  depth("a.png", {65000}, 100, 50);
  source(R"({"depth": "metres", "scale": 2, "unknown": 0, "name": "a", "licence": "b", "origin": "c"})");
  EXPECT_EQ(
      refusal(),
      "'FOLDER/a.png' has a median depth of 130000 m with the scale 2 of 'FOLDER/source.json'; allowed is 0.001 to "
      "100000 m.");
  source(R"({"depth": "metres", "scale": 1e-9, "unknown": 0, "name": "a", "licence": "b", "origin": "c"})");
  EXPECT_EQ(refusal(),
            "'FOLDER/a.png' has a median depth of 6.5e-05 m with the scale 1e-09 of 'FOLDER/source.json'; allowed is "
            "0.001 to 100000 m.");
  source(metres);
  floats("a.npy", {1000});
  EXPECT_EQ(refusal(),
            "The photo 'FOLDER/a.jpg' has more than one file of depth beside it: 'FOLDER/a.npy' and 'FOLDER/a.png'.");
  std::filesystem::remove(folder / "a.npy");
  std::ofstream(folder / "a.jpg") << "text";
  EXPECT_EQ(refusal().find("'FOLDER/a.jpg' "), 0u) << refusal();
  try {
    open_pairs(folder / "absent");
    ADD_FAILURE();
  } catch (const relievo::Error& error) {
    EXPECT_EQ(error.what(), "Cannot read the folder '" + folder.path() + "/absent': No such file or directory.");
  }
}

}  // namespace
