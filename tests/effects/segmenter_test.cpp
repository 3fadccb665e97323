#include <relievo/depth_estimator.hpp>
#include <relievo/segmenter.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <thread>

#include "common/assets.hpp"
#include "common/images.hpp"
#include "common/pictures.hpp"
#include "common/sentence.hpp"
#include "effects/people.hpp"

namespace {

using namespace relievo;  // NOLINT(google-build-using-namespace)

DepthMap depth_of(const Image& values) { return DepthMap(values, DepthKind::disparity); }

int brightest(const Image& matte) {
  int most = 0;
  for (int y = 0; y < matte.height(); ++y) {
    for (int x = 0; x < matte.width(); ++x) most = std::max<int>(most, matte.row<std::uint8_t>(y)[x]);
  }
  return most;
}

// A red disc before blue waves, the disc of `pictures::disc`.
template <class T>
Image disc_photo(int width, int height, PixelFormat format, double scale) {
  Image photo = pictures::waves<T>(width, height, format, 0.4 * scale);
  const Image shape = pictures::disc(width, height, 1, 0);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (shape.row<float>(y)[x] > 0) photo.row<T>(y)[x * format.channels] = static_cast<T>(0.95 * scale);
    }
  }
  return photo;
}

TEST(Segmenter, AFlatDepthGivesAnEmptyMatte) {
  const Image photo = pictures::waves<std::uint8_t>(60, 40, {Scalar::u8, 3}, 255);
  for (const SegmentMethod method : {SegmentMethod::automatic, SegmentMethod::otsu}) {
    SegmentOptions options;
    options.method = method;
    EXPECT_EQ(brightest(Segmenter(Device::cpu(), options).segment(photo, depth_of(pictures::disc(60, 40, 1, 1)))), 0);
  }
}

TEST(Segmenter, ASlantedPlaneHasNoSubject) {
  const Image photo = pictures::waves<std::uint8_t>(200, 150, {Scalar::u8, 3}, 255);
  Image ramp(200, 150, {Scalar::f32, 1});
  for (int y = 0; y < 150; ++y) std::fill_n(ramp.row<float>(y), 200, static_cast<float>(y) / 149);
  EXPECT_EQ(brightest(Segmenter(Device::cpu()).segment(photo, depth_of(ramp))), 0);
}

// Pixels of a matte on the other side than in `shape`, f32.
int pixels_off(const Image& matte, const Image& shape) {
  int wrong = 0;
  for (int y = 0; y < shape.height(); ++y) {
    for (int x = 0; x < shape.width(); ++x) {
      wrong += (matte.row<std::uint8_t>(y)[x] > 127) != (shape.row<float>(y)[x] > 0);
    }
  }
  return wrong;
}

TEST(Segmenter, TakesWhatIsRaisedAndNotTheNearGround) {
  const Image photo = disc_photo<std::uint8_t>(160, 120, {Scalar::u8, 3}, 255);
  const Image shape = pictures::disc(160, 120, 1, 0);
  Image depth(160, 120, {Scalar::f32, 1});
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 160; ++x) {
      // A hole in the ground's disparity, and a raised disc that is no nearer than the ground below it.
      const bool hole = x < 12 && y > 90;
      const float ground = hole ? 0 : 0.1f + 0.7f * static_cast<float>(y) / 119;
      depth.row<float>(y)[x] = ground + (shape.row<float>(y)[x] > 0 ? 0.25f : 0);
    }
  }
  EXPECT_LT(pixels_off(Segmenter(Device::cpu()).segment(photo, depth_of(depth)), shape), 60);
}

float share_of(const Image& matte, float left, float top, float right, float bottom) {
  int inside = 0;
  int all = 0;
  for (int y = static_cast<int>(top * matte.height()); y < static_cast<int>(bottom * matte.height()); ++y) {
    for (int x = static_cast<int>(left * matte.width()); x < static_cast<int>(right * matte.width()); ++x) {
      inside += matte.row<std::uint8_t>(y)[x] > 127;
      ++all;
    }
  }
  return static_cast<float>(inside) / static_cast<float>(all);
}

