#include "core/module.hpp"

#include <gmock/gmock.h>

#include <filesystem>

// What the fixture modules look up in the program that opens them.
extern "C" {
__attribute__((visibility("default"))) const char* fixture_expected_tag = nullptr;
__attribute__((visibility("default"))) int fixture_init_count = 0;
}

namespace relievo {
namespace {

using testing::HasSubstr;

class Module : public testing::Test {
 protected:
  void SetUp() override { fixture_expected_tag = module_abi_tag(); }
};

TEST_F(Module, ARightOneIsOpenedAndStartedOnce) {
  fixture_init_count = 0;
  const ModuleStatus status = open_module("good", MODULE_FOLDER);
  EXPECT_TRUE(status.loaded) << status.reason;
  EXPECT_EQ(status.reason, "");
  EXPECT_EQ(status.name, "good");
  EXPECT_EQ(status.file, MODULE_FOLDER "/librelievo_good.so");
  EXPECT_EQ(fixture_init_count, 1);
}

TEST_F(Module, AnotherVersionIsRefusedAndBothAreNamed) {
  const ModuleStatus status = open_module("wrong_tag", MODULE_FOLDER);
  EXPECT_FALSE(status.loaded);
  EXPECT_THAT(status.reason, HasSubstr("relievo 0.0.1 interface 0"));
  EXPECT_THAT(status.reason, HasSubstr(module_abi_tag()));
}

TEST_F(Module, OneWithoutItsDoorsIsRefusedByTheNameOfTheDoor) {
  const ModuleStatus status = open_module("no_init", MODULE_FOLDER);
  EXPECT_FALSE(status.loaded);
  EXPECT_THAT(status.reason, HasSubstr("relievo_module_init"));
}

TEST_F(Module, OneThatCannotStartSaysWhy) {
  const ModuleStatus status = open_module("throws", MODULE_FOLDER);
  EXPECT_FALSE(status.loaded);
  EXPECT_EQ(status.reason, "the fixture cannot start");
}

TEST_F(Module, OneThatNeedsAMissingSymbolIsRefusedByTheNameOfTheSymbol) {
  const ModuleStatus status = open_module("unresolved", MODULE_FOLDER);
  EXPECT_FALSE(status.loaded);
  EXPECT_THAT(status.reason, HasSubstr("fixture_nobody_has_this"));
}

TEST_F(Module, WhatIsNoLibraryIsRefusedInTheLoadersWords) {
  const ModuleStatus status = open_module("garbage", MODULE_FOLDER);
  EXPECT_FALSE(status.loaded);
  EXPECT_THAT(status.reason, HasSubstr("librelievo_garbage.so"));
}

TEST_F(Module, AnAbsentOneNamesTheFileItWasLookedForAt) {
  const ModuleStatus status = open_module("absent", MODULE_FOLDER);
  EXPECT_FALSE(status.loaded);
  EXPECT_THAT(status.reason, HasSubstr(MODULE_FOLDER "/librelievo_absent.so"));
}

TEST_F(Module, TheTagNamesTheVersion) { EXPECT_THAT(module_abi_tag(), HasSubstr("relievo 1.")); }

TEST_F(Module, TheFolderIsWhereThisProgramLies) {
  EXPECT_TRUE(std::filesystem::equivalent(module_folder(), std::filesystem::path(RELIEVO_BINARY_DIR) / "bin"));
}

}  // namespace
}  // namespace relievo
