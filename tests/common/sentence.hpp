// Errors compared whole, or by some words.
#pragma once

#include <gmock/gmock.h>

#include <relievo/error.hpp>

#define EXPECT_ERROR(statement, expected_code, expected_sentence) \
  try {                                                           \
    (void)(statement);                                            \
    ADD_FAILURE() << "nothing was thrown";                        \
  } catch (const relievo::Error& error) {                         \
    EXPECT_EQ(error.code(), relievo::ErrorCode::expected_code);   \
    EXPECT_STREQ(error.what(), expected_sentence);                \
  }

/// Expects Error{invalid_argument} with `words` in its sentence.
template <class Call>
void expect_refused(Call call, const char* words) {
  EXPECT_THAT(call, testing::Throws<relievo::Error>(
                        testing::AllOf(testing::Property(&relievo::Error::code, relievo::ErrorCode::invalid_argument),
                                       testing::Property(&relievo::Error::what, testing::HasSubstr(words)))));
}
