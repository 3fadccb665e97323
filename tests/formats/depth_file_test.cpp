#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <locale>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "photo_support.hpp"

namespace relievo_tests {
namespace {

using relievo::DepthKind;
using relievo::DepthMap;
using relievo::ErrorCode;
using relievo::Image;
using relievo::Scalar;
namespace io = relievo::io;

std::vector<float> values_of(const DepthMap& depth) {
  std::vector<float> values;
  for (int y = 0; y < depth.height(); ++y) {
    const float* row = depth.values().row<float>(y);
    values.insert(values.end(), row, row + depth.width());
  }
  return values;
}

template <class T>
std::string raw(std::initializer_list<T> values, bool big = false) {
  std::string out;
  for (T value : values) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    if (big) std::reverse(bytes, bytes + sizeof(T));
    out.append(bytes, sizeof(T));
  }
  return out;
}

std::string npy(const std::string& dictionary, const std::string& data, int version = 1) {
  std::string header = dictionary + "\n";
  std::string out("\x93NUMPY", 6);
  out += static_cast<char>(version), out += '\0';
  out += static_cast<char>(header.size() & 0xff), out += static_cast<char>(header.size() >> 8);
  if (version > 1) out += std::string(2, '\0');
  return out + header + data;
}

std::string header(const std::string& type, const std::string& shape, const char* fortran = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
}

DepthMap sample() {
  static const float values[] = {0.25f, 1.5f, -3.0f, std::nanf(""), 1e-30f, 7.0f};
  return DepthMap({values, 3, 2, 12, {Scalar::f32, 1}, {}, {}}, DepthKind::disparity);
}

TEST(DepthFile, PfmRowsRunUpwardsInBothByteOrders) {
  TempDir folder;
  save(folder / "a.pfm", "Pf\n3 2\n-1.0\n" + raw({4.f, 5.f, 6.f, 1.f, 2.f, 3.f}));
  EXPECT_THAT(values_of(io::read_depth(folder / "a.pfm")), testing::ElementsAre(1, 2, 3, 4, 5, 6));
  save(folder / "b.pfm", "Pf 3 2 1\n" + raw({4.f, 5.f, 6.f, 1.f, 2.f, 3.f}, true));
  EXPECT_THAT(values_of(io::read_depth(folder / "b.pfm")), testing::ElementsAre(1, 2, 3, 4, 5, 6));
  save(folder / "c.pfm", "PF\n2 1\n-1\n" + raw({4.f, 0.f, 0.f, 5.f, 0.f, 0.f}));
  EXPECT_THAT(values_of(io::read_depth(folder / "c.pfm", DepthKind::metres, 0.5)), testing::ElementsAre(2, 2.5f));
  save(folder / "d.pfm", "Pf\n2 1\n-1\n" + raw({4.f, std::numeric_limits<float>::infinity()}));
  EXPECT_EQ(io::read_depth(folder / "d.pfm").valid_fraction(), 0.5);
}

TEST(DepthFile, NpyTypesOrdersAndVersions) {
  TempDir folder;
  const auto read = [&](const std::string& content, DepthKind kind = DepthKind::metres) {
    save(folder / "a.npy", content);
    return values_of(io::read_depth(folder / "a.npy", kind));
  };
  const auto expected = testing::ElementsAre(1, 2, 3, 4, 5, 6);
  EXPECT_THAT(read(npy(header("<f4", "(2, 3)"), raw({1.f, 2.f, 3.f, 4.f, 5.f, 6.f}))), expected);
  EXPECT_THAT(read(npy(header(">f4", "(2,3)"), raw({1.f, 2.f, 3.f, 4.f, 5.f, 6.f}, true), 2)), expected);
  EXPECT_THAT(read(npy(header("<f8", "(2, 3)", "True"), raw({1., 4., 2., 5., 3., 6.}), 3)), expected);
  // Half floats 1 to 6.
  EXPECT_THAT(read(npy(header("<f2", "(2, 3)"), raw<std::uint16_t>({0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600}))),
              expected);
  EXPECT_THAT(read(npy(header("|u1", "(2, 3)"), raw<std::uint8_t>({1, 2, 3, 4, 5, 6}))), expected);
  EXPECT_THAT(read(npy(header("<u2", "(2, 3)"), raw<std::uint16_t>({1, 2, 3, 4, 5, 6}))), expected);
  EXPECT_THAT(read(npy(header(">i2", "(2, 3)"), raw<std::int16_t>({1, 2, 3, 4, 5, 6}, true))), expected);
  EXPECT_THAT(read(npy(header("<i4", "(2, 3)"), raw<std::int32_t>({1, 2, 3, 4, 5, 6}))), expected);
  EXPECT_THAT(read(npy(header("<u2", "(1, 2)"), raw<std::uint16_t>({65535, 13107})), DepthKind::disparity),
              testing::ElementsAre(1, 0.2f));
}

TEST(DepthFile, HostileNpyIsRefused) {
  TempDir folder;
  const auto refused = [&](ErrorCode code, const std::string& content) {
    save(folder / "a.npy", content);
    expect_error(code, folder / "a.npy", [&] { io::read_depth(folder / "a.npy"); });
  };
  const std::string data = raw({1.f, 2.f});
  refused(ErrorCode::corrupt_data, npy(header("<f4", "(1, 3)"), data));
  refused(ErrorCode::corrupt_data, npy(header("<f4", "(0, 3)"), data));
  refused(ErrorCode::corrupt_data, npy(header("<f4", "(-1, 3)"), data));
  refused(ErrorCode::corrupt_data, npy(header("<f4", "(99999999999999999999, 3)"), data));
  refused(ErrorCode::unsupported, npy(header("<f4", "(4294967297, 4294967296)"), data));
  refused(ErrorCode::unsupported, npy(header("<f4", "(1, 18446744073709551615)"), data));
  refused(ErrorCode::unsupported, npy(header("<f4", "(2,)"), data));
  refused(ErrorCode::unsupported, npy(header("<f4", "(1, 1, 2)"), data));
  refused(ErrorCode::unsupported, npy(header("|O8", "(1, 1)"), data));
  refused(ErrorCode::unsupported, npy(header("<c8", "(1, 1)"), data));
  refused(ErrorCode::corrupt_data, npy("{'descr': '<f4'}", data));
  for (const char* type : {"''xyz", "'<f4 ", "<f4  "}) {
    save(folder / "a.npy", npy("{'descr': " + std::string(type) + ", 'fortran_order': False, 'shape': (1, 2)}", data));
    expect_error(ErrorCode::corrupt_data, "its type is not readable", [&] { io::read_depth(folder / "a.npy"); });
  }
  refused(ErrorCode::corrupt_data, npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2", data));
  refused(ErrorCode::corrupt_data, std::string("\x93NUMPY\x01\x00\xff\xff{}", 12));
  refused(ErrorCode::corrupt_data, std::string("\x93NUMPY\x02\x00\xff\xff\xff\x7f{}", 14));
  refused(ErrorCode::corrupt_data, std::string("\x93NUMPY\x01", 7));
  refused(ErrorCode::unsupported, npy(header("<f4", "(1, 2)"), data, 9));
  const std::string good = npy(header("<f4", "(1, 2)"), data);
  for (std::size_t length = 1; length < good.size(); ++length) {
    save(folder / "a.npy", good.substr(0, length));
    expect_error(ErrorCode::corrupt_data, folder / "a.npy", [&] { io::read_depth(folder / "a.npy"); });
  }
}

TEST(DepthFile, HostilePfmIsRefused) {
  TempDir folder;
  for (const std::string& content :
       {std::string("Pf\n"), std::string("Pf\n1 1\n-1\nabc"), std::string("Pf\n0 1\n-1\nabcd"),
        std::string("Pf\n1 1\n0\nabcd"), std::string("Pf\nx 1\n-1\nabcd"), std::string("Pf\n1 1\nnan\nabcd")}) {
    save(folder / "a.pfm", content);
    expect_error(ErrorCode::corrupt_data, folder / "a.pfm", [&] { io::read_depth(folder / "a.pfm"); });
  }
  save(folder / "a.pfm", "Pf\n70000 1\n-1\nabcd");
  expect_error(ErrorCode::unsupported, "65535", [&] { io::read_depth(folder / "a.pfm"); });
  save(folder / "a.pfm", "Pf\n60000 60000\n-1\nabcd");
  expect_error(ErrorCode::unsupported, "60000 x 60000", [&] { io::read_depth(folder / "a.pfm"); });
}

TEST(DepthFile, PgmKeepsItsIntegers) {
  TempDir folder;
  save(folder / "a.pgm", "P2\n# a comment\n3 1\n1000\n0 500 1000\n");
  EXPECT_THAT(values_of(io::read_depth(folder / "a.pgm")), testing::ElementsAre(0, 0.5f, 1));
  const DepthMap metres = io::read_depth(folder / "a.pgm", DepthKind::metres, 0.001);
  EXPECT_TRUE(std::isnan(values_of(metres)[0]));
  EXPECT_NEAR(values_of(metres)[1], 0.5f, 1e-6);
  save(folder / "b.pgm", "P5 2 1 65535\n" + raw<std::uint16_t>({1500, 65535}, true));
  EXPECT_THAT(values_of(io::read_depth(folder / "b.pgm", DepthKind::metres, 0.001)),
              testing::ElementsAre(1.5f, 65.535f));
  save(folder / "b.pgm", "P5 2 1 65535\n123");
  expect_error(ErrorCode::corrupt_data, "b.pgm", [&] { io::read_depth(folder / "b.pgm"); });
  for (const std::string& content : {std::string("P2 2 1 1000\n7 1001\n"), "P5 1 1 1000\n" + raw<char>({3, -21})}) {
    save(folder / "b.pgm", content);
    expect_error(ErrorCode::corrupt_data, "above its maximum", [&] { io::read_depth(folder / "b.pgm"); });
  }
  save(folder / "c.pgm", "P6 1 1 255\nabc");
  expect_error(ErrorCode::unsupported, "c.pgm", [&] { io::read_depth(folder / "c.pgm"); });
}

TEST(DepthFile, MillimetresFromPng) {
  TempDir folder;
  Image image(3, 1, {Scalar::u16, 1});
  const std::uint16_t values[] = {0, 1234, 65535};
  std::copy_n(values, 3, image.row<std::uint16_t>(0));
  io::write(folder / "a.png", image);
  const DepthMap depth = io::read_depth(folder / "a.png", DepthKind::metres, 0.001);
  EXPECT_TRUE(std::isnan(values_of(depth)[0]));
  EXPECT_FLOAT_EQ(values_of(depth)[1], 1.234f);
  EXPECT_FLOAT_EQ(values_of(depth)[2], 65.535f);
  EXPECT_THAT(values_of(io::read_depth(folder / "a.png")),
              testing::ElementsAre(0, testing::FloatEq(1234.f / 65535), 1));
}

TEST(DepthFile, EachIntegerOfATiffIsTheNumberItself) {
  TempDir folder;
  const auto metres = [&](OIIO::TypeDesc type, auto value) {
    write_raw(folder / "a.tif", OIIO::ImageSpec(1, 1, 1, type), &value);
    return values_of(io::read_depth(folder / "a.tif", DepthKind::metres))[0];
  };
  EXPECT_EQ(metres(OIIO::TypeDesc::UINT8, std::uint8_t{7}), 7);
  EXPECT_EQ(metres(OIIO::TypeDesc::INT8, std::int8_t{7}), 7);
  EXPECT_EQ(metres(OIIO::TypeDesc::UINT16, std::uint16_t{700}), 700);
  EXPECT_EQ(metres(OIIO::TypeDesc::INT16, std::int16_t{700}), 700);
  EXPECT_EQ(metres(OIIO::TypeDesc::UINT32, std::uint32_t{70000}), 70000);
  EXPECT_EQ(metres(OIIO::TypeDesc::INT32, std::int32_t{70000}), 70000);
}

TEST(DepthFile, ExrTakesZThenYThenTheFirst) {
  TempDir folder;
  const auto first_value = [&](std::vector<std::string> names) {
    OIIO::ImageSpec spec(1, 1, static_cast<int>(names.size()), OIIO::TypeDesc::FLOAT);
    spec.channelnames = names;
    const float pixels[] = {1, 2, 3, 4};
    auto out = OIIO::ImageOutput::create("openexr");
    EXPECT_TRUE(out->open(folder / "a.exr", spec) && out->write_image(OIIO::TypeDesc::FLOAT, pixels) && out->close());
    return values_of(io::read_depth(folder / "a.exr"))[0];
  };
  EXPECT_EQ(first_value({"R", "G", "B", "Z"}), 4);
  EXPECT_EQ(first_value({"Y"}), 1);
  EXPECT_EQ(first_value({"depth"}), 1);
}

TEST(DepthFile, FloatFormatsHoldTheValues) {
  TempDir folder;
  const DepthMap depth = sample();
  for (const char* name : {"a.pfm", "a.npy", "a.exr"}) {
    io::write_depth(folder / name, depth);
    const DepthMap back = io::read_depth(folder / name);
    ASSERT_EQ(back.width(), 3);
    ASSERT_EQ(back.height(), 2);
    const auto a = values_of(depth), b = values_of(back);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (std::isnan(a[i])) {
        EXPECT_TRUE(std::isnan(b[i])) << name;
      } else {
        EXPECT_EQ(std::bit_cast<std::uint32_t>(a[i]), std::bit_cast<std::uint32_t>(b[i])) << name << ' ' << i;
      }
    }
  }
  // NumPy's own layout: the data start at a multiple of 64 bytes.
  const Bytes file = load(folder / "a.npy");
  EXPECT_EQ((file.size() - 6 * 4) % 64, 0u);
  EXPECT_EQ(file[file.size() - 6 * 4 - 1], '\n');
}

// As many countries write them: 1.200.
struct Grouped : std::numpunct<char> {
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(DepthFile, TheProgramsLocaleChangesNothing) {
  TempDir folder;
  const std::vector<float> values(1200, 0.5f);
  const DepthMap depth({values.data(), 1200, 1, 4800, {Scalar::f32, 1}, {}, {}}, DepthKind::disparity);
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Grouped));
  for (const char* name : {"a.pfm", "a.npy"}) {
    io::write_depth(folder / name, depth);
    EXPECT_EQ(io::read_depth(folder / name).width(), 1200) << name;
  }
  std::locale::global(before);
}

