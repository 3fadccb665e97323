// A reader of binary PLY for tests: scalar properties, and faces of three.
#pragma once

#include <array>
#include <cstring>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "formats/support.hpp"

namespace relievo_tests {

struct Ply {
  std::vector<std::string> names;  ///< Of the vertices' properties, in their order.
  std::vector<std::map<std::string, double>> vertices;
  std::vector<std::array<std::uint32_t, 3>> faces;
};

inline Ply read_ply(const std::string& path) {
  const Bytes bytes = load(path);
  const std::string text(bytes.begin(), bytes.end());
  const std::string end = "end_header\n";
  const std::size_t header = text.find(end) + end.size();
  std::istringstream lines(text.substr(0, header));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "ply");
  std::getline(lines, line);
  EXPECT_EQ(line, "format binary_little_endian 1.0");
  Ply ply;
  std::vector<std::string> types;
  std::size_t vertices = 0, faces = 0;
  for (std::string word, type, name; std::getline(lines, line);) {
    std::istringstream words(line);
    words >> word >> type >> name;
    if (word == "element") (type == "vertex" ? vertices : faces) = std::stoul(name);
    if (word == "property" && type != "list") types.push_back(type), ply.names.push_back(name);
    if (word == "property" && type == "list") {
      EXPECT_EQ(line, "property list uchar uint vertex_indices");
    }
  }
  std::size_t at = header;
  const auto take = [&](auto value) {
    EXPECT_LE(at + sizeof value, bytes.size());
    if (at + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof value);
    at += sizeof value;
    return value;
  };
  for (std::size_t v = 0; v < vertices; ++v) {
    std::map<std::string, double> one;
    for (std::size_t i = 0; i < types.size(); ++i) {
      one[ply.names[i]] = types[i] == "float" ? static_cast<double>(take(0.0f)) : take(std::uint8_t{});
    }
    ply.vertices.push_back(one);
  }
  for (std::size_t f = 0; f < faces; ++f) {
    EXPECT_EQ(take(std::uint8_t{}), 3);
    ply.faces.push_back({});
    for (std::uint32_t& corner : ply.faces.back()) {
      corner = take(std::uint32_t{});
      EXPECT_LT(corner, vertices);
    }
  }
  EXPECT_EQ(at, bytes.size());
  return ply;
}

}  // namespace relievo_tests
