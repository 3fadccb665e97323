// The one exception: a code with a stable number, a sentence, and copies that never throw.
#include <relievo/error.hpp>

#include <gtest/gtest.h>

#include <locale>
#include <type_traits>

#include "core/check.hpp"

namespace relievo {
namespace {

static_assert(std::is_nothrow_copy_constructible_v<Error>);
static_assert(std::is_nothrow_copy_assignable_v<Error>);
static_assert(std::is_base_of_v<std::exception, Error>);

TEST(Error, CarriesItsCodeAndItsSentence) {
  const Error error(ErrorCode::corrupt_data, "The file is torn.");
  EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
  EXPECT_STREQ(error.what(), "The file is torn.");
}

TEST(Error, CopiesShareTheSentence) {
  Error a(ErrorCode::io, "One.");
  const Error b = a;
  EXPECT_EQ(b.what(), a.what());  // The same characters, not equal ones: nothing was allocated.
  const Error c(ErrorCode::device, "Two.");
  a = c;
  EXPECT_EQ(a.code(), ErrorCode::device);
  EXPECT_STREQ(a.what(), "Two.");
  EXPECT_STREQ(b.what(), "One.");
}

TEST(Error, IsCaughtAsTheStandardsException) {
  try {
    throw Error(ErrorCode::internal, "Broken.");
  } catch (const std::exception& error) {
    EXPECT_STREQ(error.what(), "Broken.");
  }
}

TEST(Error, SentencesDoNotDependOnTheLocale) {
  struct Grouping : std::numpunct<char> {
    char do_thousands_sep() const override { return '.'; }
    char do_decimal_point() const override { return ','; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Grouping));
  const std::string text = sentence("size is ", 4096, ", part ", 0.5, ".");
  std::locale::global(before);
  EXPECT_EQ(text, "size is 4096, part 0.5.");
}

TEST(Error, CodesKeepTheirNumbersAndNames) {
  const char* names[] = {"invalid_argument", "unsupported", "not_found", "io",      "corrupt_data",
                         "out_of_memory",    "device",      "cancelled", "internal"};
  for (int i = 0; i < 9; ++i) EXPECT_STREQ(to_string(static_cast<ErrorCode>(i + 1)), names[i]);
  EXPECT_STREQ(to_string(static_cast<ErrorCode>(0)), "unknown");
  EXPECT_STREQ(to_string(static_cast<ErrorCode>(10)), "unknown");
}

}  // namespace
}  // namespace relievo
