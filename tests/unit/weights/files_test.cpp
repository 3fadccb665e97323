// Files that torch, safetensors and onnx wrote (make_files.py), with their values.
#include "torch/weights/weight_file.hpp"

#include <cmath>
#include <filesystem>

#include "formats/support.hpp"
#include "support.hpp"

namespace relievo_tests {
namespace {

using relievo::ErrorCode;
using relievo::Weight;
using relievo::WeightFile;
using relievo::WeightType;
using testing::ElementsAre;

// As make_files.py has it.
double value_of(const std::string& name, WeightType type, std::size_t i) {
  const double quarter = (static_cast<double>((7 * i + name.size()) % 33) - 16) / 4;
  switch (type) {
    case WeightType::f64:
    case WeightType::f32:
    case WeightType::f16:
    case WeightType::bf16:
      return quarter;
    case WeightType::u8:
      return std::floor(std::abs(quarter));
    case WeightType::boolean:
      return quarter > 0;
    default:
      return std::floor(quarter);
  }
}

double number(WeightType type, const std::byte* at) {
  using relievo::weights::number_at;
  switch (type) {
    case WeightType::f64:
      return number_at<double>(at);
    case WeightType::f32:
      return number_at<float>(at);
    case WeightType::f16: {
      const auto bits = number_at<std::uint16_t>(at);
      const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
      const double size = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
      return bits >> 15 ? -size : size;
    }
    case WeightType::bf16:
      return std::bit_cast<float>(std::uint32_t{number_at<std::uint16_t>(at)} << 16);
    case WeightType::i64:
      return static_cast<double>(number_at<std::int64_t>(at));
    case WeightType::i32:
      return number_at<std::int32_t>(at);
    case WeightType::i16:
      return number_at<std::int16_t>(at);
    case WeightType::i8:
      return number_at<std::int8_t>(at);
    case WeightType::u8:
    case WeightType::boolean:
      return number_at<std::uint8_t>(at);
  }
  return NAN;
}

void expect_values(const Weight& weight, const std::string& name) {
  SCOPED_TRACE(weight.name);
  const std::size_t size = size_of(weight.type);
  std::vector<std::byte> copy(count_of(weight) * size);
  copy_row_major(weight, copy.data());
  for (std::size_t i = 0; i < count_of(weight); ++i) {
    ASSERT_EQ(number(weight.type, copy.data() + i * size), value_of(name, weight.type, i)) << "element " << i;
  }
}

std::vector<std::string> names_of(const WeightFile& file) {
  std::vector<std::string> names;
  for (const Weight& weight : file.weights()) names.push_back(weight.name);
  return names;
}

const Weight& find(const WeightFile& file, const std::string& name) {
  for (const Weight& weight : file.weights()) {
    if (weight.name == name) return weight;
  }
  throw std::runtime_error("no weight " + name);
}

class Types : public testing::TestWithParam<const char*> {};

TEST_P(Types, HaveTheirValues) {
  const auto file = WeightFile::open(file_of_tests(GetParam()));
  const std::vector<WeightType> types = {WeightType::f64, WeightType::f32,    WeightType::f16, WeightType::bf16,
                                         WeightType::i64, WeightType::i32,    WeightType::i16, WeightType::i8,
                                         WeightType::u8,  WeightType::boolean};
  for (const WeightType type : types) {
    const Weight& weight = find(*file, to_string(type));
    EXPECT_EQ(weight.type, type);
    EXPECT_THAT(weight.shape, ElementsAre(3, 5));
    EXPECT_THAT(weight.strides, ElementsAre(5, 1));
    EXPECT_EQ(weight.bytes, 15 * size_of(type));
    expect_values(weight, weight.name);
  }
}

INSTANTIATE_TEST_SUITE_P(WeightFile, Types,
                         testing::Values("types.safetensors", "types.pth", "types_old.pth", "types.onnx", "spelt.onnx"),
                         [](const auto& kind) {
                           std::string name = kind.param;
                           for (char& c : name) c = c == '.' ? '_' : c;
                           return name;
                         });

class OddShapes : public testing::TestWithParam<const char*> {};

TEST_P(OddShapes, OneNumberAndNone) {
  const auto file = WeightFile::open(file_of_tests(GetParam()));
  const Weight& one = find(*file, "number");
  EXPECT_THAT(one.shape, ElementsAre());
  EXPECT_EQ(one.bytes, 4u);
  expect_values(one, "number");
  const Weight& none = find(*file, "none");
  EXPECT_THAT(none.shape, ElementsAre(2, 0, 3));
  EXPECT_EQ(count_of(none), 0u);
  EXPECT_EQ(none.bytes, 0u);
}

INSTANTIATE_TEST_SUITE_P(WeightFile, OddShapes,
                         testing::Values("types.safetensors", "types.pth", "types_old.pth", "types.onnx"),
                         [](const auto& kind) { return "File" + std::to_string(kind.index); });

TEST(WeightFile, KnowsItsFormatSizeAndMetadata) {
  const auto tensors = WeightFile::open(file_of_tests("types.safetensors"));
  EXPECT_EQ(tensors->format(), "safetensors");
  EXPECT_EQ(tensors->size(), std::filesystem::file_size(file_of_tests("types.safetensors")));
  EXPECT_THAT(tensors->metadata(), ElementsAre(std::pair("format", "pt"), std::pair("who", "Ä \"x\"\n")));
  const auto pth = WeightFile::open(file_of_tests("types.pth"));
  EXPECT_EQ(pth->format(), "pth");
  EXPECT_THAT(pth->metadata(), ElementsAre());
  const auto onnx = WeightFile::open(file_of_tests("types.onnx"));
  EXPECT_EQ(onnx->format(), "onnx");
  EXPECT_THAT(onnx->metadata(), ElementsAre(std::pair("author", "relievo"), std::pair("producer_name", "make_files"),
                                            std::pair("producer_version", "1.0")));
}

TEST(WeightFile, KindIsToldByContent) {
  TempDir folder;
  save(folder / "weights", load(file_of_tests("types.pth")));
  save(folder / "weights.onnx", load(file_of_tests("types.safetensors")));
  EXPECT_EQ(WeightFile::open(folder / "weights")->format(), "pth");
  EXPECT_EQ(WeightFile::open(folder / "weights.onnx")->format(), "safetensors");
}

TEST(WeightFile, StaysReadableOnceItsNameIsGone) {
  TempDir folder;
  save(folder / "a.pth", load(file_of_tests("types.pth")));
  const auto file = WeightFile::open(folder / "a.pth");
  std::filesystem::remove(folder / "a.pth");
  expect_values(find(*file, "f32"), "f32");
}

TEST(Safetensors, NeedNoAlignment) {
  const auto file = WeightFile::open(file_of_tests("unaligned.safetensors"));
  ASSERT_THAT(names_of(*file), ElementsAre("w"));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(file->weights()[0].data) % 4, 1u);
  expect_values(file->weights()[0], "w");
}

class Views : public testing::TestWithParam<const char*> {};

TEST_P(Views, KeepStridesAndShareStorage) {
  const auto file = WeightFile::open(file_of_tests(GetParam()));
  const Weight& transposed = find(*file, "transposed");
  EXPECT_THAT(transposed.shape, ElementsAre(4, 6));
  EXPECT_THAT(transposed.strides, ElementsAre(1, 4));
  EXPECT_EQ(transposed.bytes, 24u * 4);
  expect_values(transposed, "transposed");
  const Weight& part = find(*file, "part");
  EXPECT_THAT(part.strides, ElementsAre(4, 1));
  EXPECT_EQ(part.bytes, 8u * 4);
  expect_values(part, "part");
  const Weight& columns = find(*file, "columns");
  EXPECT_THAT(columns.shape, ElementsAre(4, 2));
  EXPECT_THAT(columns.strides, ElementsAre(5, 1));
  EXPECT_EQ(columns.bytes, (3u * 5 + 2) * 4);
  expect_values(columns, "columns");
  expect_values(find(*file, "parameter"), "parameter");
  EXPECT_EQ(find(*file, "again").data, find(*file, "parameter").data);
  EXPECT_EQ(names_of(*file).front(), "f64");
  EXPECT_EQ(names_of(*file).back(), "again");
}

INSTANTIATE_TEST_SUITE_P(Pth, Views, testing::Values("types.pth", "types_old.pth"),
                         [](const auto& kind) { return kind.index == 0 ? "Zip" : "Old"; });

TEST(Pth, FindsTheStateDictOfACheckpoint) {
  for (const char* name : {"checkpoint.pth", "checkpoint_old.pth"}) {
    SCOPED_TRACE(name);
    const auto file = WeightFile::open(file_of_tests(name));
    EXPECT_THAT(names_of(*file), ElementsAre("0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean",
                                             "1.running_var", "1.num_batches_tracked"));
    for (const Weight& weight : file->weights()) expect_values(weight, weight.name);
    EXPECT_THAT(find(*file, "0.weight").shape, ElementsAre(3, 2, 1, 1));
  }
}

class Exported : public testing::TestWithParam<const char*> {};

// Both of torch's exporters to ONNX cut up, transpose and rename some of them.
TEST_P(Exported, WeightsAreWhatTheyWere) {
  const auto file = WeightFile::open(file_of_tests(GetParam()));
  const std::pair<const char*, std::vector<std::int64_t>> weights[] = {
      {"embeddings.cls_token", {1, 1, 4}},         {"embeddings.position_embeddings", {1, 10, 4}},
      {"embeddings.patches.weight", {4, 1, 2, 2}}, {"embeddings.patches.bias", {4}},
      {"embeddings.linear.weight", {6, 4}},        {"embeddings.linear.bias", {6}}};
  std::size_t named = 0;
  for (const std::string& name : names_of(*file)) named += relievo::is_made_up(name) ? 0 : 1;
  EXPECT_EQ(named, std::size(weights));
  for (const auto& [name, shape] : weights) {
    EXPECT_EQ(find(*file, name).shape, shape) << name;
    expect_values(find(*file, name), name);
  }
}

INSTANTIATE_TEST_SUITE_P(Onnx, Exported, testing::Values("traced.onnx", "exported.onnx"),
                         [](const auto& kind) { return kind.index == 0 ? "Traced" : "FromItsProgram"; });

struct Refused {
  const char* file;
  ErrorCode code;
  const char* words;
};
class RefusedFile : public testing::TestWithParam<Refused> {};

TEST_P(RefusedFile, IsNamedWithTheReason) {
  const auto& [file, code, words] = GetParam();
  expect_error(code, words, [name = file] { WeightFile::open(file_of_tests(name)); });
  expect_error(code, file, [name = file] { WeightFile::open(file_of_tests(name)); });
}

constexpr Refused refused[] = {
    {"evil.pth", ErrorCode::unsupported, "contains a call of 'posix.system', which is not a weight"},
    {"evil_old.pth", ErrorCode::unsupported, "contains a call of 'posix.system', which is not a weight"},
    {"whole_module.pth", ErrorCode::unsupported, "contains a call of 'torch.nn.modules.container.Sequential'"},
    {"complex.pth", ErrorCode::unsupported, "has tensor 'w' of 'ComplexFloatStorage'; known are f64, f32"},
    {"uint16.pth", ErrorCode::unsupported, "has tensor 'w' of type 'uint16'; known are f64, f32"},
    {"expanded.pth", ErrorCode::unsupported, "has tensor 'w' of shape [1000, 1000] and strides [0, 0], which shows"},
    {"no_tensors.pth", ErrorCode::unsupported, "holds no state_dict: no tensor is in it"},
    {"no_tensors.pth", ErrorCode::unsupported, "its keys are 'epoch' 'args'"},
    {"protocol4.pth", ErrorCode::unsupported, "has a pickle of protocol 4; torch.save writes protocol 2"},
    {"plain_pickle.pth", ErrorCode::unsupported, "is a pickle that torch.save did not write"},
    {"torchscript.pt", ErrorCode::unsupported, "is a TorchScript program, of which no weights are read"},
    {"compressed.pth", ErrorCode::unsupported, "which is compressed (method 8)"},
    {"big_endian.pth", ErrorCode::unsupported, "has byte order 'big'; read is 'little'"},
    {"other.zip", ErrorCode::unsupported, "is a zip archive without data.pkl"},
    {"uint64.onnx", ErrorCode::unsupported, "has tensor 'w' of ONNX type 13; known are f64, f32"},
    {"external.onnx", ErrorCode::unsupported, "has tensor 'w' in another file, 'weights.bin'"},
};
INSTANTIATE_TEST_SUITE_P(WeightFile, RefusedFile, testing::ValuesIn(refused),
                         [](const auto& kind) { return "File" + std::to_string(kind.index); });

class Truncated : public testing::TestWithParam<const char*> {};

// No length but the whole one is taken for a file.
TEST_P(Truncated, IsRefusedAtEachLength) {
  const Bytes whole = load(file_of_tests(GetParam()));
  const std::string_view text(reinterpret_cast<const char*>(whole.data()), whole.size());
  ASSERT_NO_THROW(read_text(text));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string part(text.substr(0, length));
    EXPECT_THROW(read_text(part), relievo::Error) << length << " of " << whole.size();
  }
}

INSTANTIATE_TEST_SUITE_P(WeightFile, Truncated,
                         testing::Values("types.safetensors", "types.pth", "types_old.pth", "checkpoint_old.pth"),
                         [](const auto& kind) { return "File" + std::to_string(kind.index); });

TEST(WeightFile, WhatIsNoFile) {
  TempDir folder;
  expect_error(ErrorCode::not_found, "There is no file", [&] { WeightFile::open(folder / "none.pth"); });
  expect_error(ErrorCode::io, "is not a regular file", [&] { WeightFile::open(folder / ""); });
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  expect_error(ErrorCode::io, "is not a regular file", [&] { WeightFile::open(folder / "pipe"); });
  save(folder / "empty.pth", "");
  expect_error(ErrorCode::corrupt_data, "empty.pth' is empty.", [&] { WeightFile::open(folder / "empty.pth"); });
}

}  // namespace
}  // namespace relievo_tests
