#include "fetch.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "common/fail.hpp"
#include "digest.hpp"
#include "download.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;
using relievo::ErrorCode;

bool is_http(const std::string& address) { return address.starts_with("http://") || address.starts_with("https://"); }

[[noreturn]] void cannot_write(const fs::path& path, int number) {
  fail(ErrorCode::io, "Cannot write '", path.string(), "': ", std::generic_category().message(number), ".");
}

// One process at a time; the kernel lets go of it however the process ends.
class Lock {
 public:
  Lock(const fs::path& path, const std::string& name, const Report& report) {
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file_ < 0) cannot_write(path, errno);
    if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return;
    if (!report.quiet && !report.json) {
      std::fprintf(stderr, "relievo: Another process is fetching %s; waiting for it.\n", name.c_str());
    }
    while (::flock(file_, LOCK_EX) != 0) {
      if (errno != EINTR) cannot_write(path, errno);
    }
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { ::close(file_); }

 private:
  int file_ = -1;
};

// A rename is for ever only once the file, and then its folder, are on the disk.
void sync(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool good = file >= 0 && ::fsync(file) == 0;
  const int number = errno;
  if (file >= 0) ::close(file);
  if (!good) cannot_write(path, number);
}

relievo::ModelInfo look_up(const std::string& name) {
  for (relievo::ModelInfo& model : relievo::models()) {
    if (model.name == name) return std::move(model);
  }
  fail(ErrorCode::not_found, "There is no model \"", name, "\" any more.");
}

bool load(const relievo::ModelInfo& model, const std::string& address, const std::string& part,
          const FetchOptions& options, Report& report) {
  if (is_http(address)) {
    return download({address, part, model.bytes, !model.sha256.empty(), options.timeout_s, report.progress()});
  }
  std::error_code error;
  if (!fs::is_regular_file(address, error)) fail(ErrorCode::not_found, "There is no file '", address, "'.");
  fs::copy_file(address, part, fs::copy_options::overwrite_existing, error);
  // A file that may only be read is copied with that, too.
  if (!error) fs::permissions(part, fs::perms::owner_write, fs::perm_options::add, error);
  if (error) fail(ErrorCode::io, "Cannot copy '", address, "' to '", part, "': ", error.message(), ".");
  return false;
}

}  // namespace

void check_fetch(const relievo::ModelInfo& model, const FetchOptions& options) {
  if (!model.problem.empty()) fail(ErrorCode::corrupt_data, model.problem);
  if (!model.file.empty()) return;
  if (!options.from.empty() && !is_http(options.from) && options.from.find("://") != std::string::npos) {
    fail(ErrorCode::invalid_argument, "--from is ", options.from, "; allowed are http://, https:// and a path.");
  }
  if (model.address.empty() && options.from.empty()) {
    fail(ErrorCode::not_found, "No address of ", model.name, " is known; add --from, or run relievo models add ",
         model.name, " FILE for a file that you have.");
  }
  // Of a model of one's own nobody but its owner knows the licence.
  if (!model.licence.empty() && !model.commercial_use && !options.accept_licence) {
    fail(ErrorCode::invalid_argument, model.name, " is under ", model.licence,
         ", which does not allow commercial use (", model.source, "); add --accept-licence where that suits you.");
  }
}

std::string fetch(const relievo::ModelInfo& wanted, const FetchOptions& options, Report& report) {
  if (!wanted.file.empty()) return wanted.file;
  const fs::path folder = fs::path(relievo::model_folder()) / wanted.name;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) cannot_write(folder, error.value());
  const Lock lock(folder / ".lock", wanted.name, report);
  relievo::ModelInfo model = look_up(wanted.name);
  if (!model.file.empty()) return model.file;

  const std::string address = options.from.empty() ? model.address : options.from;
  const fs::path file = folder / model.file_names.front();
  const std::string part = file.string() + ".part";
  std::string digest;
  report.stage("fetch", [&] {
    bool is_pieced = load(model, address, part, options, report);
    digest = sha256_of(part, report.progress());
    if (is_pieced && !model.sha256.empty() && digest != model.sha256) {
      // What lay here may have been of another file.
      discard(part);
      load(model, address, part, options, report);
      digest = sha256_of(part, report.progress());
    }
  });
  if (!model.sha256.empty() && digest != model.sha256) {
    discard(part);
    fail(ErrorCode::corrupt_data, address, " has the digest ", digest, ", and that of ", model.name, " is ",
         model.sha256, "; nothing was kept.");
  }
  if (model.sha256.empty()) {
    report.add_note("No source states the digest of " + model.name + "; from now on it must be " + digest + ".");
  }
  sync(part);
  model.bytes = static_cast<std::int64_t>(fs::file_size(part, error));
  if (::rename(part.c_str(), file.c_str()) != 0) cannot_write(file, errno);
  sync(folder);
  discard(part);
  model.file = file.string();
  model.sha256 = digest;
  model.address = address;
  relievo::add_model(model);
  return model.file;
}

}  // namespace tool