TEST(DepthFile, PngHoldsRelativeDepth) {
  TempDir folder;
  const float values[] = {0, 0.25f, 0.5f, 1};
  const DepthMap depth({values, 4, 1, 16, {Scalar::f32, 1}, {}, {}}, DepthKind::disparity);
  io::write_depth(folder / "a.png", depth);
  const io::Photo photo = io::read(folder / "a.png");
  ASSERT_TRUE((photo.image.format() == relievo::PixelFormat{Scalar::u16, 1}));
  const auto* row = photo.image.row<std::uint16_t>(0);
  EXPECT_THAT(std::vector<int>(row, row + 4), testing::ElementsAre(0, 16384, 32768, 65535));
}

TEST(DepthFile, JpegShowsNearAsWarm) {
  TempDir folder;
  std::vector<float> values;
  for (int i = 0; i < 64 * 16; ++i) values.push_back(static_cast<float>(i % 64) / 63);
  io::write_depth(folder / "a.jpg",
                  DepthMap({values.data(), 64, 16, 256, {Scalar::f32, 1}, {}, {}}, DepthKind::disparity));
  const io::Photo photo = io::read(folder / "a.jpg");
  const auto* row = photo.image.row<std::uint8_t>(8);
  // Turbo's published table: 0.15 is blue, 0.5 green, 0.85 orange red.
  const auto* far_pixel = row + 3 * 9;
  const auto* middle = row + 3 * 32;
  const auto* near_pixel = row + 3 * 54;
  EXPECT_GT(far_pixel[2], far_pixel[0] + 80);
  EXPECT_GT(middle[1], 220);
  EXPECT_GT(near_pixel[0], near_pixel[2] + 150);
}

