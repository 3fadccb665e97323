// Damaged and hostile .pth.
#include "support.hpp"

namespace relievo_tests {
namespace {

std::string text(const std::string& characters) {
  return "X" + little(static_cast<std::uint32_t>(characters.size())) + characters;
}
std::string integer(std::int32_t value) { return "J" + little(value); }
std::string tuple(const std::string& items) { return "(" + items + "t"; }
std::string sizes(std::initializer_list<std::int32_t> values) {
  std::string items;
  for (const std::int32_t value : values) items += integer(value);
  return tuple(items);
}
std::string global(const std::string& module, const std::string& name) { return "c" + module + "\n" + name + "\n"; }

const std::string ordered_dict = global("collections", "OrderedDict") + ")R";

std::string storage(const std::string& type, const std::string& key, std::int32_t elements) {
  return tuple(text("storage") + global("torch", type) + text(key) + text("cpu") + integer(elements)) + "Q";
}
std::string tensor(const std::string& from, std::int32_t offset, const std::string& shape, const std::string& strides) {
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple(from + integer(offset) + shape + strides + "\x89" + ordered_dict) + "R";
}
std::string pickle(const std::string& operations) { return "\x80\2" + operations + "."; }
std::string dict(const std::string& items) { return "}(" + items + "u"; }

/// An archive with one storage of `bytes` bytes.
std::string pth(const std::string& operations, std::size_t bytes) {
  return zip({{"a/data.pkl", pickle(operations)}, {"a/data/0", std::string(bytes, 'a')}});
}
std::string one(const std::string& made, std::size_t bytes) { return pth(dict(text("w") + made), bytes); }

const std::string floats = storage("FloatStorage", "0", 6);

TEST(Pth, PlainTensor) {
  const std::string file = one(tensor(floats, 0, sizes({2, 3}), sizes({3, 1})), 24);
  const auto contents = read_text(file);
  ASSERT_EQ(contents.weights.size(), 1u);
  EXPECT_EQ(contents.weights[0].bytes, 24u);
}

TEST(Pth, CallsAreRefusedByName) {
  for (const auto& [module, name] : {std::pair("os", "system"),
                                     {"builtins", "eval"},
                                     {"torch.hub", "load"},
                                     {"torch", "load"},
                                     {"torch", "hub.load.Storage"},
                                     {"torch._utils", "eval"},
                                     {"collections", "abc"}}) {
    const std::string words = relievo::sentence("'x' contains a call of '", module, ".", name,
                                                "', which is not a weight; nothing of it was executed.");
    EXPECT_ERROR(read_text(pth(global(module, name) + tuple(text("echo")) + "R", 0)), unsupported, words.c_str());
  }
  EXPECT_ERROR(read_text(pth(global("torch", "FloatStorage") + ")R", 0)), corrupt_data,
               "'x' has a damaged pickle: what is no function is called before byte 64.");
}

TEST(Pth, ViewsLieWithinTheirStorage) {
  const auto refused = [](std::int32_t offset, const std::string& shape, const std::string& strides,
                          const std::string& shown) {
    const std::string words = relievo::sentence("'x' has tensor 'w' of shape ", shown, " of a storage of 6.");
    EXPECT_ERROR(read_text(one(tensor(floats, offset, shape, strides), 24)), corrupt_data, words.c_str());
  };
  refused(1, sizes({2, 3}), sizes({3, 1}), "[2, 3] and strides [3, 1] from element 1");
  refused(-1, sizes({2}), sizes({1}), "[2] and strides [1] from element -1");
  refused(0, sizes({2}), sizes({6}), "[2] and strides [6] from element 0");
  refused(5, sizes({2}), sizes({-1}), "[2] and strides [-1] from element 5");
  refused(0, sizes({2, 3}), sizes({1}), "[2, 3] and strides [1] from element 0");
  refused(7, sizes({0}), sizes({1}), "[0] and strides [1] from element 7");
  refused(6, sizes({}), sizes({}), "[] and strides [] from element 6");
  refused(0, sizes({0x7fffffff}), sizes({0x7fffffff}), "[2147483647] and strides [2147483647] from element 0");
  EXPECT_NO_THROW(read_text(one(tensor(floats, 6, sizes({0}), sizes({1})), 24)));
  EXPECT_ERROR(read_text(one(tensor(floats, 0, sizes({-2}), sizes({1})), 24)), corrupt_data,
               "'x' has tensor 'w' of shape [-2], which has a negative size.");
  // Six elements and fewer than six numbers, all within the storage.
  EXPECT_ERROR(read_text(one(tensor(floats, 0, sizes({2, 3}), sizes({1, 1})), 24)), unsupported,
               "'x' has tensor 'w' of shape [2, 3] and strides [1, 1], which shows elements more than once; save it "
               "contiguous.");
}

TEST(Pth, LongIntegers) {
  for (const auto& [digits, value] :
       {std::pair("\x8a\1\xff", "-1"), {"\x8a\5\1\1\1\1\1", "4311810305"}, {"\x8a\2\xff\x7f", "32767"}}) {
    std::string made = tensor(floats, 9, sizes({1}), sizes({1}));
    made.replace(made.find(integer(9)), 5, digits);
    const std::string words = relievo::sentence("'x' has tensor 'w' of shape [1] and strides [1] from element ", value,
                                                " of a storage of 6.");
    EXPECT_ERROR(read_text(one(made, 24)), corrupt_data, words.c_str());
  }
}

TEST(Pth, StoragesHoldTheirElements) {
  EXPECT_ERROR(read_text(one(tensor(floats, 0, sizes({2}), sizes({1})), 23)), corrupt_data,
               "'x' has storage '0' of 23 bytes, of which tensor 'w' needs 6 elements of f32.");
  EXPECT_ERROR(read_text(one(tensor(storage("FloatStorage", "1", 2), 0, sizes({2}), sizes({1})), 8)), corrupt_data,
               "'x' has no storage '1' of tensor 'w'.");
  EXPECT_ERROR(read_text(one(tensor(storage("QInt8Storage", "0", 2), 0, sizes({2}), sizes({1})), 8)), unsupported,
               "'x' has tensor 'w' of 'QInt8Storage'; known are f64, f32, f16, bf16, i64, i32, i16, i8, u8 and bool.");
  EXPECT_ERROR(read_text(one(tensor(storage("FloatStorage", "0", -2), 0, sizes({0}), sizes({1})), 8)), corrupt_data,
               "'x' has tensor 'w', of which the pickle does not say what torch.save does.");
  EXPECT_ERROR(read_text(one(tensor("N", 0, sizes({0}), sizes({1})), 8)), corrupt_data,
               "'x' has tensor 'w', of which the pickle does not say what torch.save does.");
  EXPECT_ERROR(read_text(one(tensor(floats, 0, tuple("N"), sizes({1})), 24)), corrupt_data,
               "'x' has tensor 'w' with a size that is no integer.");
  EXPECT_ERROR(read_text(pth(dict(text("w") + tensor(floats, 0, sizes({2}), sizes({1})) + text("w") +
                                  tensor(floats, 0, sizes({2}), sizes({1}))),
                             24)),
               corrupt_data, "'x' has tensor 'w' twice.");
}

TEST(Pth, DamagedPickles) {
  const auto damaged = [](const std::string& operations, const std::string& how) {
    const std::string words = relievo::sentence("'x' has a damaged pickle: ", how, " before byte ");
    EXPECT_THAT([&] { read_text(pth(operations, 0)); },
                testing::Throws<relievo::Error>(testing::Property(&relievo::Error::what, testing::StartsWith(words))));
  };
  damaged("", "more or less than one value is left");
  damaged("NN", "more or less than one value is left");
  damaged("N(", "more or less than one value is left");
  damaged("t", "a mark is missing");
  damaged("N(\x85", "a value is missing");  // not beyond the mark
  damaged("(u", "a value is missing");
  damaged("R", "a value is missing");
  damaged("h\7", "a value is used that was never put away");
  damaged("q\7", "a value is missing");
  damaged("NNa", "what is no list is appended to");
  damaged("NNNs", "what is no dict gets an item");
  damaged("N(NNu", "what is no list or dict gets items");
  damaged("}(Nu", "a key has no value");
  damaged("](NNu", "what is no list or dict gets items");
  damaged("]Nb", "what is no OrderedDict gets a state");
  damaged("N)R", "what is no function is called");
  damaged(global("collections", "OrderedDict") + "NR", "what is no function is called");
  damaged(global("collections", "OrderedDict") + tuple("N") + "R", "an OrderedDict is made of something");
  damaged("X" + little<std::uint32_t>(~0u) + "abc", "it ends");
  damaged("cos", "a name does not end");
  damaged("\x8a\x09" + std::string(9, '\1'), "an integer has more than 64 bits");
}

TEST(Pth, UnknownOperationsAndEndlessPickles) {
  EXPECT_ERROR(read_text(pth("\x94", 0)), unsupported,
               "'x' has a pickle with operation 148 at byte 42, which torch.save of a state_dict does not write.");
  EXPECT_ERROR(read_text(pth(std::string(4'000'000, '}'), 0)), unsupported,
               "'x' has a pickle of more than 4000000 operations, which no state_dict needs.");
}

TEST(Pth, ValuesThatHoldThemselves) {
  EXPECT_ERROR(read_text(pth("]q\1h\1a", 0)), unsupported, "'x' holds no state_dict: its content is no dict.");
  EXPECT_ERROR(read_text(pth("}q\1" + text("model") + "h\1s", 0)), unsupported,
               "'x' holds no state_dict: no tensor is in it or in its 'state_dict', 'model_state_dict' or 'model'; its "
               "keys are 'model'.");
}

TEST(Pth, ModuleIsTakenOffWhereAllNamesHaveIt) {
  const std::string w = tensor(floats, 0, sizes({2}), sizes({1}));
  const std::string all = pth(dict(text("module.a") + w + text("module.b") + w), 24);
  EXPECT_EQ(read_text(all).weights.at(1).name, "b");
  const std::string some = pth(dict(text("module.a") + w + text("b") + w), 24);
  EXPECT_EQ(read_text(some).weights.at(0).name, "module.a");
}

TEST(Pth, Zip64) {
  const std::string content = pickle(dict(text("w") + tensor(floats, 0, sizes({2, 3}), sizes({3, 1}))));
  std::string file = zip({{"a/data.pkl", content}, {"a/data/0", std::string(24, 'b')}});
  // The last entry of the directory, with its sizes and its place in an extra field.
  const std::size_t end = file.rfind("PK\5\6"), entry = file.rfind("PK\1\2"), local = file.rfind("PK\3\4");
  std::string last = file.substr(entry, end - entry);
  last.replace(20, 8, std::string(8, '\xff'))
      .replace(42, 4, std::string(4, '\xff'))
      .replace(30, 2, little<std::uint16_t>(28));
  last += "\1" + std::string(1, '\0') + little<std::uint16_t>(24) + little<std::uint64_t>(24) +
          little<std::uint64_t>(24) + little<std::uint64_t>(local);
  const std::size_t directory = file.find("PK\1\2");
  std::string whole = file.substr(0, entry) + last;
  const std::size_t end64 = whole.size();
  whole += "PK\6\6" + little<std::uint64_t>(44) + std::string(12, '\0') + little<std::uint64_t>(2) +
           little<std::uint64_t>(2) + little<std::uint64_t>(end64 - directory) + little<std::uint64_t>(directory) +
           "PK\6\7" + little<std::uint32_t>(0) + little<std::uint64_t>(end64) + little<std::uint32_t>(1) + "PK\5\6" +
           std::string(4, '\0') + std::string(12, '\xff') + std::string(2, '\0');
  const auto contents = read_text(whole);
  EXPECT_EQ(contents.weights.at(0).data[0], std::byte{'b'});

  std::string lies = whole;
  lies.replace(end64 + 48, 8, std::string(8, '\xff'));
  EXPECT_ERROR(read_text(lies), corrupt_data,
               ("'x' is cut off, or its zip directory lies: " + std::to_string(end64 - directory) +
                " bytes at 18446744073709551615 of " + std::to_string(lies.size()) + ".")
                   .c_str());
}

TEST(Pth, DamagedArchives) {
  const std::string whole = one(tensor(floats, 0, sizes({2}), sizes({1})), 24);
  const std::size_t entry = whole.find("PK\1\2");
  std::string file = whole;
  EXPECT_ERROR(read_text(file.substr(0, 100)), corrupt_data,
               "'x' is cut off: a zip archive has its directory at the end, and here is none.");
  file[entry + 1] = 'x';
  EXPECT_ERROR(read_text(file), corrupt_data, "'x' has a damaged zip directory after 0 entries.");
  file = whole;
  file[entry + 8] = 1;
  EXPECT_ERROR(read_text(file), unsupported, "'x' has zip entry 'a/data.pkl', which is encrypted.");
  file = whole;
  file[entry + 42] = 1;
  EXPECT_ERROR(read_text(file), corrupt_data,
               "'x' has no zip entry 'a/data.pkl' at byte 1, where its directory says it is.");
  file = whole;
  file.replace(entry + 20, 8,
               std::string(3, '\xff') + std::string(1, '\0') + std::string(3, '\xff') + std::string(1, '\0'));
  EXPECT_ERROR(
      read_text(file), corrupt_data,
      ("'x' is cut off, or its zip directory lies: 16777215 bytes at 40 of " + std::to_string(file.size()) + ".")
          .c_str());
  EXPECT_ERROR(read_text(zip({{"a/b", ""}, {"a/b", ""}})), corrupt_data, "'x' has zip entry 'a/b' twice.");
  EXPECT_ERROR(read_text(zip({{"a/data.pkl", ""}, {"b/data.pkl", ""}})), corrupt_data,
               "'x' has two pickles, in 'a/' and 'b/data.pkl'.");
}

const std::string magic = "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";

std::string old_file(const std::string& type, const std::string& last, const std::string& keys,
                     const std::string& storages, bool little_endian = true) {
  const std::string machine = dict(text("little_endian") + (little_endian ? "\x88" : "\x89"));
  const std::string id =
      tuple(text("storage") + global("torch", type) + text("7") + text("cpu") + integer(2) + last) + "Q";
  return magic + pickle("M\xe9\3") + pickle(machine) + pickle(dict(text("w") + tensor(id, 0, sizes({2}), sizes({1})))) +
         pickle(keys) + storages;
}

TEST(OldPth, StoragesFollowThePickle) {
  const std::string keys = "]" + text("7") + "a", two = little<std::int64_t>(2);
  const std::string whole = old_file("FloatStorage", "N", keys, two + "12345678");
  EXPECT_EQ(read_text(whole).weights.at(0).data[7], std::byte{'8'});
  EXPECT_ERROR(read_text(old_file("FloatStorage", "N", keys, two + "1234567")), corrupt_data,
               "'x' is cut off: storage '7' has 2 elements of f32, and 7 bytes are left.");
  EXPECT_ERROR(read_text(old_file("FloatStorage", "N", keys, little<std::int64_t>(-1))), corrupt_data,
               "'x' is cut off: storage '7' has -1 elements of f32, and 0 bytes are left.");
  EXPECT_ERROR(read_text(old_file("FloatStorage", "N", keys, "123")), corrupt_data,
               "'x' is cut off before storage '7'.");
  EXPECT_ERROR(read_text(old_file("FloatStorage", "N", "]", "")), corrupt_data,
               "'x' has no storage '7' of tensor 'w'.");
  EXPECT_ERROR(read_text(old_file("FloatStorage", "N", "]" + text("8") + "a", "")), corrupt_data,
               "'x' has a storage that no tensor has.");
  EXPECT_ERROR(read_text(old_file("FloatStorage", "N", "N", "")), corrupt_data,
               "'x' has no list of storages after its pickle.");
  EXPECT_ERROR(read_text(old_file("QInt8Storage", "N", keys, two + "12")), unsupported,
               "'x' has storage '7' of type 'QInt8Storage'; known are f64, f32, f16, bf16, i64, i32, i16, i8, u8 and "
               "bool.");
  EXPECT_ERROR(read_text(old_file("FloatStorage", sizes({0, 0, 2}), keys, two + "12345678")), unsupported,
               "'x' has a storage that is a part of another, or none that torch.save describes.");
  EXPECT_ERROR(read_text(old_file("FloatStorage", "N", keys, two + "12345678", false)), unsupported,
               "'x' has byte order 'big'; read is 'little'.");
}

}  // namespace
}  // namespace relievo_tests
