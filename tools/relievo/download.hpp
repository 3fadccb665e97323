// One file over HTTP, continued where an earlier attempt ended.
#pragma once

#include <cstdint>
#include <string>

#include <relievo/progress.hpp>

namespace tool {

struct Download {
  std::string address;      ///< http:// or https://.
  std::string part;         ///< Where the bytes go; PART.json beside it says what they are of.
  std::int64_t bytes = 0;   ///< Size the file must have; 0 = not known.
  bool has_digest = false;  ///< The whole will be compared with a digest, which finds halves of two files.
  int timeout_s = 30;       ///< Longest time without a connection, or without a byte.
  relievo::Progress progress;
};

/// Fills `part`. What lies there is kept where the server says that the file is still the same, and a transfer that
/// breaks is continued as long as attempts bring bytes. Says whether the file was put together from more than one
/// attempt. Throws relievo::Error and leaves what it has for the next time.
bool download(const Download& wanted);

/// Takes the part, and what is noted of it, away.
void discard(const std::string& part);

}  // namespace tool
