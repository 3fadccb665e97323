// Damaged and hostile ONNX.
#include <algorithm>
#include <limits>

#include "support.hpp"

namespace relievo_tests {
namespace {

using testing::ElementsAre;

// Fields of onnx.proto.
constexpr unsigned dims = 1, data_type = 2, segment = 3, float_data = 4, int32_data = 5, int64_data = 7, name = 8,
                   raw_data = 9;
constexpr std::uint64_t f32 = 1, u8 = 2, i64 = 7, f16 = 10;

std::string model(const std::string& tensor_fields) { return field(1, 10) + field(7, field(5, tensor_fields)); }

std::string tensor(std::uint64_t type, std::uint64_t size, const std::string& data) {
  return field(name, "w") + field(dims, size) + field(data_type, type) + data;
}

TEST(Onnx, NumbersMayComeInParts) {
  // Packed, then alone, then packed.
  const std::string parts = field(float_data, little(1.0f)) + varint(float_data << 3 | 5) + little(2.0f) +
                            field(float_data, little(3.0f) + little(4.0f));
  const std::string file = model(tensor(f32, 4, parts));
  const auto contents = read_text(file);
  ASSERT_EQ(contents.weights.size(), 1u);
  ASSERT_EQ(contents.weights[0].bytes, 16u);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(relievo::weights::number_at<float>(contents.weights[0].data + 4 * i), static_cast<float>(i + 1));
  }
  const std::string alone = model(tensor(i64, 2, field(int64_data, ~0ull) + field(int64_data, 5)));
  const auto numbers = read_text(alone);
  EXPECT_EQ(relievo::weights::number_at<std::int64_t>(numbers.weights.at(0).data), -1);
  EXPECT_EQ(relievo::weights::number_at<std::int64_t>(numbers.weights.at(0).data + 8), 5);
}

TEST(Onnx, NumbersLieWithinTheirType) {
  EXPECT_ERROR(read_text(model(tensor(u8, 1, field(int32_data, 256)))), corrupt_data,
               "'x' has tensor 'w' of type u8 with number 256.");
  EXPECT_ERROR(read_text(model(tensor(f16, 1, field(int32_data, ~0ull)))), corrupt_data,
               "'x' has tensor 'w' of type f16 with number -1.");
}

TEST(Onnx, NumbersFillTheShape) {
  EXPECT_ERROR(read_text(model(tensor(f32, 2, field(raw_data, "1234567")))), corrupt_data,
               "'x' has tensor 'w' of shape [2] and type f32, which needs 8 bytes and has 7.");
  EXPECT_ERROR(read_text(model(tensor(f32, 2, ""))), corrupt_data,
               "'x' has tensor 'w' of shape [2] and type f32, which needs 8 bytes and has 0.");
  EXPECT_ERROR(read_text(model(tensor(f32, 1, field(float_data, "12345")))), corrupt_data,
               "'x' has tensor 'w' with 5 bytes of numbers of 4.");
  EXPECT_ERROR(read_text(model(tensor(f32, ~0ull, ""))), corrupt_data,
               "'x' has tensor 'w' of shape [-1], which has a negative size.");
  EXPECT_ERROR(read_text(model(tensor(f32, std::numeric_limits<std::int64_t>::max(), ""))), corrupt_data,
               "'x' has tensor 'w' of shape [9223372036854775807], which no memory holds.");
}

TEST(Onnx, NumbersStandInOneField) {
  EXPECT_ERROR(read_text(model(tensor(f32, 1, field(int64_data, 1)))), corrupt_data,
               "'x' has tensor 'w' of type f32 with numbers in field 7.");
  EXPECT_ERROR(read_text(model(tensor(f32, 1, field(raw_data, "1234") + field(float_data, "1234")))), corrupt_data,
               "'x' has tensor 'w' of type f32 with numbers in field 4 besides others.");
  EXPECT_ERROR(read_text(model(tensor(f32, 1, field(raw_data, "1234") + field(raw_data, "1234")))), corrupt_data,
               "'x' has tensor 'w' of type f32 with numbers in field 9 besides others.");
}

TEST(Onnx, WhatIsNotRead) {
  EXPECT_ERROR(read_text(model(tensor(f32, 1, field(segment, "")))), unsupported,
               "'x' has tensor 'w' in segments, which are not read.");
  EXPECT_ERROR(read_text(field(1, 10) + field(7, field(15, ""))), unsupported,
               "'x' has sparse initialisers, which are not read.");
  EXPECT_ERROR(read_text(model(tensor(8, 1, field(6, "text")))), unsupported,
               "'x' has tensor 'w' of ONNX type 8; known are f64, f32, f16, bf16, i64, i32, i16, i8, u8 and bool.");
}

TEST(Onnx, NamesAreThereAndOnce) {
  EXPECT_ERROR(read_text(model(field(data_type, f32) + field(raw_data, "1234"))), corrupt_data,
               "'x' has an initialiser without a name.");
  const std::string w = field(5, tensor(u8, 1, field(raw_data, "1")));
  EXPECT_ERROR(read_text(field(1, 10) + field(7, w + w)), corrupt_data, "'x' has initialiser 'w' twice.");
}

// Initialisers of f32 that count up from 0, and nodes.
std::string counting(const std::string& called, const std::vector<std::uint64_t>& shape) {
  std::string fields = field(name, called) + field(data_type, f32), numbers;
  std::uint64_t count = 1;
  for (const std::uint64_t size : shape) {
    fields += field(dims, size);
    count *= size;
  }
  for (std::uint64_t i = 0; i < count; ++i) numbers += little(static_cast<float>(i));
  return field(5, fields + field(raw_data, numbers));
}
std::string node(const std::string& operation, const std::vector<std::string>& inputs, const std::string& output,
                 const std::string& more = "") {
  std::string fields;
  for (const std::string& input : inputs) fields += field(1, input);
  return field(1, fields + field(2, output) + field(4, operation) + more);
}
std::string flag(const std::string& called, std::uint64_t value) {
  return field(5, field(1, called) + field(3, value));
}
std::string graph(const std::string& content) { return field(1, 10) + field(7, content); }

// "name [shape] first numbers", in row-major order.
std::vector<std::string> shown_of(const std::string& file, std::size_t numbers = 4) {
  std::vector<std::string> shown;
  for (const relievo::Weight& weight : read_text(file).weights) {
    std::vector<float> values(count_of(weight));
    copy_row_major(weight, reinterpret_cast<std::byte*>(values.data()));
    std::string text = weight.name + " " + relievo::weights::shown(weight.shape);
    for (std::size_t i = 0; i < std::min(numbers, values.size()); ++i) {
      text += " " + std::to_string(static_cast<int>(values[i]));
    }
    shown.push_back(text);
  }
  return shown;
}

TEST(Onnx, AMatrixHasItsNameFromTheBiasOfItsProduct) {
  const std::string weights = counting("a.bias", {3}) + counting("b.bias", {3}) + counting("onnx::MatMul_1", {2, 3}) +
                              counting("val_2", {2, 3});
  EXPECT_THAT(
      shown_of(graph(weights + node("MatMul", {"x", "onnx::MatMul_1"}, "y") + node("Add", {"a.bias", "y"}, "z") +
                     node("Add", {"u", "b.bias"}, "v") + node("MatMul", {"z", "val_2"}, "u"))),
      ElementsAre("a.bias [3] 0 1 2", "b.bias [3] 0 1 2", "a.weight [3, 2] 0 3 1 4", "b.weight [3, 2] 0 3 1 4"));
  EXPECT_THAT(
      shown_of(graph(weights + node("Gemm", {"x", "onnx::MatMul_1", "a.bias"}, "y", flag("alpha", 1)) +
                     node("Gemm", {"y", "val_2", "b.bias"}, "z", flag("transA", 1) + flag("transB", 1)))),
      ElementsAre("a.bias [3] 0 1 2", "b.bias [3] 0 1 2", "a.weight [3, 2] 0 3 1 4", "b.weight [2, 3] 0 1 2 3"));
}

TEST(Onnx, NamesThatNothingTellsStayAsTheyAre) {
  const auto unchanged = [](const std::string& content) {
    for (const std::string& text : shown_of(graph(content))) {
      if (text.find("weight") != text.npos) return text == "a.weight [1] 0";  // Of its own.
    }
    return true;
  };
  const std::string matrix = counting("onnx::MatMul_1", {2, 3}), bias = counting("a.bias", {3}),
                    product = node("MatMul", {"x", "onnx::MatMul_1"}, "y");
  EXPECT_TRUE(unchanged(matrix + bias + product));                               // nothing is added
  EXPECT_TRUE(unchanged(matrix + product + node("Add", {"y", "a.bias"}, "z")));  // no weight
  EXPECT_TRUE(unchanged(matrix + counting("bias", {3}) + product + node("Add", {"y", "bias"}, "z")));
  EXPECT_TRUE(unchanged(matrix + bias + counting("a.weight", {1}) + product + node("Add", {"y", "a.bias"}, "z")));
  EXPECT_TRUE(unchanged(counting("onnx::MatMul_1", {6}) + bias + product + node("Add", {"y", "a.bias"}, "z")));
  EXPECT_TRUE(unchanged(matrix + bias + node("Mul", {"x", "onnx::MatMul_1"}, "y") + node("Add", {"y", "a.bias"}, "z")));
  EXPECT_TRUE(unchanged(bias + node("Add", {}, "") + node("Gemm", {"x"}, "y") + node("MatMul", {"x"}, "y")));
}

TEST(Onnx, AMatrixThatTwoLayersShareIsNamedOnce) {
  EXPECT_THAT(shown_of(graph(counting("a.bias", {3}) + counting("b.bias", {3}) + counting("val_1", {2, 3}) +
                             node("MatMul", {"x", "val_1"}, "y") + node("Add", {"y", "a.bias"}, "z") +
                             node("Add", {"y", "b.bias"}, "z"))),
              ElementsAre("a.bias [3] 0 1 2", "b.bias [3] 0 1 2", "a.weight [3, 2] 0 3 1 4"));
}

TEST(Onnx, PositionsArePutTogether) {
  const std::string token = counting("net.cls_token", {1, 1, 2}), first = counting("onnx::Concat_1", {1, 1, 2});
  const std::string resized = node("Resize", {"grid"}, "resized") + node("Reshape", {"resized"}, "rest") +
                              node("Concat", {"onnx::Concat_1", "rest"}, "positions");
  EXPECT_THAT(
      shown_of(graph(token + first + counting("val_2", {1, 4, 2}) + node("Reshape", {"val_2"}, "grid") + resized), 6),
      ElementsAre("net.cls_token [1, 1, 2] 0 1", "net.pos_embed [1, 5, 2] 0 1 0 1 2 3", "val_2 [1, 4, 2] 0 1 2 3 4 5"));
  EXPECT_THAT(shown_of(graph(token + first + counting("grid", {1, 2, 2, 2}) + resized), 6),
              ElementsAre("net.cls_token [1, 1, 2] 0 1", "net.pos_embed [1, 5, 2] 0 1 0 4 1 5",
                          "grid [1, 2, 2, 2] 0 1 2 3 4 5"));
}

TEST(Onnx, PositionsThatDoNotFitStayAsTheyAre) {
  const std::string token = counting("net.cls_token", {1, 1, 2}), first = counting("val_1", {1, 1, 2});
  const auto named = [&](const std::string& content) {
    std::vector<std::string> names;
    for (const relievo::Weight& weight : read_text(graph(token + first + content)).weights)
      names.push_back(weight.name);
    return names;
  };
  const std::string put = node("Concat", {"val_1", "rest"}, "positions");
  const auto same = ElementsAre("net.cls_token", "val_1", "rest");
  EXPECT_THAT(named(counting("rest", {1, 4, 3}) + put), same);                                      // other channels
  EXPECT_THAT(named(counting("rest", {2, 4, 2}) + put), same);                                      // two of them
  EXPECT_THAT(named(counting("rest", {1, 0, 2}) + put), same);                                      // none
  EXPECT_THAT(named(counting("rest", {8}) + put), same);                                            // a list
  EXPECT_THAT(named(counting("rest", {1, 1, 2, 2, 2}) + put), same);                                // five dimensions
  EXPECT_THAT(named(node("Cast", {"rest"}, "rest") + put), ElementsAre("net.cls_token", "val_1"));  // a circle
}

TEST(Onnx, DamagedNodes) {
  const char* broken = "'x' is no ONNX model, or damaged: its protocol buffer breaks off before byte ";
  for (const std::string& bad : {field(1, 1), field(1, field(1, 1)), field(1, field(4, 1)), field(1, field(5, 1)),
                                 field(1, field(5, field(1, 1))), field(1, field(5, field(3, "a")))}) {
    EXPECT_THAT([&] { read_text(graph(bad)); },
                testing::Throws<relievo::Error>(testing::Property(&relievo::Error::what, testing::StartsWith(broken))));
  }
}

TEST(Onnx, DamagedMessages) {
  EXPECT_ERROR(read_text(field(1, 10)), corrupt_data, "'x' is no ONNX model, or damaged: it has no graph.");
  const char* broken = "'x' is no ONNX model, or damaged: its protocol buffer breaks off before byte ";
  for (const std::string& file :
       {field(1, 10) + "\x3a\x05{}",                                               // longer than the file
        field(1, 10) + "\x3a" + std::string(9, '\xff') + "\x01",                   // 2^64 - 1 bytes
        field(1, 10) + "\x3a" + std::string(11, '\xff'),                           // a number without an end
        field(1, 10) + "\x3b\x3c", field(1, 10) + std::string(2, '\0'),            // groups, field 0
        field(1, 10) + field(7, 1), model(tensor(f32, 1, field(raw_data, 1)))}) {  // numbers for messages
    EXPECT_THAT([&] { read_text(file); },
                testing::Throws<relievo::Error>(testing::Property(&relievo::Error::what, testing::StartsWith(broken))));
  }
}

}  // namespace
}  // namespace relievo_tests