Image matte_by_cues(const std::string& path) {
  const Image photo = pictures::read_rgb(path);
  return Segmenter(Device::cpu()).segment(photo, DepthEstimator(Device::cpu(), {.model = "cues"}).estimate(photo));
}

TEST(Segmenter, TakesTheCupWithoutTheTable) {
  RELIEVO_ASSET(path, "coffee.png");
  const Image matte = matte_by_cues(path);
  EXPECT_GT(share_of(matte, 0.35f, 0.2f, 0.6f, 0.5f), 0.98f);
  EXPECT_LT(share_of(matte, 0, 0.8f, 0.1f, 1), 0.02f);
  EXPECT_LT(share_of(matte, 0.9f, 0.7f, 1, 1), 0.02f);
}

TEST(Segmenter, TakesTheAstronautWithoutTheFlag) {
  RELIEVO_ASSET(path, "astronaut.png");
  const Image matte = matte_by_cues(path);
  EXPECT_GT(share_of(matte, 0.36f, 0.15f, 0.5f, 0.3f), 0.98f);
  EXPECT_GT(share_of(matte, 0.2f, 0.6f, 0.5f, 0.9f), 0.98f);
  EXPECT_LT(share_of(matte, 0, 0, 0.12f, 0.45f), 0.02f);
  EXPECT_LT(share_of(matte, 0.75f, 0, 1, 0.6f), 0.02f);
}

TEST(Segmenter, AFaceThatItCutsIsTakenWhole) {
  RELIEVO_ASSET(path, "astronaut.png");
  const Image photo = pictures::read_rgb(path);
  const std::vector<Face> faces = find_faces(photo);
  ASSERT_EQ(faces.size(), 1u);
  const int middle = faces[0].y + faces[0].height / 2;
  // Depth that ends across the nose.
  const DepthMap depth = depth_of(test::make(photo.width(), photo.height(), test::f32_1, [&](int x, int y, int) {
    return x > 40 && x < 360 && y > middle ? 0.9 : 0.2;
  }));
  const Image matte = Segmenter(Device::cpu()).segment(photo, depth);
  for (int y = faces[0].y + faces[0].height / 8; y < middle; ++y) {
    ASSERT_EQ(matte.row<std::uint8_t>(y)[faces[0].x + faces[0].width / 2], 255) << y;
  }
  EXPECT_EQ(matte.row<std::uint8_t>(5)[faces[0].x + faces[0].width / 2], 0);
}

template <class T>
void expect_disc(PixelFormat format, double scale) {
  const Image photo = disc_photo<T>(160, 120, format, scale);
  const Image shape = pictures::disc(160, 120, 1, 0);
  const Image matte = Segmenter(Device::cpu()).segment(photo, depth_of(pictures::disc(160, 120, 0.9f, 0.2f)));
  EXPECT_LT(pixels_off(matte, shape), 60);
  EXPECT_EQ(matte.row<std::uint8_t>(60)[80], 255);
  EXPECT_EQ(matte.row<std::uint8_t>(2)[2], 0);
}

TEST(Segmenter, FindsADiscInEveryFormat) {
  for (const std::uint8_t channels : {1, 3, 4}) {
    expect_disc<std::uint8_t>({Scalar::u8, channels}, 255);
    expect_disc<std::uint16_t>({Scalar::u16, channels}, 65535);
    expect_disc<float>({Scalar::f32, channels}, 1);
    // The bit patterns of halves from 0.0 to about 1.
    expect_disc<std::uint16_t>({Scalar::f16, channels}, 0x3c00);
  }
}

TEST(Segmenter, PixelsThatAreNoNumbersSpoilNoOthers) {
  const Image shape = pictures::disc(160, 120, 1, 0);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30f}) {
    Image photo = disc_photo<float>(160, 120, {Scalar::f32, 3}, 1);
    // One on the outline, one beside it.
    for (const int x : {50, 44}) photo.row<float>(60)[3 * x] = bad;
    const Image matte = Segmenter(Device::cpu()).segment(photo, depth_of(pictures::disc(160, 120, 0.9f, 0.2f)));
    EXPECT_LT(pixels_off(matte, shape), 70) << bad;
  }
}

