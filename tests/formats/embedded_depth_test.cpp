// Depth that photos carry, against numbers worked out by hand from the formats' own words.
#include <cmath>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "common/assets.hpp"
#include "heic_photos.hpp"
#include "photo_support.hpp"

namespace relievo_tests {
namespace {

using namespace depth_photos;
using heic_photos::grey;
using relievo::DepthKind;
using relievo::ErrorCode;
using relievo::Image;
using relievo::Scalar;
using testing::ElementsAre;
using testing::FloatNear;
namespace io = relievo::io;

constexpr const char* depth_type = "urn:mpeg:hevc:2015:auxid:2";
constexpr const char* matte_type = "urn:com:apple:photo:2018:aux:portraiteffectsmatte";

std::vector<float> values_of(const relievo::DepthMap& depth) {
  std::vector<float> values;
  for (int y = 0; y < depth.height(); ++y) {
    const float* row = depth.values().row<float>(y);
    values.insert(values.end(), row, row + depth.width());
  }
  return values;
}

std::string apple_xmp(const std::string& format, const std::string& low, const std::string& high,
                      const std::string& accuracy) {
  return packet(
      "xmlns:apdi=\"http://ns.apple.com/pixeldatainfo/1.0/\" xmlns:depthData=\"http://ns.apple.com/depthData/1.0/\"",
      "<apdi:IntMinValue>0</apdi:IntMinValue><apdi:IntMaxValue>255</apdi:IntMaxValue><apdi:NativeFormat>" + format +
          "</apdi:NativeFormat><apdi:FloatMinValue>" + low + "</apdi:FloatMinValue>\n<apdi:FloatMaxValue> " + high +
          "\n</apdi:FloatMaxValue><depthData:Accuracy>" + accuracy + "</depthData:Accuracy>");
}

class EmbeddedDepth : public testing::Test {
 protected:
  // Three by two greys as a PNG.
  Bytes map() {
    Image image(3, 2, {Scalar::u8, 1});
    for (int i = 0; i < 6; ++i) image.row<std::uint8_t>(i / 3)[i % 3] = std::uint8_t(51 * i);
    io::write(folder / "map.png", image);
    return load(folder / "map.png");
  }
  Bytes jpeg() {
    io::write(folder / "plain.jpg", smooth_image(24, 16, 3));
    return load(folder / "plain.jpg");
  }
  io::EmbeddedDepth read(const Bytes& file) {
    save(folder / "photo", file);
    return io::read_embedded_depth(folder / "photo");
  }
  void expect_damaged(const std::string& part, const Bytes& file) {
    save(folder / "photo", file);
    expect_error(ErrorCode::corrupt_data, part, [&] { io::read_embedded_depth(folder / "photo"); });
    EXPECT_NO_THROW(io::read(folder / "photo"));
  }
  // A photo with depth 128 x 64, whose stored numbers are x + y.
  std::vector<heic_photos::Item> heic(const std::string& xmp) {
    std::vector<heic_photos::Item> items = {grey(192, 96, [](int, int) { return 128; }),
                                            grey(128, 64, [](int x, int y) { return x + y; })};
    items[1].auxiliary = depth_type;
    items[1].xmp = xmp;
    return items;
  }

