// A photo and its depth, side by side in a folder.
#pragma once

#include <gtest/gtest.h>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "pictures.hpp"
#include "process.hpp"

namespace test {

/// Tests with photo.png, of 160 x 120 px, and depth.pfm in a folder.
class WithPhoto : public testing::Test {
 protected:
  void SetUp() override {
    relievo::io::write(folder / "photo.png", picture(160, 120));
    relievo::io::write_depth(folder / "depth.pfm",
                             relievo::DepthMap(disparity(160, 120), relievo::DepthKind::disparity));
  }

  Folder folder;
};

}  // namespace test
