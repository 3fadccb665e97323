// One input of the fuzzer of settings files. Bytes rarely make a key, so half of the inputs choose words that such
// files are made of; the rest are files as they come.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>

#include <relievo/error.hpp>

#include "relievo/config_file.hpp"

namespace {

void insist(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

constexpr const char* words[] = {
    "\nfps: ",
    "\nnum_frames: ",
    "\ndepth_threshold: ",
    "\nlonger_side_len: ",
    "\nbackground_thickness: ",
    "\nx_shift_range: ",
    "\ny_shift_range: ",
    "\ntraj_types: ",
    "\nsparse_iter: ",
    "\nfilter_size: ",
    "\ncrop_border: ",
    "\nspecific: ",
    "\nload_ply: ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ": ",
    "? ",
    "\n- ",
    "\n",
    " ",
    "circle",
    "'straight-line'",
    "\"",
    "'",
    "True",
    "off",
    "~",
    "0",
    "5",
    "960",
    "0.03",
    "-1e-2",
    ".inf",
    "&a ",
    "*a",
    "!!str ",
    "!t ",
    "|",
    ">",
    "#",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "\\e",
    "\xc3\xa9",
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string text;
  for (std::size_t i = 1; i < size; ++i) {
    if (data[0] % 2 == 0) {
      text += words[data[i] % std::size(words)];
    } else {
      text += static_cast<char>(data[i]);
    }
  }
  try {
    const tool::ConfigFile file = tool::parse_config("input", text);
    for (const auto& [key, number] : file.numbers) {
      insist(std::count(file.keys.begin(), file.keys.end(), key) == 1, "a number's key is in the file once");
      insist(number >= 0.001 && number <= 8192, "numbers are within the ranges of flags");
    }
  } catch (const relievo::Error& error) {
    const std::string sentence = error.what();
    insist(error.code() == relievo::ErrorCode::invalid_argument, "an error blames the file");
    insist(sentence.starts_with("input:") && sentence[6] >= '1' && sentence[6] <= '9', "an error has a line");
    insist(sentence.ends_with('.') && sentence.size() < 400, "an error is a sentence");
    insist(std::all_of(sentence.begin(), sentence.end(), [](char c) { return c >= ' ' && c <= '~'; }),
           "an error is text");
  }
  return 0;
}
