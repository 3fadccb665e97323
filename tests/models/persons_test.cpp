// What a user gets with the networks that find persons, and without them.
#include <relievo/bokeh_renderer.hpp>
#include <relievo/depth_estimator.hpp>
#include <relievo/segmenter.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>
#include <relievo/interop/opencv.hpp>

#include "common/assets.hpp"
#include "common/images.hpp"
#include "common/pictures.hpp"

namespace relievo {
namespace {

/// Another folder of models for as long as it lives.
class ModelFolder {
 public:
  explicit ModelFolder(const char* folder) : before_(std::getenv("RELIEVO_MODELS")) {
    setenv("RELIEVO_MODELS", folder, 1);
  }
  ModelFolder(const ModelFolder&) = delete;
  ModelFolder& operator=(const ModelFolder&) = delete;
  ~ModelFolder() { setenv("RELIEVO_MODELS", before_.c_str(), 1); }

 private:
  std::string before_;
};

/// Puts the photo into `photo`, or skips the test where it or a network is absent.
#define PERSONS_IN(photo, name)                                                            \
  RELIEVO_ASSET(path, name);                                                               \
  if (const std::string why = why_no_person_networks(); !why.empty()) GTEST_SKIP() << why; \
  const Image photo = pictures::read_rgb(path)

float share_of(const Image& matte, int left, int top, int right, int bottom) {
  int inside = 0;
  for (int y = top; y < bottom; ++y) {
    const auto* row = matte.row<std::uint8_t>(y);
    inside += static_cast<int>(std::count_if(row + left, row + right, [](std::uint8_t v) { return v > 127; }));
  }
  return static_cast<float>(inside) / static_cast<float>((right - left) * (bottom - top));
}

Image matte_by_cues(const Image& photo) {
  return Segmenter(Device::cpu()).segment(photo, DepthEstimator(Device::cpu()).estimate(photo));
}

TEST(Persons, FacesAreWhereTheOriginalFindsThem) {
  std::ifstream in(RELIEVO_SOURCE_DIR "/tests/models/goldens/persons.json");
  const nlohmann::json golden = nlohmann::json::parse(in);
  for (const auto& [name, expected] : golden["photos"].items()) {
    PERSONS_IN(photo, name);
    const std::vector<Face> faces = find_faces(photo);
    const nlohmann::json& wanted = expected["found_in_photo"];
    ASSERT_EQ(faces.size(), wanted.size()) << name;
    for (std::size_t i = 0; i < faces.size(); ++i) {
      const auto box = wanted[i]["box"].get<std::vector<double>>();
      EXPECT_NEAR(faces[i].x, box[0], 1) << name;
      EXPECT_NEAR(faces[i].y, box[1], 1) << name;
      EXPECT_NEAR(faces[i].x + faces[i].width, box[0] + box[2], 1) << name;
      EXPECT_NEAR(faces[i].y + faces[i].height, box[1] + box[3], 1) << name;
      EXPECT_NEAR(faces[i].score, wanted[i]["score"].get<double>(), 0.01) << name;
      EXPECT_TRUE(faces[i].has_landmarks);
      for (std::size_t k = 0; k < 5; ++k) {
        EXPECT_NEAR(faces[i].landmarks[k].x, wanted[i]["landmarks"][k][0].get<double>(), 1) << name << ", " << k;
        EXPECT_NEAR(faces[i].landmarks[k].y, wanted[i]["landmarks"][k][1].get<double>(), 1) << name << ", " << k;
      }
    }
  }
}

TEST(Persons, FacesAreTheSameOnEveryThread) {
  PERSONS_IN(photo, "astronaut.png");
  const std::vector<Face> wanted = find_faces(photo);
  ASSERT_EQ(wanted.size(), 1u);
  std::vector<std::vector<Face>> found(4);
  std::vector<std::thread> threads;
  for (auto& faces : found) threads.emplace_back([&] { faces = find_faces(photo); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& faces : found) {
    ASSERT_EQ(faces.size(), 1u);
    EXPECT_EQ(faces[0].x, wanted[0].x);
    EXPECT_EQ(faces[0].score, wanted[0].score);
    EXPECT_EQ(faces[0].landmarks[4].y, wanted[0].landmarks[4].y);
  }
}

TEST(Persons, AFaceAtTheBorderEndsThere) {
  PERSONS_IN(photo, "astronaut.png");
  // The left third of the face is cut off.
  const Image cut =
      test::make(512 - 205, 512, test::u8_3, [&](int x, int y, int c) { return test::at(photo, x + 205, y, c); });
  const std::vector<Face> faces = find_faces(cut);
  ASSERT_EQ(faces.size(), 1u);
  EXPECT_EQ(faces[0].x, 0);
  EXPECT_NEAR(faces[0].width, 63, 12);
}

TEST(Persons, PhotosOfOnePixelAndOneRowHaveNone) {
  if (const std::string why = why_no_person_networks(); !why.empty()) GTEST_SKIP() << why;
  for (const auto& [width, height] : {std::pair{1, 1}, std::pair{700, 1}, std::pair{1, 33}}) {
    EXPECT_TRUE(find_faces(test::photo(width, height)).empty()) << width << " x " << height;
  }
}

TEST(Persons, TheAstronautHoldsHerHelmet) {
  PERSONS_IN(photo, "astronaut.png");
  const Image matte = matte_by_cues(photo);
  EXPECT_GT(share_of(matte, 190, 80, 250, 150), 0.99f);   // the face
  EXPECT_GT(share_of(matte, 310, 400, 460, 480), 0.99f);  // the helmet, as dark as what is behind it
  EXPECT_LT(share_of(matte, 0, 0, 60, 230), 0.01f);       // the flag
  EXPECT_LT(share_of(matte, 370, 0, 512, 300), 0.01f);    // the model of a shuttle
  EXPECT_LT(share_of(matte, 495, 300, 512, 400), 0.05f);
}

TEST(Persons, TheWorkerIsNotOneWithTheBeam) {
  PERSONS_IN(photo, "b24_worker_owi.png");
  const Image matte = matte_by_cues(photo);
  EXPECT_GT(share_of(matte, 400, 580, 480, 780), 0.95f);  // the back
  EXPECT_LT(share_of(matte, 0, 830, 1202, 932), 0.01f);   // the beam in front
  EXPECT_LT(share_of(matte, 640, 0, 1202, 830), 0.01f);
}

// The largest part of a matte below 128 that the rest encloses, px.
int largest_gap(const Image& matte) {
  cv::Mat labels, stats, middles;
  const cv::Mat outside = interop::as_mat(matte) < 128;
  const int count = cv::connectedComponentsWithStats(outside, labels, stats, middles, 4);
  int largest = 0;
  for (int i = 1; i < count; ++i) {
    const int left = stats.at<int>(i, cv::CC_STAT_LEFT), top = stats.at<int>(i, cv::CC_STAT_TOP);
    const bool enclosed = left > 0 && top > 0 && left + stats.at<int>(i, cv::CC_STAT_WIDTH) < matte.width() &&
                          top + stats.at<int>(i, cv::CC_STAT_HEIGHT) < matte.height();
    if (enclosed) largest = std::max(largest, stats.at<int>(i, cv::CC_STAT_AREA));
  }
  return largest;
}

TEST(Persons, AreWholeInside) {
  for (const char* name : {"astronaut.png", "kodim04.png", "b24_worker_owi.png"}) {
    PERSONS_IN(photo, name);
    const Image matte = matte_by_cues(photo);
    EXPECT_LE(largest_gap(matte), 16) << name;
    // A 40th of the photo inside of the outline nothing is seen through.
    cv::Mat inner;
    const int reach = std::max(photo.width(), photo.height()) / 40;
    const cv::Mat shape = cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * reach + 1, 2 * reach + 1});
    cv::morphologyEx(interop::as_mat(matte) >= 128, inner, cv::MORPH_CLOSE, cv::Mat());
    cv::erode(inner, inner, shape);
    EXPECT_GT(cv::countNonZero(inner), 1000) << name;
    EXPECT_EQ(cv::countNonZero(inner & (interop::as_mat(matte) < 255)), 0) << name;
    for (const Face& face : find_faces(photo)) {
      // The middle of the face.
      EXPECT_EQ(share_of(matte, face.x + face.width / 4, face.y + face.height / 4, face.x + 3 * face.width / 4,
                         face.y + 3 * face.height / 4),
                1)
          << name;
    }
  }
}

TEST(Persons, SideBySideEachIsAnInstance) {
  PERSONS_IN(portrait, "astronaut.png");
  // With her mirror image, whose arm touches hers.
  constexpr int half = 360;
  const Image photo = test::make(2 * half, portrait.height(), test::u8_3, [&](int x, int y, int c) {
    return test::at(portrait, x < half ? x : 2 * half - 1 - x, y, c);
  });
  const std::vector<Image> mattes =
      Segmenter(Device::cpu()).instances(photo, DepthEstimator(Device::cpu()).estimate(photo));
  ASSERT_EQ(mattes.size(), 2u);
  const bool left_first = share_of(mattes[0], 190, 80, 250, 150) > 0.5f;
  const Image &left = mattes[left_first ? 0 : 1], &right = mattes[left_first ? 1 : 0];
  EXPECT_GT(share_of(left, 190, 80, 250, 150), 0.99f);
  EXPECT_GT(share_of(left, 80, 300, 300, 500), 0.95f);
  EXPECT_LT(share_of(left, 2 * half - 300, 0, 2 * half, 512), 0.02f);
  EXPECT_GT(share_of(right, 2 * half - 250, 80, 2 * half - 190, 150), 0.99f);
  EXPECT_GT(share_of(right, 2 * half - 300, 300, 2 * half - 80, 500), 0.95f);
  EXPECT_LT(share_of(right, 0, 0, 300, 512), 0.02f);
}

TEST(Persons, WhatIsNoneIsNotTakenForOne) {
  PERSONS_IN(photo, "cliff_lake_cc0.png");
  const DepthMap with = DepthEstimator(Device::cpu()).estimate(photo);
  const ModelFolder nowhere("/nowhere");
  const DepthMap without = DepthEstimator(Device::cpu()).estimate(photo);
  EXPECT_TRUE(test::same(with.values(), without.values()));
}

TEST(Persons, WithoutNetworksHaarFindsTheFaceAndWhatLacksIsSaid) {
  RELIEVO_ASSET(path, "astronaut.png");
  const ModelFolder nowhere("/nowhere");
  EXPECT_EQ(why_no_person_networks(),
            "There is no yunet and no selfie-segmentation in the folder of models: faces come from Haar cascades, "
            "persons from faces and colours.");
  const std::vector<Face> faces = find_faces(pictures::read_rgb(path));
  ASSERT_EQ(faces.size(), 1u);
  EXPECT_FALSE(faces[0].has_landmarks);
  EXPECT_EQ(faces[0].score, 0);
}

}  // namespace
}  // namespace relievo