TEST(Segmenter, ReportsItsProgressToTheEnd) {
  const Image photo = disc_photo<std::uint8_t>(160, 120, {Scalar::u8, 3}, 255);
  for (const SegmentMethod method : {SegmentMethod::automatic, SegmentMethod::otsu}) {
    for (const float near : {0.9f, 0.2f}) {
      SegmentOptions options;
      options.method = method;
      std::vector<double> heard;
      const Progress progress([&](double fraction, std::string_view) {
        heard.push_back(fraction);
        return true;
      });
      (void)Segmenter(Device::cpu(), options).segment(photo, depth_of(pictures::disc(160, 120, near, 0.2f)), progress);
      EXPECT_TRUE(std::is_sorted(heard.begin(), heard.end()));
      EXPECT_EQ(heard.front(), 0);
      EXPECT_EQ(heard.back(), 1) << name_of(method) << " with a disc at " << near;
    }
  }
}

TEST(Segmenter, TakesPhotosOfOnePixelAndOneRow) {
  for (const SegmentMethod method : {SegmentMethod::automatic, SegmentMethod::otsu}) {
    SegmentOptions options;
    options.method = method;
    const Segmenter segmenter(Device::cpu(), options);
    EXPECT_EQ(brightest(segmenter.segment(test::photo(1, 1), depth_of(test::flat(1, 1, test::f32_1, 1)))), 0);
    // The middle fifth of a line is near and of another colour.
    for (const auto& [width, height] : {std::pair{1, 100}, std::pair{100, 1}}) {
      const auto subject = [](int x, int y, int) { return x + y >= 40 && x + y < 60 ? 1.0 : 0.0; };
      const Image matte = segmenter.segment(test::make(width, height, test::u8_3, subject),
                                            depth_of(test::make(width, height, test::f32_1, subject)));
      ASSERT_EQ(matte.height(), height);
      const auto at = [&](int i) { return test::at(matte, width > 1 ? i : 0, height > 1 ? i : 0); };
      EXPECT_GT(at(50), 0.98) << name_of(method) << ", " << width << " x " << height;
      EXPECT_EQ(at(20), 0);
      EXPECT_EQ(at(80), 0);
    }
  }
}

TEST(Segmenter, NeitherReadsNorChangesTheCallersGenerator) {
  const Image photo = disc_photo<std::uint8_t>(160, 120, {Scalar::u8, 3}, 255);
  const DepthMap depth = depth_of(pictures::disc(160, 120, 0.9f, 0.2f));
  std::vector<Image> mattes;
  for (const std::uint64_t state : {std::uint64_t{1}, std::uint64_t{77}}) {
    cv::theRNG().state = state;
    mattes.push_back(Segmenter(Device::cpu()).segment(photo, depth));
    EXPECT_EQ(cv::theRNG().state, state);
  }
  EXPECT_TRUE(test::same(mattes[0], mattes[1]));
}

TEST(Segmenter, RefusesWhatDoesNotFit) {
  const Image photo = pictures::waves<std::uint8_t>(20, 10, {Scalar::u8, 3}, 255);
  const Segmenter segmenter(Device::cpu());
  EXPECT_ERROR(segmenter.segment(photo, depth_of(pictures::disc(10, 10, 1, 0))), invalid_argument,
               "The photo is 20 x 10 pixels, the depth map 10 x 10; they must be the same.");
  EXPECT_ERROR(segmenter.segment(ImageView{}, DepthMap()), invalid_argument, "The photo is empty.");
  EXPECT_ERROR(segmenter.segment(photo, DepthMap()), invalid_argument, "The depth map is empty.");
  SegmentOptions options;
  options.open_px = 4;
  EXPECT_ERROR(Segmenter(Device::cpu(), options), invalid_argument, "open_px is 4; it must be odd.");
  EXPECT_ERROR(segmenter.segment(std::vector<ImageView>{photo}, {}), invalid_argument,
               "There are 1 photos and 0 depth maps; their numbers must agree.");
}

