// Damaged and hostile ONNX.
#include <limits>

#include "support.hpp"

namespace relievo_tests {
namespace {

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
