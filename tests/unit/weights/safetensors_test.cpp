// Damaged and hostile safetensors.
#include "support.hpp"

namespace relievo_tests {
namespace {

std::string one(const std::string& fields, std::size_t bytes) {
  return safetensors("{\"w\":{" + fields + "}}", std::string(bytes, 'a'));
}

TEST(Safetensors, AreOrderedByTheirData) {
  const std::string file = safetensors(
      R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}} )",
      "123");
  const auto contents = read_text(file);
  ASSERT_EQ(contents.weights.size(), 2u);
  EXPECT_EQ(contents.weights[0].name, "a");
  EXPECT_EQ(contents.weights[0].data[0], std::byte{'1'});
  EXPECT_EQ(contents.weights[1].name, "b");
  EXPECT_EQ(contents.weights[1].data[1], std::byte{'3'});
  EXPECT_TRUE(read_text(safetensors("{}", "")).weights.empty());
}

TEST(Safetensors, LengthOfTheHeader) {
  EXPECT_ERROR(read_text(little<std::uint64_t>(2'147'483'648) + "{}"), corrupt_data,
               "'x' has a header of 2147483648 bytes; allowed are 100000000.");
  EXPECT_ERROR(read_text(little<std::uint64_t>(~0ull) + "{}"), corrupt_data,
               "'x' has a header of 18446744073709551615 bytes; allowed are 100000000.");
  EXPECT_ERROR(read_text(little<std::uint64_t>(3) + "{}"), corrupt_data,
               "'x' is cut off: its header of 3 bytes does not fit into 10.");
}

TEST(Safetensors, HeaderIsJson) {
  EXPECT_ERROR(read_text(safetensors("{\"w\"}", "")), corrupt_data,
               "'x' has a header that is not JSON from byte 13 on.");
  EXPECT_ERROR(read_text(safetensors(std::string("{}\0{}", 5), "")), corrupt_data,
               "'x' has a header that is not JSON from byte 10 on.");
  EXPECT_ERROR(read_text(safetensors("{}x", "")), corrupt_data, "'x' has a header that is not JSON from byte 11 on.");
  EXPECT_ERROR(read_text(safetensors("{\"\xff\":{}}", "")), corrupt_data,
               "'x' has a header that is not JSON from byte 11 on.");
}

TEST(Safetensors, DepthOfTheHeader) {
  std::string nested;
  for (int i = 0; i < 1'000'000; ++i) nested += "{\"a\":";
  EXPECT_ERROR(read_text(safetensors(nested, "")), corrupt_data,
               "'x' has a field 'a' in its header at 'a', where the format has none.");
  EXPECT_ERROR(read_text(safetensors("{\"a\":" + std::string(1'000'000, '['), "")), corrupt_data,
               "'x' has a list in its header at 'a', where the format has none.");
  EXPECT_ERROR(read_text(one("\"shape\":[" + std::string(1'000'000, '['), 0)), corrupt_data,
               "'x' has a list in its header at 'w', where the format has none.");
}

TEST(Safetensors, FieldsOfATensor) {
  EXPECT_ERROR(read_text(one(R"("dtype":"F32","shape":[2])", 8)), corrupt_data,
               "'x' has tensor 'w' without dtype, shape or data_offsets.");
  EXPECT_ERROR(read_text(one(R"("dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8])", 8)), corrupt_data,
               "'x' has dtype of tensor 'w' twice.");
  EXPECT_ERROR(read_text(one(R"("dtype":3,"shape":[2],"data_offsets":[0,8])", 8)), corrupt_data,
               "'x' has 3 in its header at 'w', where the format has none.");
  EXPECT_ERROR(read_text(one(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])", 8)), corrupt_data,
               "'x' has -2 in its header at 'w', where the format has none.");
  EXPECT_ERROR(read_text(one(R"("dtype":"F32","shape":[2.5],"data_offsets":[0,8])", 8)), corrupt_data,
               "'x' has a fraction in its header at 'w', where the format has none.");
  EXPECT_ERROR(read_text(one(R"("dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8])", 8)), corrupt_data,
               "'x' has 9223372036854775808 in its header at 'w', where the format has none.");
  EXPECT_ERROR(read_text(one(R"("dtype":"F32","shape":null,"data_offsets":[0,8])", 8)), corrupt_data,
               "'x' has null in its header at 'w', where the format has none.");
  EXPECT_ERROR(read_text(one(R"("dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2])", 2)), unsupported,
               "'x' has tensor 'w' of type 'F8_E4M3'; known are f64, f32, f16, bf16, i64, i32, i16, i8, u8 and bool.");
  EXPECT_ERROR(read_text(safetensors(R"({"":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "a")), corrupt_data,
               "'x' has a tensor without a name.");
  EXPECT_ERROR(read_text(safetensors(R"({"__metadata__":{"a":1}})", "")), corrupt_data,
               "'x' has 1 in its header at '__metadata__', where the format has none.");
  EXPECT_ERROR(read_text(safetensors(R"({"__metadata__":{"a":"1","a":"2"}})", "")), corrupt_data,
               "'x' has 'a' twice in its metadata.");
}

TEST(Safetensors, OffsetsAndShapes) {
  EXPECT_ERROR(read_text(one(R"("dtype":"F32","shape":[2],"data_offsets":[0,8])", 7)), corrupt_data,
               "'x' is cut off, or tensor 'w' lies: it ends at byte 8 of 7.");
  EXPECT_ERROR(read_text(one(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])", 8)), corrupt_data,
               "'x' has tensor 'w' with data_offsets [8, 0], which are not a begin and an end.");
  EXPECT_ERROR(read_text(one(R"("dtype":"F32","shape":[2],"data_offsets":[0,4,8])", 8)), corrupt_data,
               "'x' has tensor 'w' with data_offsets [0, 4, 8], which are not a begin and an end.");
  EXPECT_ERROR(read_text(one(R"("dtype":"F16","shape":[2,3],"data_offsets":[0,8])", 8)), corrupt_data,
               "'x' has tensor 'w' of shape [2, 3] and type f16, which needs 12 bytes and has 8.");
  EXPECT_ERROR(read_text(one(R"("dtype":"F16","shape":[2,1],"data_offsets":[0,8])", 8)), corrupt_data,
               "'x' has tensor 'w' of shape [2, 1] and type f16, which needs 4 bytes and has 8.");
  // 2^32 * 2^32 elements are 0 modulo 2^64.
  EXPECT_ERROR(read_text(one(R"("dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0])", 0)), corrupt_data,
               "'x' has tensor 'w' of shape [4294967296, 4294967296], which no memory holds.");
  EXPECT_ERROR(read_text(one(R"("dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0])", 0)),
               corrupt_data, "'x' has tensor 'w' of shape [4294967296, 4294967296, 0], which no memory holds.");
  std::string ones = "1";
  for (int i = 1; i < 33; ++i) ones += ",1";
  EXPECT_ERROR(read_text(one(R"("dtype":"U8","shape":[)" + ones + R"(],"data_offsets":[0,1])", 1)), corrupt_data,
               "'x' has tensor 'w' of 33 dimensions; allowed are 32.");
}

std::string two(const std::string& a, const std::string& b, std::size_t bytes) {
  const std::string fields = R"({"dtype":"U8","shape":[4],"data_offsets":)";
  return safetensors("{\"a\":" + fields + a + "},\"b\":" + fields + b + "}}", std::string(bytes, 'a'));
}

TEST(Safetensors, TensorsFillTheFileOnce) {
  ASSERT_NO_THROW(read_text(two("[0,4]", "[4,8]", 8)));
  EXPECT_ERROR(read_text(two("[0,4]", "[3,7]", 7)), corrupt_data,
               "'x' has tensor 'b' at byte 3, within another tensor that ends at 4.");
  EXPECT_ERROR(read_text(two("[0,4]", "[0,4]", 4)), corrupt_data,
               "'x' has tensor 'b' at byte 0, within another tensor that ends at 4.");
  EXPECT_ERROR(read_text(two("[0,4]", "[6,10]", 10)), corrupt_data,
               "'x' has tensor 'b' at byte 6, after a hole from 4.");
  EXPECT_ERROR(read_text(two("[0,4]", "[4,8]", 9)), corrupt_data, "'x' has 1 bytes after its last tensor.");
  EXPECT_ERROR(read_text(safetensors(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                     R"("a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                                     "12")),
               corrupt_data, "'x' has 'a' twice.");
}

TEST(Safetensors, SentencesStayShort) {
  std::string offsets = "0", told = "0";
  for (int i = 1; i < 1000; ++i) {
    offsets += ",0";
    if (i < 32) told += ", 0";
  }
  EXPECT_ERROR(read_text(one(R"("dtype":"U8","shape":[0],"data_offsets":[)" + offsets + "]", 0)), corrupt_data,
               ("'x' has tensor 'w' with data_offsets [" + told + ", ...], which are not a begin and an end.").c_str());
  // The 200th byte is the first of two of a letter.
  EXPECT_ERROR(read_text(safetensors("{\"" + std::string(199, 'c') + "\xc3\xa4\":{}}", "")), corrupt_data,
               ("'x' has tensor '" + std::string(199, 'c') + "...' without dtype, shape or data_offsets.").c_str());

  // Nor do control characters part them.
  EXPECT_ERROR(read_text(safetensors("{\"a\\nb" + std::string(300, 'c') + "\":{}}", "")), corrupt_data,
               ("'x' has tensor 'a?b" + std::string(197, 'c') + "...' without dtype, shape or data_offsets.").c_str());
}

}  // namespace
}  // namespace relievo_tests
