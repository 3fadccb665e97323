// Errors compared whole.
#pragma once

#include <gtest/gtest.h>

#include <relievo/error.hpp>

#define EXPECT_ERROR(statement, expected_code, expected_sentence) \
  try {                                                           \
    (void)(statement);                                            \
    ADD_FAILURE() << "nothing was thrown";                        \
  } catch (const relievo::Error& error) {                         \
    EXPECT_EQ(error.code(), relievo::ErrorCode::expected_code);   \
    EXPECT_STREQ(error.what(), expected_sentence);                \
  }
