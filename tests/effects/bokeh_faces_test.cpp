// Faces: they stay sharp whatever their depth, and are what is focused on.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <relievo/bokeh_renderer.hpp>

#include "common/assets.hpp"
#include "common/images.hpp"
#include "common/pictures.hpp"
#include "effects/face_mask.hpp"

namespace relievo {
namespace {

using test::at;
using test::error_of;

LayeredScene scene_of(const Image& photo, float disparity) { return test::plane(photo.clone(), disparity); }

BokehOptions guarded(BokehMode mode, bool protect = true) {
  BokehOptions options;
  options.mode = mode;
  options.strength = 3;
  options.protect_faces = protect;
  return options;
}

// The ellipse is of half a face's width and height times 1.2 where it is whole, and times 1.7 where it ends.
TEST(FaceMask, IsAnEllipseThatFades) {
  const std::vector<Face> faces{{40, 30, 20, 40}};
  Image mask(100, 100, test::f32_1);
  ASSERT_TRUE(draw_faces(faces, 0, mask.mutable_view()));
  for (int y = 0; y < 100; ++y) {
    for (int x = 0; x < 100; ++x) {
      const double r = std::hypot((x + 0.5 - 50) / 10, (y + 0.5 - 50) / 20);
      const double t = std::clamp((1.7 - r) / 0.5, 0.0, 1.0);
      EXPECT_NEAR(at(mask, x, y), t * t * (3 - 2 * t), 1e-6) << x << ", " << y;
    }
  }
  Image rows(100, 30, test::f32_1);
  ASSERT_TRUE(draw_faces(faces, 40, rows.mutable_view()));
  EXPECT_TRUE(test::same(rows, test::part(mask, 0, 40, 100, 30)));
  EXPECT_FALSE(draw_faces(faces, 90, rows.mutable_view()));
  EXPECT_FALSE(draw_faces({}, 0, rows.mutable_view()));
}

TEST(FaceMask, FacesAtTheBorderAreCut) {
  Image mask(30, 20, test::f32_1);
  ASSERT_TRUE(draw_faces({{0, 0, 30, 20}, {28, 18, 2, 2}}, 0, mask.mutable_view()));
  EXPECT_EQ(at(mask, 15, 10), 1);
  EXPECT_EQ(at(mask, 29, 19), 1);
}

TEST(BokehFaces, StaySharpWhereDepthIsWrong) {
  RELIEVO_ASSET(path, "astronaut.png");
  const Image photo = pictures::read_rgb(path);
  const std::vector<Face> faces = find_faces(photo);
  ASSERT_EQ(faces.size(), 1u);
  const Face& face = faces[0];
  const auto of_face = [&](const ImageView& image) {
    return test::part(image, face.x + face.width / 5, face.y + face.height / 5, face.width * 3 / 5,
                      face.height * 3 / 5);
  };
  const LayeredScene scene = scene_of(photo, 0);
  for (const BokehMode mode : {BokehMode::threshold, BokehMode::layered}) {
    const Image kept = BokehRenderer(Device::cpu(), guarded(mode)).render(scene, Focus::on_disparity(1));
    const Image lost = BokehRenderer(Device::cpu(), guarded(mode, false)).render(scene, Focus::on_disparity(1));
    EXPECT_TRUE(test::same(of_face(kept), of_face(photo))) << name_of(mode);
    EXPECT_FALSE(test::same(of_face(lost), of_face(photo))) << name_of(mode);
    // Elsewhere both are one.
    EXPECT_TRUE(test::same(test::part(kept, 0, 300, 512, 212), test::part(lost, 0, 300, 512, 212))) << name_of(mode);
    const LayeredScene soft = BokehRenderer(Device::cpu(), guarded(mode)).defocus(scene, Focus::on_disparity(1));
    EXPECT_TRUE(test::same(soft.layer(0).color, kept)) << name_of(mode);
    BokehOptions little = guarded(mode);
    little.memory_mib = 1;
    EXPECT_TRUE(test::same(BokehRenderer(Device::cpu(), little).render(scene, Focus::on_disparity(1)), kept));
  }
}

TEST(BokehFaces, WithoutAFaceNothingChanges) {
  const Image photo = pictures::waves<std::uint8_t>(160, 120, test::u8_3, 255);
  ASSERT_TRUE(find_faces(photo).empty());
  const LayeredScene scene = scene_of(photo, 0);
  for (const BokehMode mode : {BokehMode::threshold, BokehMode::layered}) {
    EXPECT_TRUE(test::same(BokehRenderer(Device::cpu(), guarded(mode)).render(scene, Focus::on_disparity(1)),
                           BokehRenderer(Device::cpu(), guarded(mode, false)).render(scene, Focus::on_disparity(1))));
  }
}

TEST(FocusOnAFace, IsWhatIsSeenInItsMiddle) {
  RELIEVO_ASSET(path, "astronaut.png");
  const Image photo = pictures::read_rgb(path);
  test::Layers layers;
  layers.add(photo.clone(), test::make(512, 512, test::f32_1, [](int x, int, int) { return x / 511.0; }));
  const Face face = find_faces(photo).at(0);
  EXPECT_FLOAT_EQ(Focus::on_nearest_face(layers.scene()).disparity,
                  static_cast<float>((face.x + face.width / 2) / 511.0));
}

TEST(FocusOnAFace, IsRefusedWhereThereIsNone) {
  const LayeredScene scene = scene_of(pictures::waves<std::uint8_t>(160, 120, test::u8_3, 255), 0.5f);
  EXPECT_EQ(error_of([&] { Focus::on_nearest_face(scene); }),
            "not_found: No face is found to focus on; focus on the subject (Focus::on_subject, the command's default), "
            "a point (Focus::on_point, --focus-point) or a disparity (Focus::on_disparity, --focus-disparity) "
            "instead.");
}

// Two discs before a ground: a small one that is nearer, and a large one.
TEST(FocusOnTheLargestSubject, IsTheMedianOfIt) {
  const auto small = [](int x, int y) { return std::hypot(x - 90, y - 100) < 35; };
  const auto large = [](int x, int y) { return std::hypot(x - 250, y - 120) < 75; };
  test::Layers layers;
  layers.add(
      test::make(360, 240, test::u8_3,
                 [&](int x, int y, int c) {
                   const double base = small(x, y) ? (c == 0 ? 0.8 : 0.1) : large(x, y) ? (c == 1 ? 0.7 : 0.2) : 0.5;
                   return std::clamp(base + 0.3 * (test::texture(x, y, c) - 0.5), 0.0, 1.0);
                 }),
      test::make(360, 240, test::f32_1, [&](int x, int y, int) {
        return small(x, y) ? 0.95 : large(x, y) ? 0.7 : 0.05 + 0.1 * y / 240;
      }));
  const LayeredScene scene = layers.scene();
  EXPECT_NEAR(Focus::on_largest_subject(scene).disparity, 0.7, 1e-6);
}

TEST(FocusOnTheLargestSubject, IsTheSubjectWhereNoneIsFound) {
  const Image photo = pictures::waves<std::uint8_t>(160, 120, test::u8_3, 255);
  EXPECT_LT(Focus::on_largest_subject(scene_of(photo, 0.4f)).disparity, 0) << "LayeredScene::subject_disparity";
}

}  // namespace
}  // namespace relievo
