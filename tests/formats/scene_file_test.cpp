// Scenes come back from their files bit for bit, and from damaged files not at all.
#include <zlib.h>
#include <zstd.h>

#include <cmath>
#include <cstring>
#include <random>

#include <relievo/io/scene.hpp>

#include "formats/scene_support.hpp"

namespace relievo_tests {
namespace {

using relievo::Color;
using relievo::DepthKind;
using relievo::Device;
using relievo::ErrorCode;
using relievo::LayeredScene;
using relievo::PixelFormat;
using relievo::Scalar;

constexpr std::size_t header_bytes = 64, crc_at = 60;

template <class T>
T number_at(const Bytes& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}
template <class T>
void set(Bytes& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}
void mend_crc(Bytes& bytes) { set(bytes, crc_at, static_cast<std::uint32_t>(::crc32(0, bytes.data(), crc_at))); }

Bytes file_of(const LayeredScene& scene) {
  const TempDir folder;
  relievo::io::write_scene(folder / "s.scene", scene);
  return load(folder / "s.scene");
}

// Reads bytes as a file would be.
LayeredScene read_bytes(const Bytes& bytes, const relievo::io::ReadLimits& limits = {}) {
  static const TempDir folder;
  static const Device device = Device::cpu(2);
  save(folder / "s.scene", bytes);
  return relievo::io::read_scene(device, folder / "s.scene", limits);
}

void expect_round_trip(const Layers& layers) {
  const LayeredScene scene = layers.scene();
  expect_same_scene(scene, read_bytes(file_of(scene)));
}

TEST(SceneFile, KeepsEveryBitOfEveryFormat) {
  for (Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
    for (int channels : {1, 3}) {
      SCOPED_TRACE(testing::Message() << "scalar " << int(scalar) << ", " << channels << " channels");
      const PixelFormat format{scalar, static_cast<std::uint8_t>(channels)};
      expect_round_trip(noise_layers(3, 131, 70, format, channels == 3));
      expect_round_trip(noise_layers(1, 1, 1, format));
    }
  }
}

TEST(SceneFile, KeepsAnySizeAndNumberOfLayers) {
  const PixelFormat rgb{Scalar::u8, 3};
  for (auto [width, height] : {std::pair{1, 200}, {200, 1}, {64, 64}, {65, 63}, {128, 129}}) {
    SCOPED_TRACE(testing::Message() << width << " x " << height);
    expect_round_trip(noise_layers(2, width, height, rgb));
  }
  expect_round_trip(noise_layers(64, 9, 7, rgb));
  expect_round_trip(disc_layers(300, 200));
  expect_round_trip(disc_layers(300, 200, {Scalar::f32, 3}));
}

TEST(SceneFile, KeepsWhatColourAndDisparityMean) {
  Layers layers =
      noise_layers(2, 20, 10, {Scalar::u16, 3}, true, {relievo::Primaries::bt2020, relievo::Transfer::linear, true});
  for (DepthKind kind : {DepthKind::disparity, DepthKind::disparity_px, DepthKind::metres}) {
    layers.scale = {kind, -0.1, 1.0 / 3, 71.5f};
    expect_round_trip(layers);
  }
}

TEST(SceneFile, IsMuchSmallerThanItsPixels) {
  const int width = 640, height = 480;
  const Bytes file = file_of(disc_layers(width, height).scene());
  EXPECT_LT(file.size(), std::size_t{width * height * (3 + 4 + 3 + 1 + 4)} / 10);
  // Where a layer repeats the one below, it costs next to nothing.
  Layers twice = noise_layers(1, width, height, {Scalar::u8, 3});
  const std::size_t once = file_of(twice.scene()).size();
  Layers::Layer copy{twice.layers[0].color.clone(), {}, twice.layers[0].disparity.clone()};
  copy.coverage = filled(width, height, {Scalar::u8, 1}, [](int, int, int) { return 255; });
  twice.layers.push_back(std::move(copy));
  EXPECT_LT(file_of(twice.scene()).size(), once + 2000);
}

// A reader of its own for 8-bit RGB, as docs/developer/scene-format.md tells how; slow and trusting.
class OwnReader {
 public:
  explicit OwnReader(const Bytes& bytes) : bytes_(bytes) {}

