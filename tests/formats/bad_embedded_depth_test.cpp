// Depth in photos that are damaged, or made to do harm.
#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "heic_photos.hpp"
#include "photo_support.hpp"

namespace relievo_tests {
namespace {

using namespace depth_photos;
using relievo::ErrorCode;
using relievo::Image;
using relievo::Scalar;
namespace io = relievo::io;

class BadEmbeddedDepth : public testing::Test {
 protected:
  void SetUp() override {
    io::write(folder / "plain.jpg", smooth_image(24, 16, 3));
    jpeg = load(folder / "plain.jpg");
    io::write(folder / "map.png", noise_image(12, 8, {Scalar::u8, 1}));
    map = load(folder / "map.png");
  }
  void expect_damaged(const std::string& part, const Bytes& file) {
    save(folder / "photo", file);
    expect_error(ErrorCode::corrupt_data, part, [&] { io::read_embedded_depth(folder / "photo"); });
    EXPECT_NO_THROW(io::read(folder / "photo"));
  }
  Bytes heic(const std::string& xmp) {
    std::vector<heic_photos::Item> items = {heic_photos::grey(192, 96, [](int, int) { return 128; }),
                                            heic_photos::grey(128, 64, [](int x, int y) { return x + y; })};
    items[1].auxiliary = "urn:mpeg:hevc:2015:auxid:2";
    items[1].xmp = xmp;
    return heic_photos::file_of(items);
  }