  TempDir folder;
};

TEST_F(EmbeddedDepth, AppleDisparityOfNoScaleStaysDisparity) {
  const io::EmbeddedDepth found = read(heic_photos::file_of(heic(apple_xmp("1751411059", "0.5", "2.54", "relative"))));
  EXPECT_EQ(found.source, "Apple depth");
  EXPECT_EQ(found.depth.kind(), DepthKind::disparity);
  ASSERT_EQ(found.depth.width(), 128);
  ASSERT_EQ(found.depth.height(), 64);
  // 0.5 + n * 2.04 / 255 = 0.5 + 0.008 n.
  EXPECT_NEAR(found.depth.values().row<float>(0)[0], 0.5, 1e-6);
  EXPECT_NEAR(found.depth.values().row<float>(0)[50], 0.9, 1e-6);
  EXPECT_NEAR(found.depth.values().row<float>(40)[100], 1.62, 1e-6);
  EXPECT_TRUE(found.matte.empty());
}

TEST_F(EmbeddedDepth, AppleNumbersMayStandForAPartOfTheirRange) {
  std::string xmp = apple_xmp("hdis", "1", "3", "relative");
  xmp.replace(xmp.find(">0</apdi:IntMin"), 2, ">16").replace(xmp.find(">255</apdi:IntMax"), 4, ">216");
  const io::EmbeddedDepth found = read(heic_photos::file_of(heic(xmp)));
  EXPECT_NEAR(found.depth.values().row<float>(0)[16], 1, 1e-6);
  EXPECT_NEAR(found.depth.values().row<float>(0)[116], 2, 1e-6);
}

TEST_F(EmbeddedDepth, AppleDisparityOfAbsoluteAccuracyIsMetres) {
  const io::EmbeddedDepth found = read(heic_photos::file_of(heic(apple_xmp("hdis", "0", "2.55", "absolute"))));
  EXPECT_EQ(found.depth.kind(), DepthKind::metres);
  EXPECT_TRUE(std::isnan(found.depth.values().row<float>(0)[0]));  // infinitely far
  EXPECT_NEAR(found.depth.values().row<float>(0)[50], 2, 1e-6);    // 1 / 0.5
  EXPECT_NEAR(found.depth.values().row<float>(0)[100], 1, 1e-6);
}

TEST_F(EmbeddedDepth, AppleDepthIsMetresOrTheirInverse) {
  const io::EmbeddedDepth metres = read(heic_photos::file_of(heic(apple_xmp("1751410032", "1", "3.55", "absolute"))));
  EXPECT_EQ(metres.depth.kind(), DepthKind::metres);
  EXPECT_NEAR(metres.depth.values().row<float>(0)[100], 2, 1e-6);
  const io::EmbeddedDepth relative = read(heic_photos::file_of(heic(apple_xmp("fdep", "1", "3.55", "relative"))));
  EXPECT_EQ(relative.depth.kind(), DepthKind::disparity);
  EXPECT_NEAR(relative.depth.values().row<float>(0)[100], 0.5, 1e-6);
}

TEST_F(EmbeddedDepth, HeicWithoutApplesWordsIsDisparity) {
  const io::EmbeddedDepth found = read(heic_photos::file_of(heic("")));
  EXPECT_EQ(found.source, "HEIF depth");
  EXPECT_EQ(found.depth.kind(), DepthKind::disparity);
  EXPECT_NEAR(found.depth.values().row<float>(2)[100], 0.4, 1e-6);  // 102 / 255
}

TEST_F(EmbeddedDepth, HeicComesUprightLikeItsPhoto) {
  std::vector<heic_photos::Item> items = heic("");
  for (heic_photos::Item& item : items) item.turns = 1;
  const io::EmbeddedDepth found = read(heic_photos::file_of(items));
  const io::Photo photo = io::read(folder / "photo");
  EXPECT_EQ(photo.image.width(), 96);
  EXPECT_EQ(photo.image.height(), 192);
  ASSERT_EQ(found.depth.width(), 64);
  ASSERT_EQ(found.depth.height(), 128);
  // A quarter anticlockwise puts the stored right end of the top row to the top left.
  EXPECT_NEAR(found.depth.values().row<float>(0)[0] * 255, 127, 1e-3);
  EXPECT_NEAR(found.depth.values().row<float>(127)[0] * 255, 0, 1e-3);
  EXPECT_NEAR(found.depth.values().row<float>(0)[63] * 255, 127 + 63, 1e-3);
}

TEST_F(EmbeddedDepth, PortraitMatteIsReadWithAndWithoutDepth) {
  std::vector<heic_photos::Item> items = heic(apple_xmp("hdis", "1", "2", "relative"));
  items.push_back(grey(80, 64, [](int x, int) { return x < 40 ? 0 : 255 - x; }));
  items[2].auxiliary = matte_type;
  const io::EmbeddedDepth both = read(heic_photos::file_of(items));
  EXPECT_EQ(both.depth.width(), 128);
  ASSERT_EQ(both.matte.width(), 80);
  ASSERT_EQ(both.matte.height(), 64);
  ASSERT_TRUE(both.matte.format() == (relievo::PixelFormat{Scalar::u8, 1}));
  EXPECT_EQ(both.matte.row<std::uint8_t>(10)[39], 0);
  EXPECT_EQ(both.matte.row<std::uint8_t>(10)[40], 215);
  EXPECT_EQ(both.matte.row<std::uint8_t>(63)[79], 176);
  items.erase(items.begin() + 1);
  const io::EmbeddedDepth alone = read(heic_photos::file_of(items));
  EXPECT_TRUE(alone.depth.empty());
  EXPECT_EQ(alone.source, "");
  EXPECT_EQ(alone.matte.width(), 80);
}

// A photo that a telephone took, and what another reader of HEIC, pillow_heif, makes of its disparity.
TEST_F(EmbeddedDepth, AnIPhonesPhoto) {
  RELIEVO_ASSET(path, "pug.heic");
  const io::EmbeddedDepth found = io::read_embedded_depth(path);
  EXPECT_EQ(found.source, "Apple depth");
  EXPECT_EQ(found.depth.kind(), DepthKind::disparity);
  ASSERT_EQ(found.depth.width(), 768);
  ASSERT_EQ(found.depth.height(), 576);
  const std::vector<float> values = values_of(found.depth);
  double sum = 0;
  for (const float value : values) sum += value;
  EXPECT_NEAR(sum / static_cast<double>(values.size()), 2.044523, 2e-6);
  EXPECT_NEAR(values[50 * 768 + 100], 1.611175, 2e-6);
  EXPECT_NEAR(values[300 * 768 + 500], 1.724303, 2e-6);
}

TEST_F(EmbeddedDepth, GDepthInverseInMetres) {
  // d = far near / (far - v (far - near)), v = n / 5: 1250000 / (2500 - 400 n) mm.
  const io::EmbeddedDepth found =
      read(with_gdepth(jpeg(), map(),
                       "GDepth:Format=\"RangeInverse\" GDepth:Near=\"500\" GDepth:Far=\"2500\" GDepth:Units=\"mm\" "
                       "GDepth:Mime=\"image/png\""));
  EXPECT_EQ(found.source, "GDepth");
  EXPECT_EQ(found.depth.kind(), DepthKind::metres);
  EXPECT_EQ(found.depth.width(), 3);
  EXPECT_THAT(values_of(found.depth),
              ElementsAre(FloatNear(0.5f, 1e-5f), FloatNear(0.5952381f, 1e-5f), FloatNear(0.7352941f, 1e-5f),
                          FloatNear(0.9615385f, 1e-5f), FloatNear(1.3888889f, 1e-5f), FloatNear(2.5f, 1e-5f)));
}

TEST_F(EmbeddedDepth, GDepthLinear) {
  const std::string range = "GDepth:Format=\"RangeLinear\" GDepth:Near=\"1.0\" GDepth:Far=\"2.0\"";
  const io::EmbeddedDepth metres = read(with_gdepth(jpeg(), map(), range + " GDepth:Units=\"m\""));
  EXPECT_EQ(metres.depth.kind(), DepthKind::metres);
  EXPECT_THAT(values_of(metres.depth),
              ElementsAre(FloatNear(1, 1e-6f), FloatNear(1.2f, 1e-6f), FloatNear(1.4f, 1e-6f), FloatNear(1.6f, 1e-6f),
                          FloatNear(1.8f, 1e-6f), FloatNear(2, 1e-6f)));
  for (const char* no_axis : {"", " GDepth:Units=\"m\" GDepth:MeasureType=\"OpticRay\""}) {
    const io::EmbeddedDepth relative = read(with_gdepth(jpeg(), map(), range + no_axis));
    EXPECT_EQ(relative.depth.kind(), DepthKind::disparity);
    EXPECT_NEAR(values_of(relative.depth)[5], 0.5, 1e-6);
    EXPECT_NEAR(values_of(relative.depth)[1], 1 / 1.2, 1e-6);
  }
}

TEST_F(EmbeddedDepth, GDepthOfNoScaleIsDisparityWithTheNearEndAtNought) {
  for (const char* range : {"GDepth:Format=\"RangeInverse\" GDepth:Near=\"12.4\" GDepth:Far=\"390.5\"",
                            "GDepth:Near=\"12.4\" GDepth:Far=\"390.5\"",
                            "GDepth:Format=\"RangeLinear\" GDepth:Near=\"0\" GDepth:Far=\"1\" GDepth:Units=\"m\""}) {
    const io::EmbeddedDepth found = read(with_gdepth(jpeg(), map(), range));
    EXPECT_EQ(found.depth.kind(), DepthKind::disparity);
    EXPECT_THAT(values_of(found.depth),
                ElementsAre(FloatNear(1, 1e-6f), FloatNear(0.8f, 1e-6f), FloatNear(0.6f, 1e-6f), FloatNear(0.4f, 1e-6f),
                            FloatNear(0.2f, 1e-6f), FloatNear(0, 1e-6f)));
  }
}

TEST_F(EmbeddedDepth, DepthIsTurnedAsExifTurnsThePhoto) {
  const std::string gd = gdepth + "GDepth:Near=\"1\" GDepth:Far=\"2\" GDepth:Data=\"" + base64(map()) + "\"";
  // The stored numbers 0 1 2 / 3 4 5 by the table of Exif's orientations: which side of the photo its first row and
  // its first column are.
  const std::vector<std::vector<int>> expected = {{0, 1, 2, 3, 4, 5}, {2, 1, 0, 5, 4, 3}, {5, 4, 3, 2, 1, 0},
                                                  {3, 4, 5, 0, 1, 2}, {0, 3, 1, 4, 2, 5}, {3, 0, 4, 1, 5, 2},
                                                  {5, 2, 4, 1, 3, 0}, {2, 5, 1, 4, 0, 3}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const io::EmbeddedDepth found = read(with_segments(jpeg(), {exif_segment(orientation), xmp_segment(packet(gd))}));
    const io::Photo photo = io::read(folder / "photo");
    EXPECT_EQ(photo.image.width() > photo.image.height(), found.depth.width() > found.depth.height()) << orientation;
    std::vector<int> numbers;
    for (const float value : values_of(found.depth)) numbers.push_back(static_cast<int>(std::lround(5 - 5 * value)));
    EXPECT_EQ(numbers, expected[static_cast<std::size_t>(orientation - 1)]) << orientation;
  }
}

TEST_F(EmbeddedDepth, GDepthInExtendedXmpInAnyOrderAmongOthers) {
  const std::string guid = "0123456789ABCDEF0123456789ABCDEF", other(32, 'F');
  std::string data = base64(map());
  data.insert(7, "\n  ");
  const std::string main = packet(gdepth +
                                  "xmlns:xmpNote=\"http://ns.adobe.com/xmp/note/\" GDepth:Format=\"RangeInverse\" "
                                  "GDepth:Near=\"1\" GDepth:Far=\"3\" xmpNote:HasExtendedXMP=\"" +
                                  guid + "\"");
  const std::string extended = packet(gdepth, "<GDepth:Data>" + data + "</GDepth:Data>");
  const std::size_t a = 100, b = 170, n = extended.size();
  const Bytes whole =
      with_segments(jpeg(), {extended_segment(guid, n, b, extended.substr(b)), extended_segment(other, 4, 0, "none"),
                             extended_segment(guid, n, 0, extended.substr(0, a)), xmp_segment(main),
                             extended_segment(guid, n, a, extended.substr(a, b - a))});
  EXPECT_NEAR(values_of(read(whole).depth)[1], 0.8, 1e-6);

  const auto damaged = [&](const std::string& part, const std::vector<Bytes>& segments) {
    std::vector<Bytes> all = {xmp_segment(main)};
    all.insert(all.end(), segments.begin(), segments.end());
    expect_damaged(part, with_segments(jpeg(), all));
  };
  const std::string head = extended.substr(0, b), tail = extended.substr(b);
  damaged("its extended XMP is missing", {});
  damaged("its extended XMP is missing", {extended_segment(other, n, 0, extended)});
  damaged("a part of its extended XMP is missing", {extended_segment(guid, n, 0, head)});
  damaged("a part of its extended XMP is missing", {extended_segment(guid, n, b, tail)});
  damaged("a part of its extended XMP is missing", {extended_segment(guid, 0xffffffff, 0, extended)});
  damaged("parts of its extended XMP overlap",
          {extended_segment(guid, n, 0, head), extended_segment(guid, n, b - 1, tail)});
  damaged("parts of its extended XMP disagree",
          {extended_segment(guid, n, 0, head), extended_segment(guid, n + 1, b, tail)});
  damaged("its depth map is missing", {extended_segment(guid, n, 0, std::string(n, '<'))});
}

std::string directory(const std::string& items, const std::string& map) {
  return packet(
      "xmlns:Item=\"http://ns.google.com/photos/dd/1.0/item/\" "
      "xmlns:Camera=\"http://ns.google.com/photos/dd/1.0/camera/\" "
      "xmlns:Device=\"http://ns.google.com/photos/dd/1.0/device/\" "
      "xmlns:Container=\"http://ns.google.com/photos/dd/1.0/container/\" "
      "xmlns:DepthMap=\"http://ns.google.com/photos/dd/1.0/depthmap/\"",
      "<Device:Container rdf:parseType=\"Resource\"><Container:Directory><rdf:Seq>"
      "<rdf:li><Container:Item Item:Mime=\"image/jpeg\" Item:Length=\"0\" Item:DataURI=\"primary_image\"/></rdf:li>" +
          items +
          "</rdf:Seq></Container:Directory></Device:Container><Device:Cameras><rdf:Seq><rdf:li><Device:Camera>" + map +
          "</Device:Camera></rdf:li></rdf:Seq></Device:Cameras>");
}
std::string item(const std::string& uri, std::size_t length, const std::string& more = {}) {
  return "<rdf:li><Container:Item Item:Mime=\"image/png\" Item:Length=\"" + std::to_string(length) +
         "\" Item:DataURI=\"" + uri + "\" " + more + "/></rdf:li>";
}
std::string camera(const std::string& semantic = "Depth", const std::string& units = "Meters") {
  return "<Camera:DepthMap DepthMap:ItemSemantic=\"" + semantic +
         "\" DepthMap:Format=\"RangeInverse\" DepthMap:Units=\"" + units +
         "\" DepthMap:Near=\"0.500000\" DepthMap:Far=\"2.500000\" DepthMap:DepthURI=\"android/depthmap\" "
         "DepthMap:MeasureType=\"OpticalAxis\"/>";
}

TEST_F(EmbeddedDepth, DynamicDepthLiesBehindThePicture) {
  const Bytes map = this->map();
  const auto photo = [&](const std::string& xmp, const std::vector<Bytes>& items) {
    Bytes file = with_segments(jpeg(), {xmp_segment(xmp)});
    for (const Bytes& each : items) add(file, each);
    return file;
  };
  const std::string depth = item("android/depthmap", map.size());
  const io::EmbeddedDepth found = read(photo(
      directory(item("android/original_image", 1000, "Item:Padding=\"24\"") + depth + item("android/confidencemap", 9),
                camera()),
      {Bytes(1024, 7), map, Bytes(9, 1)}));
  EXPECT_EQ(found.source, "Dynamic Depth");
  EXPECT_EQ(found.depth.kind(), DepthKind::metres);
  EXPECT_NEAR(values_of(found.depth)[1], 0.5952381, 1e-6);
  EXPECT_NEAR(values_of(found.depth)[5], 2.5, 1e-6);

  // An item without a length is the one before once more.
  const io::EmbeddedDepth shared =
      read(photo(directory(item("android/original_image", map.size()) + item("android/depthmap", 0), camera()), {map}));
  EXPECT_NEAR(values_of(shared.depth)[1], 0.5952381, 1e-6);

  // Pixel telephones call dioptres what is none, so only the order counts.
  const io::EmbeddedDepth dioptres = read(photo(directory(depth, camera("Depth", "Diopters")), {map}));
  EXPECT_EQ(dioptres.depth.kind(), DepthKind::disparity);
  EXPECT_NEAR(values_of(dioptres.depth)[1], 0.8, 1e-6);

  // A mask of persons under the name of depth is none; a second camera may have some.
  EXPECT_TRUE(read(photo(directory(depth, camera("Segmentation", "None")), {map})).depth.empty());
  EXPECT_FALSE(read(photo(directory(depth, camera("Segmentation", "None") + camera()), {map})).depth.empty());

  const auto damaged = [&](const std::string& part, const std::string& items) {
    expect_damaged(part, photo(directory(items, camera()), {map}));
  };
  damaged("beyond the file's end", item("android/depthmap", map.size() + 1));
  damaged("beyond the file's end", item("a", 1) + depth);
  damaged("beyond the file's end", item("a", 1, "Item:Padding=\"18446744073709551615\"") + depth);
  damaged("beyond the file's end", item("a", ~std::size_t{0}) + depth);
  damaged("beyond the file's end", item("android/depthmap", 0));
  damaged("does not list the depth map", item("a", map.size()));
  damaged("does not list the depth map", "");
  damaged("no number", "<rdf:li><Container:Item Item:Mime=\"image/png\" Item:Length=\"-5\"/></rdf:li>");
  damaged("neither JPEG nor PNG", item("a", 1) + item("android/depthmap", map.size() - 1));
  damaged("depth map)' ", item("android/depthmap", map.size() - 20));
}

TEST_F(EmbeddedDepth, DynamicDepthInItsOtherSpellings) {
  const Bytes map = this->map();
  // Structures as elements, as older cameras write them.
  const std::string elements = packet(
      "xmlns:Item=\"http://ns.google.com/photos/dd/1.0/item/\" "
      "xmlns:Container=\"http://ns.google.com/photos/dd/1.0/container/\" "
      "xmlns:D=\"http://ns.google.com/photos/dd/1.0/depthmap/\"",
      "<Container:Directory><rdf:Seq><rdf:li rdf:parseType=\"Resource\"><rdf:value rdf:parseType=\"Resource\">"
      "<Item:Mime>image/jpeg</Item:Mime><Item:DataURI>primary_image</Item:DataURI></rdf:value></rdf:li>"
      "<rdf:li rdf:parseType=\"Resource\"><rdf:value rdf:parseType=\"Resource\"><Item:Mime>image/png</Item:Mime>"
      "<Item:Length>" +
          std::to_string(map.size()) +
          "</Item:Length><Item:DataURI>android/depthmap</Item:DataURI></rdf:value></rdf:li></rdf:Seq>"
          "</Container:Directory><D:DepthMap rdf:parseType=\"Resource\"><D:Near>0.5</D:Near><D:Far>2.5</D:Far>"
          "<D:Format>RangeInverse</D:Format><D:Units>Meters</D:Units><D:DepthURI>android/depthmap</D:DepthURI>"
          "</D:DepthMap>");
  // The directory that other items share, such as gain maps, with names in place of addresses.
  const std::string shared = packet(
      "xmlns:Item=\"http://ns.google.com/photos/1.0/container/item/\" "
      "xmlns:Container=\"http://ns.google.com/photos/1.0/container/\" "
      "xmlns:D=\"http://ns.google.com/photos/dd/1.0/depthmap/\" D:Near=\"0.5\" D:Far=\"2.5\" D:Units=\"Meters\"",
      "<Container:Directory><rdf:Seq><rdf:li rdf:parseType=\"Resource\"><Container:Item Item:Mime=\"image/jpeg\" "
      "Item:Semantic=\"Primary\"/></rdf:li><rdf:li rdf:parseType=\"Resource\"><Container:Item Item:Mime=\"image/png\" "
      "Item:Semantic=\"Depth\" Item:Length=\"" +
          std::to_string(map.size()) + "\"/></rdf:li></rdf:Seq></Container:Directory>");
  for (const std::string& xmp : {elements, shared}) {
    Bytes file = with_segments(jpeg(), {xmp_segment(xmp)});
    add(file, map);
    const io::EmbeddedDepth found = read(file);
    EXPECT_EQ(found.depth.kind(), DepthKind::metres);
    EXPECT_NEAR(values_of(found.depth)[3], 0.9615385, 1e-6);
  }
}

TEST_F(EmbeddedDepth, PhotosWithoutDepthGiveNone) {
  io::write(folder / "a.png", smooth_image(8, 8, 3));
  for (const Bytes& file : {jpeg(), load(folder / "a.png"), with_segments(jpeg(), {xmp_segment(packet(""))}),
                            heic_photos::file_of({grey(64, 64, [](int, int) { return 9; })})}) {
    const io::EmbeddedDepth found = read(file);
    EXPECT_TRUE(found.depth.empty());
    EXPECT_TRUE(found.matte.empty());
    EXPECT_EQ(found.source, "");
  }
  expect_error(ErrorCode::not_found, "nowhere.jpg", [&] { io::read_embedded_depth(folder / "nowhere.jpg"); });
}

}  // namespace
}  // namespace relievo_tests