TEST(Faces, FindsTheAstronautAlone) {
  RELIEVO_ASSET(path, "astronaut.png");
  const auto faces = find_faces(pictures::read_rgb(path));
  ASSERT_EQ(faces.size(), 1u);
  EXPECT_NEAR(faces[0].x + faces[0].width / 2, 225, 20);
  EXPECT_NEAR(faces[0].y + faces[0].height / 2, 113, 20);
  EXPECT_NEAR(faces[0].width, 95, 25);
}

TEST(Faces, AreTheSameInEveryFormatAndOnEveryThread) {
  RELIEVO_ASSET(path, "astronaut.png");
  const Image photo = pictures::read_rgb(path);
  const std::vector<Face> wanted = find_faces(photo);
  ASSERT_EQ(wanted.size(), 1u);
  const auto expect_same = [&](const std::vector<Face>& faces) {
    ASSERT_EQ(faces.size(), 1u);
    EXPECT_EQ(faces[0].x, wanted[0].x);
    EXPECT_EQ(faces[0].y, wanted[0].y);
    EXPECT_EQ(faces[0].width, wanted[0].width);
    EXPECT_EQ(faces[0].height, wanted[0].height);
  };
  std::vector<std::vector<Face>> found(4);
  std::vector<std::thread> threads;
  const PixelFormat formats[] = {{Scalar::u8, 4}, {Scalar::u16, 3}, {Scalar::f16, 4}, {Scalar::f32, 3}};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      found[i] = find_faces(test::make(photo.width(), photo.height(), formats[i],
                                       [&](int x, int y, int c) { return c == 3 ? 1 : test::at(photo, x, y, c); }));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<Face>& faces : found) expect_same(faces);
}

TEST(Faces, ScaledTheyStayWithinThePhoto) {
  // A box at the far corner of 640 x 240 pixels, in a photo of 1000 x 375; both edges of it fall on a half.
  const std::vector<Face> faces = scaled({{632, 216, 8, 24}}, 640, 240, 1000, 375);
  ASSERT_EQ(faces.size(), 1u);
  EXPECT_EQ(faces[0].x, 988);  // 987.5
  EXPECT_EQ(faces[0].width, 12);
  EXPECT_EQ(faces[0].y, 338);  // 337.5
  EXPECT_EQ(faces[0].height, 37);
  // Sides of a small copy are rounded: 1000 x 337 becomes 640 x 216, not 215.68.
  const Face tall = scaled({{0, 0, 640, 216}}, 640, 216, 1000, 337)[0];
  EXPECT_EQ(tall.width, 1000);
  EXPECT_EQ(tall.height, 337);
}

TEST(Faces, FindsNoneInAStillLife) {
  RELIEVO_ASSET(path, "coffee.png");
  EXPECT_TRUE(find_faces(pictures::read_rgb(path)).empty());
}

// The folder of cascades for as long as it lives.
class CascadeFolder {
 public:
  explicit CascadeFolder(const std::string& folder) {
    if (const char* before = std::getenv(variable)) before_ = before;
    setenv(variable, folder.c_str(), 1);
  }
  CascadeFolder(const CascadeFolder&) = delete;
  CascadeFolder& operator=(const CascadeFolder&) = delete;
  ~CascadeFolder() { before_ ? setenv(variable, before_->c_str(), 1) : unsetenv(variable); }

 private:
  static constexpr const char* variable = "RELIEVO_HAAR_DIR";
  std::optional<std::string> before_;
};

TEST(Faces, WithoutCascadesThereAreNone) {
  RELIEVO_ASSET(path, "astronaut.png");
  const CascadeFolder nowhere("/nowhere");
  EXPECT_TRUE(find_faces(pictures::read_rgb(path)).empty());
}

class CascadeFile : public testing::Test {
 protected:
  CascadeFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "relievo_haar_XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    next();
  }
  ~CascadeFile() override { std::filesystem::remove_all(root_); }

  // Another folder, since what was read is not read again.
  void next() {
    folder = root_ + "/" + std::to_string(count_++);
    std::filesystem::create_directory(folder);
    file = folder + "/haarcascade_frontalface_default.xml";
  }

  std::string error() const {
    const CascadeFolder here(folder);
    return test::error_of([] {
      EXPECT_TRUE(find_faces(pictures::waves<std::uint8_t>(90, 60, {Scalar::u8, 3}, 255)).empty());
    });
  }

  std::string folder, file;

 private:
  std::string root_;
  int count_ = 0;
};

