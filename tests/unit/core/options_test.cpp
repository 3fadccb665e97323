// Every options struct: defaults hold, values out of range are named, and size decides what is read.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <relievo/relievo.hpp>

#include "common/images.hpp"
#include "core/options.hpp"

namespace relievo {
namespace {

using test::error_of;

template <class Options>
class OptionsOf : public testing::Test {};
using All = testing::Types<BokehOptions, DepthOptions, SegmentOptions, InpaintOptions, BakeOptions, ParallaxOptions,
                           StereoOptions>;
TYPED_TEST_SUITE(OptionsOf, All);

// Calls body(field, value) for each number, given fresh options each time; they are validated after it.
template <class Options, class Body>
void with_each_number(Body body) {
  Options plain;
  int count = 0;
  visit_fields(plain, [&](const Field&, auto&) { ++count; });
  for (int i = 0; i < count; ++i) {
    Options options;
    int index = 0;
    visit_fields(options, [&](const Field& field, auto& value) {
      using Value = std::decay_t<decltype(value)>;
      if (index++ != i) return;
      if constexpr (std::is_arithmetic_v<Value> && !std::is_same_v<Value, bool>) body(options, field, value);
    });
  }
}

TYPED_TEST(OptionsOf, DefaultsAreValid) {
  EXPECT_EQ(error_of([] { validate(TypeParam()); }), "nothing");
}

TYPED_TEST(OptionsOf, TheEndsOfARangeBelongToIt) {
  with_each_number<TypeParam>([](TypeParam& options, const Field& field, auto& value) {
    using Value = std::decay_t<decltype(value)>;
    value = static_cast<Value>(field.minimum);
    EXPECT_EQ(error_of([&] { validate(options); }), "nothing") << field.name;
    value = static_cast<Value>(field.maximum);
    EXPECT_EQ(error_of([&] { validate(options); }), "nothing") << field.name;
  });
}

TYPED_TEST(OptionsOf, TheNextValueBeyondDoesNot) {
  with_each_number<TypeParam>([](TypeParam& options, const Field& field, auto& value) {
    using Value = std::decay_t<decltype(value)>;
    for (const bool above : {false, true}) {
      const auto end = static_cast<Value>(above ? field.maximum : field.minimum);
      if constexpr (std::is_integral_v<Value>) {
        value = end + (above ? 1 : -1);
      } else {
        value = std::nextafter(end, above ? std::numeric_limits<Value>::max() : std::numeric_limits<Value>::lowest());
      }
      const std::string error = error_of([&] { validate(options); });
      EXPECT_EQ(error.find(std::string("invalid_argument: ") + field.name + " is "), 0u) << field.name << ": " << error;
    }
  });
}

TYPED_TEST(OptionsOf, NanIsRefused) {
  with_each_number<TypeParam>([](TypeParam& options, const Field& field, auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_floating_point_v<Value>) {
      value = std::numeric_limits<Value>::quiet_NaN();
      const std::string error = error_of([&] { validate(options); });
      EXPECT_EQ(error.find(std::string("invalid_argument: ") + field.name + " is nan; allowed is "), 0u) << error;
    }
  });
}

TYPED_TEST(OptionsOf, OddFieldsRefuseEvenNumbers) {
  with_each_number<TypeParam>([](TypeParam& options, const Field& field, auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_integral_v<Value>) {
      if (std::string(field.help).find(", odd") == std::string::npos) return;
      value = 4;
      EXPECT_EQ(error_of([&] { validate(options); }),
                "invalid_argument: " + std::string(field.name) + " is 4; it must be odd.");
    }
  });
}

TYPED_TEST(OptionsOf, ChoicesBeyondTheirNamesAreRefused) {
  TypeParam plain;
  visit_fields(plain, [&](const Field& field, auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_enum_v<Value>) {
      const Value before = value;
      const auto count = std::size(EnumNames<Value>::names);
      value = static_cast<Value>(count);
      EXPECT_EQ(error_of([&] { validate(plain); }), "invalid_argument: " + std::string(field.name) + " is " +
                                                        std::to_string(count) + "; allowed are 0 to " +
                                                        std::to_string(count - 1) + ".");
      value = before;
    }
  });
}

