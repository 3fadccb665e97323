// YuNet and the selfie segmentation against what their originals put out in their own runtimes
// (make_person_goldens.py), on five photos.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <relievo/interop/torch.hpp>

#include "common/assets.hpp"
#include "common/images.hpp"
#include "common/pictures.hpp"
#include "torch/file_weights.hpp"
#include "torch/torch_person_networks.hpp"
#include "torch/yunet.hpp"

namespace relievo {
namespace {

const nlohmann::json& golden() {
  static const auto* read = new nlohmann::json([] {
    std::ifstream in(RELIEVO_SOURCE_DIR "/tests/models/goldens/persons.json");
    return nlohmann::json::parse(in);
  }());
  return *read;
}

// In the folder that the tests are given, where the converter puts it; empty without.
std::string file_of(const std::string& name) {
  const char* folder = std::getenv("RELIEVO_MODELS");
  const std::string path = (folder != nullptr ? folder : "") + ("/" + name);
  return std::filesystem::exists(path) ? path : "";
}
std::string faces_file() { return file_of("yunet/face_detection_yunet_2023mar.onnx"); }
std::string matte_file() { return file_of("selfie-segmentation/selfie_segmentation.safetensors"); }

class PersonNetworks : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const std::string path = asset_path(GetParam());
    if (path.empty() || faces_file().empty() || matte_file().empty()) {
      GTEST_SKIP() << "the photo or the networks are not here";
    }
    photo_ = pictures::read_rgb(path);
  }
  const nlohmann::json& expected() const { return golden()["photos"][GetParam()]; }

  Image photo_;
};

std::array<Yunet::Answers, 3> answers(const Image& photo, int step) {
  FileWeights weights(WeightFile::open(faces_file()), faces_file(), at::kFloat, at::kCPU);
  const at::Tensor rgb = interop::as_tensor(photo.view());
  const at::Tensor small = rgb.slice(0, 0, std::nullopt, step).slice(1, 0, std::nullopt, step);
  const at::Tensor bgr = small.flip(2).to(at::kFloat).permute({2, 0, 1}).unsqueeze(0);
  const auto missing = [&](int axis) { return (32 - bgr.size(axis) % 32) % 32; };
  return Yunet(WeightScope(weights))(at::constant_pad_nd(bgr, {0, missing(3), 0, missing(2)}, 0));
}

void expect_near(const FoundFace& face, const nlohmann::json& wanted, double pixels) {
  EXPECT_NEAR(face.score, wanted["score"].get<double>(), 1e-4);
  EXPECT_NEAR(face.x, wanted["box"][0].get<double>(), pixels);
  EXPECT_NEAR(face.y, wanted["box"][1].get<double>(), pixels);
  EXPECT_NEAR(face.width, wanted["box"][2].get<double>(), pixels);
  EXPECT_NEAR(face.height, wanted["box"][3].get<double>(), pixels);
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      EXPECT_NEAR(face.landmarks[i][axis], wanted["landmarks"][i][axis].get<double>(), pixels) << i;
    }
  }
}

TEST_P(PersonNetworks, YunetAnswersAsItsOriginalDoes) {
  const c10::InferenceMode no_gradients;
  const auto grids = answers(photo_, expected()["step"]);
  for (std::size_t level = 0; level < grids.size(); ++level) {
    const Yunet::Answers& grid = grids[level];
    const at::Tensor parts[] = {grid.of_class, grid.object, grid.box, grid.landmarks};
    const nlohmann::json& wanted = expected()["answers"][level];
    const std::int64_t cells = grid.of_class.numel();
    const auto samples = static_cast<std::int64_t>(wanted.size());
    for (std::int64_t k = 0; k < samples; ++k) {
      const std::int64_t cell = k * (cells - 1) / (samples - 1);
      std::size_t i = 0;
      for (const at::Tensor& part : parts) {
        const std::int64_t channels = part.size(2);
        for (std::int64_t c = 0; c < channels; ++c) {
          EXPECT_NEAR(part.const_data_ptr<float>()[cell * channels + c],
                      wanted[static_cast<std::size_t>(k)][i++].get<double>(), 1e-3)
              << "stride " << Yunet::strides[level] << ", cell " << cell;
        }
      }
    }
  }
}

TEST_P(PersonNetworks, YunetFindsTheFacesThatItsOriginalFinds) {
  const c10::InferenceMode no_gradients;
  const std::vector<FoundFace> faces =
      yunet_faces(answers(photo_, expected()["step"]), golden()["least_score"], golden()["most_overlap"]);
  const nlohmann::json& wanted = expected()["faces"];
  ASSERT_EQ(faces.size(), wanted.size());
  for (std::size_t i = 0; i < faces.size(); ++i) expect_near(faces[i], wanted[i], 0.05);
}

