// A model's file into the folder of models.
#pragma once

#include <string>

#include <relievo/models.hpp>

#include "common/report.hpp"

namespace tool {

struct FetchOptions {
  std::string from;  ///< Address or path in place of the registry's address; may be empty.
  int timeout_s = 30;
  bool accept_licence = false;
};

/// Throws Error{invalid_argument} for a licence that is yet to be accepted and for a wrong `from`, Error{not_found}
/// where no address is known.
void check_fetch(const relievo::ModelInfo& model, const FetchOptions& options);

/// Puts the file in place, whole and with the right digest, or leaves the folder without it. A model that is there is
/// left as it is; of several processes one loads and the others wait. Returns the path.
std::string fetch(const relievo::ModelInfo& model, const FetchOptions& options, Report& report);

}  // namespace tool