// An older caller's header ends before some field: the fields before it are read, the others keep their defaults.
TYPED_TEST(OptionsOf, AShorterStructKeepsTheDefaultsOfItsTail) {
  TypeParam given;
  std::vector<const void*> members;
  visit_fields(given, [&](const Field& field, auto& value) {
    using Value = std::decay_t<decltype(value)>;
    members.push_back(&value);
    if constexpr (std::is_same_v<Value, bool>) {
      value = !value;
    } else if constexpr (std::is_arithmetic_v<Value>) {
      value = static_cast<Value>(field.maximum);
    }
  });
  for (std::size_t cut = 0; cut <= members.size(); ++cut) {
    const std::size_t size =
        cut < members.size()
            ? static_cast<std::size_t>(static_cast<const char*>(members[cut]) - reinterpret_cast<const char*>(&given))
            : sizeof given;
    TypeParam read = read_options(&given, size);
    TypeParam plain;
    std::vector<const Field*> unused;
    std::size_t index = 0;
    visit_fields(read, [&](const Field& field, auto& value) {
      using Value = std::decay_t<decltype(value)>;
      const std::size_t i = index++;
      std::size_t other = 0;
      visit_fields(i < cut ? given : plain, [&](const Field&, auto& wanted) {
        if (other++ != i) return;
        if constexpr (std::is_same_v<Value, std::decay_t<decltype(wanted)>>) {
          EXPECT_EQ(value, wanted) << field.name << " read with " << size << " bytes";
        }
      });
    });
  }
}

TYPED_TEST(OptionsOf, ALongerStructAndNoneAreRefused) {
  const TypeParam options;
  EXPECT_EQ(error_of([&] { read_options(&options, sizeof options + 4); }),
            "invalid_argument: The options are " + std::to_string(sizeof options + 4) + " bytes, this library knows " +
                std::to_string(sizeof options) +
                ": the program was built against newer headers than the library it loaded.");
  EXPECT_EQ(error_of([] { read_options<TypeParam>(nullptr, 0); }), "invalid_argument: The options are null.");
}