TEST(DepthFile, BadArguments) {
  TempDir folder;
  expect_error(ErrorCode::not_found, "none.png", [&] { io::read_depth(folder / "none.png"); });
  save(folder / "a.pfm", "Pf\n1 1\n-1\n" + raw({1.f}));
  expect_error(ErrorCode::invalid_argument, "scale is -1; allowed is any finite number above 0.",
               [&] { io::read_depth(folder / "a.pfm", DepthKind::metres, -1); });
  for (double scale : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    expect_error(ErrorCode::invalid_argument, "scale",
                 [&] { io::read_depth(folder / "a.pfm", DepthKind::metres, scale); });
  }
  save(folder / "b.pfm", "Pf\n1 1\n-1\n" + raw({std::nanf("")}));
  expect_error(ErrorCode::invalid_argument, folder / "b.pfm", [&] { io::read_depth(folder / "b.pfm"); });
  save(folder / "c.pfm", "Pf\n1 1\n-1\n" + raw({-2.f}));
  expect_error(ErrorCode::invalid_argument, folder / "c.pfm",
               [&] { io::read_depth(folder / "c.pfm", DepthKind::metres); });
  expect_error(ErrorCode::invalid_argument, "a.txt", [&] { io::write_depth(folder / "a.txt", sample()); });
  expect_error(ErrorCode::invalid_argument, "no pixels", [&] { io::write_depth(folder / "a.npy", DepthMap()); });
}