  std::vector<std::uint32_t> plane(int width, int height, int channels, int sample_bytes,
                                   const std::vector<std::uint32_t>* below, bool green) {
    const std::uint32_t mask = sample_bytes == 4 ? 0xffffffffu : (1u << (8 * sample_bytes)) - 1;
    std::vector<std::uint32_t> out(static_cast<std::size_t>(width * height * channels));
    const auto sample = [&](int x, int y, int c) -> std::uint32_t& {
      return out[static_cast<std::size_t>((y * width + x) * channels + c)];
    };
    for (int first = 0; first < height; first += 64) {
      const int rows = std::min(64, height - first), cells = (width + 63) / 64;
      const auto size = number_at<std::uint32_t>(bytes_, at_);
      Bytes raw(static_cast<std::size_t>(cells + width * rows * channels * sample_bytes));
      EXPECT_EQ(ZSTD_decompress(raw.data(), raw.size(), bytes_.data() + at_ + 4, size), raw.size());
      at_ += 4 + size;
      for (int y = first; y < first + rows; ++y) {
        for (int x = 0; x < width; ++x) {
          std::uint32_t left_over[3] = {};
          for (int c = 0; c < channels; ++c) {
            std::uint32_t code = 0;
            for (int b = 0; b < sample_bytes; ++b) {
              const int byte_plane = (c * sample_bytes + b) * rows * width;
              code = code << 8 | raw[static_cast<std::size_t>(cells + byte_plane + (y - first) * width + x)];
            }
            left_over[c] = (code % 2 == 0 ? code / 2 : 0u - code / 2 - 1) & mask;
          }
          if (green) left_over[0] += left_over[1], left_over[2] += left_over[1];
          for (int c = 0; c < channels; ++c) {
            std::uint32_t guess = 0;
            const int predictor = raw[static_cast<std::size_t>(x / 64)];
            if (predictor == 0) {
              guess = below ? (*below)[static_cast<std::size_t>((y * width + x) * channels + c)] : 0;
            } else if (x == 0 || y == first) {
              guess = x > 0 ? sample(x - 1, y, c) : y > first ? sample(x, y - 1, c) : 0;
            } else {
              const std::uint32_t w = sample(x - 1, y, c), n = sample(x, y - 1, c), nw = sample(x - 1, y - 1, c);
              guess = w + n - nw;
              if (predictor == 2 && nw >= std::max(w, n)) guess = std::min(w, n);
              if (predictor == 2 && nw <= std::min(w, n)) guess = std::max(w, n);
            }
            sample(x, y, c) = (guess + left_over[c]) & mask;
          }
        }
      }
    }
    return out;
  }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  const Bytes& bytes_;
  std::size_t at_ = header_bytes;
};

template <class T>
std::vector<std::uint32_t> integers(const relievo::ImageView& image) {
  std::vector<std::uint32_t> out;
  for (int y = 0; y < image.height; ++y) {
    for (int i = 0; i < image.width * image.format.channels; ++i) out.push_back(image.row<T>(y)[i]);
  }
  return out;
}

TEST(SceneFile, IsAsItsPageSays) {
  const int width = 150, height = 140;
  Layers layers = disc_layers(width, height);
  layers.scale = {DepthKind::metres, 0.125, 2.5, 60.0f};
  layers.alpha = filled(width, height, {Scalar::u8, 1}, [](int x, int y, int) { return (x + y) % 256; });
  const Bytes file = file_of(layers.scene());
  EXPECT_EQ(Bytes(file.begin(), file.begin() + 8), (Bytes{0x89, 'R', 'L', 'V', '\r', '\n', 0x1a, '\n'}));
  EXPECT_EQ(number_at<std::uint32_t>(file, 8), 1u);
  EXPECT_EQ(number_at<std::uint32_t>(file, 12), 150u);
  EXPECT_EQ(number_at<std::uint32_t>(file, 16), 140u);
  EXPECT_EQ(number_at<std::uint32_t>(file, 20), 2u);
  EXPECT_EQ(Bytes(file.begin() + 24, file.begin() + 32), (Bytes{0, 3, 1, 0, 0, 0, 2, 0}));
  EXPECT_EQ(number_at<double>(file, 32), 0.125);
  EXPECT_EQ(number_at<double>(file, 40), 2.5);
  EXPECT_EQ(number_at<float>(file, 48), 60.0f);
  EXPECT_EQ(number_at<float>(file, 52), 0.375f);
  EXPECT_EQ(number_at<std::uint32_t>(file, 56), 0u);
  EXPECT_EQ(number_at<std::uint32_t>(file, crc_at), ::crc32(0, file.data(), crc_at));

  OwnReader reader(file);
  const auto& [back, front] = std::tie(layers.layers[0], layers.layers[1]);
  EXPECT_EQ(reader.plane(width, height, 1, 1, nullptr, false), integers<std::uint8_t>(layers.alpha));
  const auto back_color = reader.plane(width, height, 3, 1, nullptr, true);
  EXPECT_EQ(back_color, integers<std::uint8_t>(back.color));
  const auto back_disparity = reader.plane(width, height, 1, 4, nullptr, false);
  EXPECT_EQ(back_disparity, integers<std::uint32_t>(back.disparity));
  EXPECT_EQ(reader.plane(width, height, 3, 1, &back_color, true), integers<std::uint8_t>(front.color));
  EXPECT_EQ(reader.plane(width, height, 1, 1, nullptr, false), integers<std::uint8_t>(front.coverage));
  EXPECT_EQ(reader.plane(width, height, 1, 4, &back_disparity, false), integers<std::uint32_t>(front.disparity));
  EXPECT_TRUE(reader.at_end());
}

TEST(SceneFile, RefusesWhatIsNoScene) {
  const TempDir folder;
  const auto read = [&](const std::string& name) { return relievo::io::read_scene(Device::cpu(1), folder / name); };
  expect_error(ErrorCode::not_found, "no file", [&] { read("none.scene"); });
  expect_error(ErrorCode::io, "is a folder", [&] { relievo::io::read_scene(Device::cpu(1), folder / "."); });
  save(folder / "empty.scene", Bytes{});
  expect_error(ErrorCode::corrupt_data, "is empty", [&] { read("empty.scene"); });
  relievo::io::write(folder / "photo.png", noise_image(5, 5, {Scalar::u8, 3}));
  expect_error(ErrorCode::corrupt_data, "is no scene", [&] { read("photo.png"); });
  save(folder / "short.scene", std::string("\x89RLV"));
  expect_error(ErrorCode::corrupt_data, "is no scene", [&] { read("short.scene"); });
}

TEST(SceneFile, RefusesANewerVersionInASentence) {
  Bytes file = file_of(disc_layers(40, 30).scene());
  set<std::uint32_t>(file, 8, 2);
  expect_error(ErrorCode::unsupported, "version 2; this relievo reads version 1", [&] { read_bytes(file); });
  file.resize(12);  // whatever comes after may be of another length
  set<std::uint32_t>(file, 8, 4000000000u);
  file.resize(header_bytes);
  expect_error(ErrorCode::unsupported, "version 4000000000", [&] { read_bytes(file); });
}

TEST(SceneFile, RefusesHostileHeaders) {
  const Bytes good = file_of(disc_layers(40, 30).scene());
  const auto expect = [&](ErrorCode code, const std::string& part, const std::function<void(Bytes&)>& change) {
    SCOPED_TRACE(part);
    Bytes file = good;
    change(file);
    mend_crc(file);
    expect_error(code, part, [&] { read_bytes(file); });
  };
  const auto put = [](std::size_t at, auto value) { return [=](Bytes& file) { set(file, at, value); }; };
  using U32 = std::uint32_t;
  expect(ErrorCode::corrupt_data, "no pixels", put(12, U32{0}));
  expect(ErrorCode::corrupt_data, "no pixels", put(16, U32{0}));
  expect(ErrorCode::unsupported, "longest side", put(12, U32{65536}));
  expect(ErrorCode::unsupported, "longest side", put(16, U32{0xffffffff}));
  expect(ErrorCode::unsupported, "more than the limit", [](Bytes& file) {
    set<U32>(file, 12, 65535);
    set<U32>(file, 16, 65535);
  });
  expect(ErrorCode::corrupt_data, "layers", put(20, U32{0}));
  expect(ErrorCode::corrupt_data, "layers", put(20, U32{65}));
  expect(ErrorCode::unsupported, "eight times", [](Bytes& file) {
    set<U32>(file, 12, 20000);
    set<U32>(file, 16, 19000);
    set<U32>(file, 20, 9);
  });
  // 380 million pixels that are not there.
  expect(ErrorCode::corrupt_data, "another size", [](Bytes& file) {
    set<U32>(file, 12, 20000);
    set<U32>(file, 16, 19000);
  });
  for (std::uint8_t scalar : {4, 255}) expect(ErrorCode::corrupt_data, "format", put(24, scalar));
  for (std::uint8_t channels : {0, 2, 4}) expect(ErrorCode::corrupt_data, "format", put(25, channels));
  expect(ErrorCode::corrupt_data, "alpha", put(26, std::uint8_t{2}));
  expect(ErrorCode::corrupt_data, "colour", put(27, std::uint8_t{5}));
  expect(ErrorCode::corrupt_data, "colour", put(28, std::uint8_t{4}));
  expect(ErrorCode::corrupt_data, "colour", put(29, std::uint8_t{2}));
  expect(ErrorCode::corrupt_data, "scale of depth", put(30, std::uint8_t{3}));
  expect(ErrorCode::corrupt_data, "no meaning", put(31, std::uint8_t{1}));
  expect(ErrorCode::corrupt_data, "scale of depth", put(32, std::nan("")));
  expect(ErrorCode::corrupt_data, "scale of depth", put(40, HUGE_VAL));
  expect(ErrorCode::corrupt_data, "scale of depth", put(48, 180.0f));
  expect(ErrorCode::corrupt_data, "scale of depth", put(48, -1.0f));
  expect(ErrorCode::corrupt_data, "scale of depth", put(52, 1.5f));
  expect(ErrorCode::corrupt_data, "scale of depth", put(52, std::nanf("")));
  expect(ErrorCode::corrupt_data, "no meaning", put(56, std::uint8_t{1}));
  Bytes file = good;
  file[13] = 1;
  expect_error(ErrorCode::corrupt_data, "checksum of its header", [&] { read_bytes(file); });
}

TEST(SceneFile, KeepsToTheLimitOfPixels) {
  const Bytes file = file_of(disc_layers(40, 30).scene());
  expect_error(ErrorCode::unsupported, "limit of 1199 pixels", [&] { read_bytes(file, {1199}); });
  EXPECT_EQ(read_bytes(file, {1200}).width(), 40);
  expect_error(ErrorCode::invalid_argument, "max_pixels is 0", [&] { read_bytes(file, {0}); });
}

TEST(SceneFile, RefusesDisparityOutOfRange) {
  // Layer 0 in one band each; its disparity, the file's last frame, is replaced by one that holds 2.0 everywhere.
  Layers layers = disc_layers(3, 2);
  layers.layers.resize(1);
  const Bytes good = file_of(layers.scene());
  const auto color_bytes = number_at<std::uint32_t>(good, header_bytes);
  Bytes file(good.begin(), good.begin() + header_bytes + 4 + color_bytes);
  Bytes raw(1 + 3 * 2 * 4, 0);                            // predictor 0: the samples themselves
  for (std::size_t i = 0; i < 6; ++i) raw[1 + i] = 0x80;  // 2.0f is 0x40000000, folded 0x80000000
  Bytes frame(ZSTD_compressBound(raw.size()));
  frame.resize(ZSTD_compress(frame.data(), frame.size(), raw.data(), raw.size(), 1));
  file.resize(file.size() + 4);
  set(file, file.size() - 4, static_cast<std::uint32_t>(frame.size()));
  file.insert(file.end(), frame.begin(), frame.end());
  expect_error(ErrorCode::corrupt_data, "not within 0 to 1", [&] { read_bytes(file); });
}

TEST(SceneFile, RefusesTruncatedFilesOfEveryLength) {
  const Bytes good = file_of(disc_layers(20, 70).scene());
  for (std::size_t size = 1; size < good.size(); ++size) {
    const Bytes part(good.begin(), good.begin() + static_cast<long>(size));
    ASSERT_THROW(read_bytes(part), relievo::Error) << size << " of " << good.size();
  }
  Bytes longer = good;
  longer.push_back(0);
  expect_error(ErrorCode::corrupt_data, "1 bytes follow", [&] { read_bytes(longer); });
}

// No damaged file gives another scene, and none does worse than throw a sentence.
TEST(SceneFile, SurvivesThousandsOfDamages) {
  const LayeredScene scene = noise_layers(2, 7, 70, {Scalar::u8, 3}, true).scene();
  const Bytes good = file_of(scene);
  std::mt19937 random(7);
  const auto any = [&](std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random); };
  int refused = 0;
  for (int i = 0; i < 6000; ++i) {
    Bytes file = good;
    const bool header = i % 3 == 0;
    for (std::size_t n = 1 + any(3); n > 0; --n) {
      file[any(header ? crc_at : file.size())] ^= static_cast<std::uint8_t>(1u << any(8));
    }
    if (any(8) == 0) file.resize(1 + any(file.size()));
    if (any(8) == 0) file.insert(file.begin() + static_cast<long>(any(file.size())), any(9), 0xff);
    if (header && file.size() >= header_bytes) mend_crc(file);
    try {
      const LayeredScene read = read_bytes(file);
      // With its checksum mended a header may say what it likes of colour and depth.
      if (!header) expect_same_scene(scene, read);
    } catch (const relievo::Error& error) {
      ++refused;
      ASSERT_TRUE(error.code() == ErrorCode::corrupt_data || error.code() == ErrorCode::unsupported) << error.what();
      ASSERT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
  EXPECT_GT(refused, 4000);
}

TEST(SceneFile, IsWrittenWholeOrNotAtAll) {
  const TempDir folder;
  const LayeredScene scene = noise_layers(2, 200, 200, {Scalar::u8, 3}).scene();
  {
    const FullDisk disk(100000);
    expect_error(ErrorCode::io, "s.scene", [&] { relievo::io::write_scene(folder / "s.scene", scene); });
  }
  EXPECT_TRUE(folder.names().empty());
  expect_error(ErrorCode::invalid_argument, "allowed are .scene",
               [&] { relievo::io::write_scene(folder / "s.zip", scene); });
  expect_error(ErrorCode::invalid_argument, "allowed are .scene", [&] { relievo::io::check_scene_path("s"); });
  expect_error(ErrorCode::io, "folder does not exist", [&] { relievo::io::check_scene_path(folder / "no/s.scene"); });
  relievo::io::check_scene_path(folder / "S.SCENE");
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace relievo_tests