// The whole sentences, as written by hand.
TEST(Options, SentencesNameFieldValueRangeAndUnit) {
  const auto expect = [](auto options, const char* sentence) {
    EXPECT_EQ(error_of([&] { validate(options); }), std::string("invalid_argument: ") + sentence);
  };
  const auto with = [](auto options, auto member, auto value) {
    options.*member = value;
    return options;
  };
  const BokehOptions bokeh;
  expect(with(bokeh, &BokehOptions::f_number, 0.5f), "f_number is 0.5; allowed is 0.7 to 64 f.");
  expect(with(bokeh, &BokehOptions::f_number, 64.5f), "f_number is 64.5; allowed is 0.7 to 64 f.");
  expect(with(bokeh, &BokehOptions::f_number, std::nextafter(0.7f, 0.0f)),
         "f_number is 0.6999999; allowed is 0.7 to 64 f.");
  expect(with(bokeh, &BokehOptions::strength, -0.25f), "strength is -0.25; allowed is 0 to 8 times.");
  expect(with(bokeh, &BokehOptions::strength, 9.0f), "strength is 9; allowed is 0 to 8 times.");
  expect(with(bokeh, &BokehOptions::focus_range, -1.0f), "focus_range is -1; allowed is 0 to 1 fraction.");
  expect(with(bokeh, &BokehOptions::focus_range, 1.5f), "focus_range is 1.5; allowed is 0 to 1 fraction.");
  const DepthOptions depth;
  expect(with(depth, &DepthOptions::resolution, -1), "resolution is -1; allowed is 0 to 4096 px.");
  expect(with(depth, &DepthOptions::resolution, 4097), "resolution is 4097; allowed is 0 to 4096 px.");
  const SegmentOptions segment;
  expect(with(segment, &SegmentOptions::open_px, 0), "open_px is 0; allowed is 1 to 101 px.");
  expect(with(segment, &SegmentOptions::close_px, 103), "close_px is 103; allowed is 1 to 101 px.");
  expect(with(segment, &SegmentOptions::feather_px, -3), "feather_px is -3; allowed is 1 to 101 px.");
  const InpaintOptions inpaint;
  expect(with(inpaint, &InpaintOptions::radius_px, 0.5f), "radius_px is 0.5; allowed is 1 to 32 px.");
  expect(with(inpaint, &InpaintOptions::radius_px, 33.0f), "radius_px is 33; allowed is 1 to 32 px.");
  const BakeOptions bake;
  expect(with(bake, &BakeOptions::hole_dilate_px, 102), "hole_dilate_px is 102; allowed is 1 to 101 px.");
  expect(with(bake, &BakeOptions::hole_dilate_times, -1), "hole_dilate_times is -1; allowed is 0 to 16 times.");
  expect(with(bake, &BakeOptions::hole_dilate_times, 17), "hole_dilate_times is 17; allowed is 0 to 16 times.");
  const ParallaxOptions parallax;
  expect(with(parallax, &ParallaxOptions::frames, 1), "frames is 1; allowed is 2 to 600 frames.");
  expect(with(parallax, &ParallaxOptions::frames, 601), "frames is 601; allowed is 2 to 600 frames.");
  expect(with(parallax, &ParallaxOptions::fps, 0.5f), "fps is 0.5; allowed is 1 to 120 fps.");
  expect(with(parallax, &ParallaxOptions::amplitude, 0.125f), "amplitude is 0.125; allowed is 0 to 0.1 fraction.");
  expect(with(parallax, &ParallaxOptions::foreground_px, -1.0f), "foreground_px is -1; allowed is 0 to 200 px.");
  expect(with(parallax, &ParallaxOptions::background_px, 201.0f), "background_px is 201; allowed is 0 to 200 px.");
  expect(with(parallax, &ParallaxOptions::strength, 10.5f), "strength is 10.5; allowed is 0 to 10 times.");
  expect(with(parallax, &ParallaxOptions::zoom, 0.9375f), "zoom is 0.9375; allowed is 1 to 2 times.");
  expect(with(parallax, &ParallaxOptions::convergence, 1.25f), "convergence is 1.25; allowed is 0 to 1 fraction.");
  const StereoOptions stereo;
  expect(with(stereo, &StereoOptions::divergence, 0.125f), "divergence is 0.125; allowed is 0 to 0.1 fraction.");
  expect(with(stereo, &StereoOptions::convergence, -0.5f), "convergence is -0.5; allowed is 0 to 1 fraction.");
  expect(with(stereo, &StereoOptions::photo_position, 2.0f), "photo_position is 2; allowed is 0 to 1 fraction.");
}

TEST(Options, ConstructorsCheck) {
  const Device device = Device::cpu(1);
  BokehOptions bokeh;
  bokeh.f_number = 0;
  EXPECT_EQ(error_of([&] { BokehRenderer(device, bokeh); }),
            "invalid_argument: f_number is 0; allowed is 0.7 to 64 f.");
  ParallaxOptions parallax;
  parallax.frames = 0;
  EXPECT_EQ(error_of([&] { ParallaxAnimator(device, parallax); }),
            "invalid_argument: frames is 0; allowed is 2 to 600 frames.");
  StereoOptions stereo;
  stereo.divergence = 1;
  EXPECT_EQ(error_of([&] { StereoEncoder(device, stereo); }),
            "invalid_argument: divergence is 1; allowed is 0 to 0.1 fraction.");
}

TEST(Options, NamesOfChoices) {
  EXPECT_EQ(name_of(Aperture::heart), "heart");
  EXPECT_EQ(name_of(InpaintMethod::navier_stokes), "navier-stokes");
  EXPECT_EQ(name_of(static_cast<Aperture>(9)), "?");
}

}  // namespace
}  // namespace relievo