TEST(DepthFile, APathIsCheckedBeforeThereIsDepth) {
  TempDir folder;
  for (const char* name : {"a.pfm", "a.npy", "a.exr", "a.png", "a.jpg", "a.JPEG"}) {
    EXPECT_NO_THROW(io::check_depth_path(folder / name)) << name;
  }
  expect_error(ErrorCode::invalid_argument,
               "a.tif' has no extension of depth; allowed are .pfm .npy .exr .png .jpg .jpeg",
               [&] { io::check_depth_path(folder / "a.tif"); });
  expect_error(ErrorCode::io, "missing/a.pfm", [&] { io::check_depth_path(folder / "missing/a.pfm"); });
  EXPECT_THAT(folder.names(), testing::IsEmpty());
}

TEST(DepthFile, AFullDiskLeavesTheOldFile) {
  std::vector<float> values(100 * 100, 0.5f);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(noise(static_cast<std::uint32_t>(i)));
  const DepthMap depth({values.data(), 100, 100, 400, {Scalar::f32, 1}, {}, {}}, DepthKind::disparity);
  for (const char* name : {"a.pfm", "a.npy", "a.exr", "a.png", "a.jpg"}) {
    TempDir folder;
    save(folder / name, "old");
    {
      const FullDisk full(500);
      expect_error(ErrorCode::io, folder / name, [&] { io::write_depth(folder / name, depth); });
    }
    EXPECT_EQ(load(folder / name), (Bytes{'o', 'l', 'd'})) << name;
    EXPECT_THAT(folder.names(), testing::SizeIs(1));
  }
}

}  // namespace
}  // namespace relievo_tests
