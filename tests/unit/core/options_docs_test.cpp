// What a header says of an option is what the library does: unit, range, default.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <string>

#include <relievo/relievo.hpp>

namespace relievo {
namespace {

// Comments of a struct's members in a header, each in one line, by the member's name.
std::map<std::string, std::string> comments_of(const std::string& header, const std::string& name) {
  std::ifstream file(std::string(RELIEVO_SOURCE_DIR) + "/include/relievo/" + header);
  EXPECT_TRUE(file) << header;
  std::map<std::string, std::string> comments;
  std::string line, comment;
  bool inside = false;
  const std::regex member(R"(\s+[\w:]+ (\w+)( = [^;]+)?;)"), text(R"(\s*/// ?(.*))");
  for (std::smatch found; std::getline(file, line);) {
    if (line.find("struct " + name + " {") == 0) inside = true;
    if (!inside) continue;
    if (line == "};") break;
    if (std::regex_match(line, found, text)) {
      comment.append(comment.empty() ? "" : " ").append(found[1].str());
    } else {
      if (std::regex_match(line, found, member)) comments[found[1]] = comment;
      comment.clear();
    }
  }
  EXPECT_FALSE(comments.empty()) << name << " in " << header;
  return comments;
}

// What stands between `word` and the full stop.
std::string said(const std::string& comment, const std::string& word) {
  std::smatch found;
  return std::regex_search(comment, found, std::regex(word + R"(: (.*?)\.( |$))")) ? found[1].str() : "";
}

template <class Enum>
std::string listed() {
  std::string text;
  const std::size_t count = std::size(EnumNames<Enum>::names);
  for (std::size_t i = 0; i < count; ++i) {
    text.append(i == 0 ? "" : i + 1 < count ? ", " : " or ").append(EnumNames<Enum>::names[i]);
  }
  return text;
}

template <class Options>
void expect_documented(const std::string& header, const std::string& name) {
  const auto comments = comments_of(header, name);
  Options options;
  visit_fields(options, [&](const Field& field, auto& value) {
    using Value = std::decay_t<decltype(value)>;
    const auto found = comments.find(field.name);
    if (found == comments.end()) {
      EXPECT_EQ(name, "BakeOptions") << field.name << " has no comment";  // Fields of nested options.
      return;
    }
    const std::string& comment = found->second;
    const std::string where = name + "::" + field.name + ": " + comment;
    const std::string range = std::regex_replace(said(comment, "Range"), std::regex(R"( \([^)]*\))"), "");
    const std::string usual = said(comment, "Default");
    EXPECT_EQ(said(comment, "Unit"), *field.unit != '\0' ? field.unit : "none") << where;
    EXPECT_STRNE(field.help, "") << where;
    if constexpr (std::is_enum_v<Value>) {
      EXPECT_EQ(range, listed<Value>()) << where;
      EXPECT_EQ(usual, name_of(value)) << where;
    } else if constexpr (std::is_same_v<Value, bool>) {
      EXPECT_EQ(range, "on or off") << where;
      EXPECT_EQ(usual, value ? "on" : "off") << where;
    } else if constexpr (std::is_arithmetic_v<Value>) {
      std::smatch ends;
      ASSERT_TRUE(std::regex_match(range, ends, std::regex(R"((\S+) to ([^ ,]+)(, odd)?)"))) << where;
      EXPECT_EQ(std::stod(ends[1]), field.minimum) << where;
      EXPECT_EQ(std::stod(ends[2]), field.maximum) << where;
      EXPECT_EQ(ends[3].matched, std::string(field.help).find(", odd") != std::string::npos) << where;
      EXPECT_EQ(static_cast<Value>(std::stod(usual)), value) << where;
    } else {
      EXPECT_EQ(usual, std::string(1, '"').append(value).append(1, '"')) << where;
    }
  });
}

TEST(OptionsDocs, SayWhatTheFieldsAre) {
  expect_documented<BokehOptions>("bokeh_renderer.hpp", "BokehOptions");
  expect_documented<DepthOptions>("depth_estimator.hpp", "DepthOptions");
  expect_documented<SegmentOptions>("segmenter.hpp", "SegmentOptions");
  expect_documented<InpaintOptions>("inpainter.hpp", "InpaintOptions");
  expect_documented<BakeOptions>("layered_scene.hpp", "BakeOptions");
  expect_documented<ParallaxOptions>("parallax_animator.hpp", "ParallaxOptions");
  expect_documented<StereoOptions>("stereo_encoder.hpp", "StereoOptions");
}

// Every member of 4 bytes or more is visited: between those that are, there is room for padding alone.
template <class Options>
void expect_complete(const char* name) {
  Options options;
  const auto* begin = reinterpret_cast<const char*>(&options);
  std::size_t end = 0;
  visit_fields(options, [&](const Field& field, auto& value) {
    const auto at = static_cast<std::size_t>(reinterpret_cast<const char*>(&value) - begin);
    EXPECT_GE(at, end) << name << "::" << field.name << " is visited out of order";
    EXPECT_LT(at - end, std::max<std::size_t>(4, alignof(decltype(value)))) << "before " << name << "::" << field.name;
    end = at + sizeof value;
  });
  EXPECT_LT(sizeof options - end, alignof(Options)) << "at the end of " << name;
}

TEST(OptionsDocs, VisitEveryMember) {
  expect_complete<BokehOptions>("BokehOptions");
  expect_complete<DepthOptions>("DepthOptions");
  expect_complete<SegmentOptions>("SegmentOptions");
  expect_complete<InpaintOptions>("InpaintOptions");
  expect_complete<BakeOptions>("BakeOptions");
  expect_complete<ParallaxOptions>("ParallaxOptions");
  expect_complete<StereoOptions>("StereoOptions");
}

}  // namespace
}  // namespace relievo