TEST_P(PersonNetworks, TheMatteIsItsOriginals) {
  const std::unique_ptr<MatteNetwork> network = open_torch_matte(matte_file());
  ASSERT_EQ(network->side(), 256);
  Image square(256, 256, {Scalar::u8, 3});
  for (int y = 0; y < 256; ++y) {
    const auto* row = photo_.row<std::uint8_t>((2 * y + 1) * photo_.height() / 512);
    for (int x = 0; x < 256; ++x) {
      std::copy_n(row + 3 * ((2 * x + 1) * photo_.width() / 512), 3, square.row<std::uint8_t>(y) + 3 * x);
    }
  }
  Image matte(256, 256, {Scalar::f32, 1});
  network->infer(square, matte.mutable_view());
  const nlohmann::json& wanted = expected()["matte"];
  const auto samples = static_cast<int>(wanted.size());
  double largest = 0;
  for (int k = 0; k < samples; ++k) {
    const int pixel = static_cast<int>(std::int64_t{k} * (256 * 256 - 1) / (samples - 1));
    const double value = matte.row<float>(pixel / 256)[pixel % 256];
    largest = std::max(largest, std::abs(value - wanted[static_cast<std::size_t>(k)].get<double>()));
  }
  EXPECT_LT(largest, 1e-3);
}

std::vector<std::string> photos() {
  std::vector<std::string> names;
  for (const auto& [name, expected] : golden()["photos"].items()) names.push_back(name);
  return names;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  return info.param.substr(0, info.param.find('.'));
}
INSTANTIATE_TEST_SUITE_P(Photos, PersonNetworks, ::testing::ValuesIn(photos()), test_name);

// The surest of those that overlap stays, and what lies far from it does.
TEST(YunetFaces, OfOverlappingOnesTheSurestStays) {
  const c10::InferenceMode no_gradients;
  std::array<Yunet::Answers, 3> grids;
  for (std::size_t level = 0; level < 3; ++level) {
    const std::int64_t side = 64 / Yunet::strides[level];
    const auto zeros = [&](std::int64_t channels) { return at::zeros({side, side, channels}, at::kFloat); };
    grids[level] = {zeros(1), zeros(4), zeros(1), zeros(10)};
  }
  const auto put = [&](std::int64_t row, std::int64_t column, float score) {
    grids[0].of_class[row][column][0] = score;
    grids[0].object[row][column][0] = score;
    grids[0].box[row][column][2] = std::log(2.0f);  // 16 px
    grids[0].box[row][column][3] = std::log(2.0f);
  };
  put(1, 1, 0.9f);
  put(1, 2, 0.95f);  // 8 px to the right: a third is shared
  put(6, 6, 0.85f);
  put(5, 1, 0.6f);
  const std::vector<FoundFace> faces = yunet_faces(grids, 0.8f, 0.3f);
  ASSERT_EQ(faces.size(), 2u);
  EXPECT_FLOAT_EQ(faces[0].score, 0.95f);
  EXPECT_FLOAT_EQ(faces[0].x, 2 * 8 - 8);
  EXPECT_FLOAT_EQ(faces[1].y, 6 * 8 - 8);
  EXPECT_EQ(yunet_faces(grids, 0.8f, 0.4f).size(), 3u);
}

TEST(PersonNetworkFiles, OfOtherNetworksAndDamagedOnesAreNamed) {
  if (faces_file().empty() || matte_file().empty()) GTEST_SKIP() << "the networks are not here";
  EXPECT_EQ(test::error_of([] { open_torch_faces(matte_file()); }),
            "unsupported: " + matte_file() + " does not hold the weights of YuNet (2023mar).");
  EXPECT_EQ(test::error_of([] { open_torch_matte(faces_file()); }),
            "unsupported: " + faces_file() + " does not hold the weights of MediaPipe's selfie segmentation.");
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "relievo_person_networks_test";
  std::filesystem::create_directory(folder);
  for (const std::string& whole : {faces_file(), matte_file()}) {
    const std::filesystem::path half = folder / std::filesystem::path(whole).filename();
    std::filesystem::copy_file(whole, half, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(half, std::filesystem::file_size(whole) / 2);
    const std::string error = test::error_of([&] {
      if (whole == faces_file()) open_torch_faces(half);
      if (whole == matte_file()) open_torch_matte(half);
    });
    EXPECT_EQ(error.rfind("corrupt_data: ", 0), 0u) << error;
    EXPECT_NE(error.find(half.string()), std::string::npos) << error;
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace relievo
