// Runs the command as a user does.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace test {

struct Outcome {
  int code = -1;    ///< Exit code; 128 + signal where a signal ended it.
  std::string out;  ///< Standard output.
  std::string err;  ///< Standard error.
};

/// Runs the command of this suite with these arguments in `folder`; `before` runs in the child before it starts.
Outcome relievo(const std::vector<std::string>& arguments, const std::string& folder,
                const std::function<void()>& before = {});

/// The bytes of a file; "" where there is none.
std::string text_of(const std::string& path);

/// A folder of its own that vanishes with the object.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  /// Names of everything below, sorted, relative to it.
  std::vector<std::string> list() const;

 private:
  std::string path_;
};

}  // namespace test