TEST_F(CascadeFile, ADamagedOneIsNamedAndNotFollowed) {
  // Two nodes, the first of which leads to the second, and a stage that nothing passes.
  const std::string sound = R"(<?xml version="1.0"?>
<opencv_storage><cascade>
<stageType>BOOST</stageType><featureType>HAAR</featureType><height>20</height><width>20</width>
<stageParams><boostType>GAB</boostType></stageParams><featureParams><maxCatCount>0</maxCatCount></featureParams>
<stageNum>1</stageNum>
<stages><_><maxWeakCount>1</maxWeakCount><stageThreshold>1.</stageThreshold><weakClassifiers><_>
<internalNodes>1 0 0 0.5 -1 -2 1 0.5</internalNodes><leafValues>0. 0. 0.</leafValues></_></weakClassifiers></_></stages>
<features><_><rects><_>0 0 20 20 -1.</_><_>5 5 10 10 2.</_></rects><tilted>0</tilted></_>
<_><rects><_>9 0 5 9 -1.</_><_>9 0 2 2 3.</_></rects><tilted>1</tilted></_></features>
</cascade></opencv_storage>
)";
  const auto error_with = [&](const std::string& before, const std::string& after) {
    std::string text = sound;
    text.replace(text.find(before), before.size(), after);
    next();
    std::ofstream(file) << text;
    return error();
  };
  EXPECT_EQ(error_with("BOOST", "BOOST"), "nothing");
  const std::pair<const char*, const char*> damages[] = {
      {sound.c_str(), ""},
      {sound.c_str(), "no cascade"},
      {"</opencv_storage>", ""},
      {"<cascade>", "<cascade><a>1</b>"},
      {"BOOST", "FOREST"},
      {"HAAR", "LBP"},
      {"<height>20", "<height>0"},
      {"<width>20", "<width>2000000000"},
      {"<maxCatCount>0", "<maxCatCount>32"},
      {"1 0 0 0.5", "2 0 0 0.5"},         // Beyond the last node.
      {"-1 -2 1 0.5", "1 -2 1 0.5"},      // Round in circles.
      {"-1 -2 1 0.5", "-1 -3 1 0.5"},     // Beyond the last leaf.
      {"-1 -2 1 0.5", "-1 -2 2 0.5"},     // Beyond the last feature.
      {"-1 -2 1 0.5", "-1 -2 -1 0.5"},    // Before the first.
      {"-1 -2 1 0.5", "-1 -2 1"},         // Half a node.
      {"-1 -2 1 0.5", "-1 -2 one 0.5"},   // No number.
      {"0. 0. 0.", "0. 0."},              // A leaf too few.
      {"5 5 10 10 2.", "5 5 16 10 2."},   // Beyond the right of the window,
      {"5 5 10 10 2.", "5 5 10 16 2."},   // its bottom,
      {"5 5 10 10 2.", "-5 5 10 10 2."},  // its left,
      {"5 5 10 10 2.", "5 -5 10 10 2."},  // its top.
      {"5 5 10 10 2.", "5 5 10 10"},      // No weight.
      {"9 0 5 9 -1.", "8 0 5 9 -1."},     // Tilted, beyond the left,
      {"9 0 5 9 -1.", "15 0 6 9 -1."},    // the right,
      {"9 0 5 9 -1.", "9 7 5 9 -1."},     // the bottom.
      {"<_>9 0 2 2 3.</_>", "<_>9 0 2 2 3.</_><_>9 0 2 2 3.</_><_>9 0 2 2 3.</_>"},
  };
  for (const auto& [before, after] : damages) {
    const std::string error = error_with(before, after);
    EXPECT_EQ(error, "corrupt_data: The face cascade " + file + " is damaged.") << after;
  }
}

TEST_F(CascadeFile, OneThatCannotBeReadIsNamed) {
  std::filesystem::create_directory(file);
  EXPECT_EQ(error(), "io: The face cascade " + file + " cannot be read.");
}

}  // namespace