  TempDir folder;
  Bytes jpeg, map;
};

TEST_F(BadEmbeddedDepth, NumbersOfGDepth) {
  expect_damaged("'" + folder / "photo" + "' carries is damaged: its Near is no number.",
                 with_gdepth(jpeg, map, "GDepth:Near=\"near\" GDepth:Far=\"2\""));
  expect_damaged("its Far is no number", with_gdepth(jpeg, map, "GDepth:Near=\"1\""));
  expect_damaged("its Far is no number", with_gdepth(jpeg, map, "GDepth:Near=\"1\" GDepth:Far=\"inf\""));
  expect_damaged("its Far is no number", with_gdepth(jpeg, map, "GDepth:Near=\"1\" GDepth:Far=\"1e999\""));
  expect_damaged("neither RangeInverse nor RangeLinear",
                 with_gdepth(jpeg, map, "GDepth:Near=\"1\" GDepth:Far=\"2\" GDepth:Format=\"Cubic\""));
}

TEST_F(BadEmbeddedDepth, Base64) {
  const auto photo = [&](const std::string& data) {
    return with_segments(
        jpeg, {xmp_segment(packet(gdepth + "GDepth:Near=\"1\" GDepth:Far=\"2\" GDepth:Data=\"" + data + "\""))});
  };
  const std::string good = base64(map);
  expect_damaged("its depth map is missing", photo(""));
  for (const std::string& data : {std::string("====="), std::string("A"), good.substr(0, 41), good + "*", "=" + good,
                                  "A=" + good, std::string("\xc3\xa4") + good}) {
    expect_damaged("not base64", photo(data));
  }
  expect_damaged("neither JPEG nor PNG", photo(base64(Bytes(100, 0))));
  expect_damaged("truncated", photo(base64(Bytes(map.begin(), map.end() - 30))));
}

TEST_F(BadEmbeddedDepth, MapsLargerThanTheLimit) {
  save(folder / "photo", with_gdepth(jpeg, map, "GDepth:Near=\"1\" GDepth:Far=\"2\""));
  EXPECT_NO_THROW(io::read_embedded_depth(folder / "photo", {96}));
  expect_error(ErrorCode::unsupported, "photo", [&] { io::read_embedded_depth(folder / "photo", {95}); });
  expect_error(ErrorCode::invalid_argument, "max_pixels is 0; allowed is 1 or more.",
               [&] { io::read_embedded_depth(folder / "photo", {0}); });
  save(folder / "photo", heic(""));
  EXPECT_NO_THROW(io::read_embedded_depth(folder / "photo", {192 * 96}));
  expect_error(ErrorCode::unsupported, "photo", [&] { io::read_embedded_depth(folder / "photo", {192 * 96 - 1}); });
}

TEST_F(BadEmbeddedDepth, HostileXml) {
  const std::string guid(32, 'A');
  const std::string head =
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
      "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">";
  const auto extended = [&](const std::string& text) {
    std::vector<Bytes> segments = {
        xmp_segment(packet("xmlns:xmpNote=\"http://ns.adobe.com/xmp/note/\" xmpNote:HasExtendedXMP=\"" + guid + "\""))};
    for (std::size_t at = 0; at < text.size(); at += 60000) {
      segments.push_back(extended_segment(guid, text.size(), at, text.substr(at, 60000)));
    }
    return with_segments(jpeg, segments);
  };
  std::string deep, wide, attributes, spaces;
  for (int i = 0; i < 400000; ++i) deep += "<a>";
  for (int i = 0; i < 400000; ++i) wide += "<a/>";
  for (int i = 0; i < 90000; ++i) attributes += " a=''";
  for (int i = 0; i < 45000; ++i) {
    spaces += " xmlns:p" + std::to_string(i) + "='http://ns.google.com/photos/1.0/depthmap/' p" + std::to_string(i) +
              ":Near='1'";
  }
  const std::string entities =
      "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c SYSTEM "
      "\"file:///etc/passwd\">]><x>&b;&c;</x>";
  for (const std::string& text : {deep, head + deep, head + wide, head + "<rdf:Description" + attributes + "/>",
                                  entities, head + "\xff\xfe\x00", std::string(100000, '\0'), std::string(1000, '<')}) {
    save(folder / "photo", extended(text));
    EXPECT_TRUE(io::read_embedded_depth(folder / "photo").depth.empty());
  }
  save(folder / "photo", extended(head + "<rdf:Description" + spaces + "/></rdf:RDF></x:xmpmeta>"));
  try {
    io::read_embedded_depth(folder / "photo");
  } catch (const relievo::Error&) {
  }
}

TEST_F(BadEmbeddedDepth, AppleProperties) {
  const auto photo = [&](const std::string& properties) {
    return heic(packet("xmlns:apdi=\"http://ns.apple.com/pixeldatainfo/1.0/\" " + properties));
  };
  const std::string range = " apdi:FloatMinValue=\"1\" apdi:FloatMaxValue=\"2\"";
  ASSERT_NO_THROW(
      (save(folder / "photo", photo("apdi:NativeFormat=\"hdis\"" + range)), io::read_embedded_depth(folder / "photo")));
  expect_damaged("none of disparity or depth", photo("apdi:NativeFormat=\"1278226488\"" + range));
  expect_damaged("its FloatMinValue is no number", photo("apdi:NativeFormat=\"hdis\""));
  expect_damaged("its FloatMaxValue is no number",
                 photo("apdi:NativeFormat=\"hdis\" apdi:FloatMinValue=\"1\" apdi:FloatMaxValue=\"nan\""));
  expect_damaged("its IntMaxValue is not above",
                 photo("apdi:NativeFormat=\"hdis\" apdi:IntMinValue=\"9\" apdi:IntMaxValue=\"9\"" + range));
  expect_damaged("no depth is known", photo("apdi:NativeFormat=\"hdep\" apdi:FloatMinValue=\"-2\" "
                                            "apdi:FloatMaxValue=\"-1\""));
}

TEST_F(BadEmbeddedDepth, HeicWhoseDepthIsCutShort) {
  std::vector<heic_photos::Item> items = {heic_photos::grey(192, 96, [](int, int) { return 128; }),
                                          heic_photos::grey(128, 64, [](int x, int y) { return x * y; })};
  items[1].auxiliary = "urn:mpeg:hevc:2015:auxid:2";
  items[1].data.resize(8);
  expect_damaged("photo", heic_photos::file_of(items));
}

TEST_F(BadEmbeddedDepth, TruncatedAndDamagedFilesNeverCrash) {
  Bytes behind = with_segments(
      jpeg, {xmp_segment(packet(
                "xmlns:Item=\"http://ns.google.com/photos/dd/1.0/item/\" "
                "xmlns:D=\"http://ns.google.com/photos/dd/1.0/depthmap/\" D:Near=\"1\" D:Far=\"2\" D:DepthURI=\"d\"",
                "<Item:a Item:Mime=\"p\"/><Item:a Item:Mime=\"p\" Item:DataURI=\"d\" Item:Length=\"" +
                    std::to_string(map.size()) + "\"/>"))});
  add(behind, map);
  save(folder / "photo", behind);
  ASSERT_FALSE(io::read_embedded_depth(folder / "photo").depth.empty());
  const Bytes inside = with_gdepth(jpeg, map, "GDepth:Near=\"1\" GDepth:Far=\"2\"");
  const Bytes auxiliary =
      heic(packet("xmlns:apdi=\"http://ns.apple.com/pixeldatainfo/1.0/\" apdi:NativeFormat=\"hdis\" "
                  "apdi:FloatMinValue=\"1\" apdi:FloatMaxValue=\"2\""));
  for (const Bytes& whole : {behind, inside, auxiliary}) {
    const auto attempt = [&](const Bytes& bytes) {
      save(folder / "photo", bytes);
      try {
        io::read_embedded_depth(folder / "photo", {1'000'000});
      } catch (const relievo::Error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr(folder / "photo"));
      }
    };
    for (std::uint32_t part = 1; part < 60; ++part) {
      attempt(Bytes(whole.begin(), whole.begin() + static_cast<long>(whole.size() * part / 60)));
    }
    for (std::uint32_t round = 0; round < 150; ++round) {
      Bytes damaged = whole;
      for (std::uint32_t k = 0; k < 3; ++k) {
        const std::size_t range = k ? std::min<std::size_t>(1200, damaged.size()) : damaged.size();
        damaged[noise(round * 7 + k) % range] = static_cast<std::uint8_t>(noise(round * 11 + k + 99));
      }
      attempt(damaged);
    }
  }
}

}  // namespace
}  // namespace relievo_tests
