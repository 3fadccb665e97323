// Outside photos and ground truth for tests: found on this machine or the test is skipped.
#pragma once

#include <string>

/// Path of the asset `name` of data/assets.json (its name, or the last part of its path), looked for
/// in the folders of RELIEVO_ASSETS (separated by ':'), then in the cache folder of the user; empty
/// where it is absent. A file with another digest than the list says is absent.
std::string asset_path(const std::string& name);

/// Puts the path into `variable` or skips the test.
#define RELIEVO_ASSET(variable, name)            \
  const std::string variable = asset_path(name); \
  if (variable.empty()) GTEST_SKIP() << "the asset " << (name) << " is not here"
