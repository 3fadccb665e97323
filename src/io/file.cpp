#include "io/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <random>
#include <system_error>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

std::string reason(int number) { return std::generic_category().message(number); }

struct Descriptor {
  int value;
  explicit Descriptor(int file) : value(file) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

Descriptor opened(const std::string& path) {
  // Without O_NONBLOCK a pipe without a writer would block here for ever.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file >= 0) return Descriptor{file};
  const int number = errno;
  if (number == ENOENT || number == ENOTDIR) fail(ErrorCode::not_found, "There is no file '", path, "'.");
  fail(ErrorCode::io, "Cannot open '", path, "': ", reason(number), ".");
}

std::int64_t size_of(const Descriptor& file, const std::string& path) {
  struct stat status {};
  if (::fstat(file.value, &status) != 0) fail(ErrorCode::io, "Cannot read '", path, "': ", reason(errno), ".");
  if (S_ISDIR(status.st_mode)) fail(ErrorCode::io, "'", path, "' is a folder, not a file.");
  if (!S_ISREG(status.st_mode)) fail(ErrorCode::io, "'", path, "' is not a regular file.");
  if (status.st_size == 0) fail(ErrorCode::corrupt_data, "'", path, "' is empty.");
  return status.st_size;
}

Bytes read_bytes(const Descriptor& file, const std::string& path, std::size_t size) {
  Bytes bytes(size);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file.value, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(ErrorCode::io, "Cannot read '", path, "': ", reason(errno), ".");
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  if (bytes.empty()) fail(ErrorCode::corrupt_data, "'", path, "' is empty.");
  return bytes;
}

// The file behind symbolic links, there or not, is what a plain write would fill.
std::string resolved(const std::string& path) {
  constexpr int most_links = 40;  // as Linux follows
  std::filesystem::path target = path;
  std::error_code error;
  for (int i = 0; i < most_links && std::filesystem::is_symlink(target, error); ++i) {
    target = target.parent_path() / std::filesystem::read_symlink(target, error);
  }
  return target.string();
}

std::string random_name() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  char text[40];
  std::snprintf(text, sizeof text, ".relievo-%016llx.tmp", static_cast<unsigned long long>(generator()));
  return text;
}

// In lower case with its dot, empty where the name has none.
std::string extension_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  const auto dot = path.find_last_of('.');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return {};
  std::string extension = path.substr(dot);
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return extension;
}

}  // namespace

std::string extension_among(const std::string& path, std::span<const std::string_view> known, const char* what) {
  std::string extension = extension_of(path);
  if (std::find(known.begin(), known.end(), extension) != known.end()) return extension;
  std::string list;
  for (std::string_view one : known) list.append(" ").append(one);
  fail(ErrorCode::invalid_argument, "'", path, "' has no extension of ", what, "; allowed are", list, ".");
}

Bytes read_file(const std::string& path, std::int64_t max_bytes) {
  const Descriptor file = opened(path);
  const std::int64_t size = size_of(file, path);
  if (size > max_bytes) {
    fail(ErrorCode::unsupported, "'", path, "' has ", size, " bytes, more than the limit of ", max_bytes, ".");
  }
  return read_bytes(file, path, static_cast<std::size_t>(size));
}

Bytes read_start(const std::string& path, std::size_t most) {
  const Descriptor file = opened(path);
  return read_bytes(file, path, std::min(most, static_cast<std::size_t>(size_of(file, path))));
}

AtomicFile::AtomicFile(const std::string& path) : path_(path), target_(resolved(path)) {
  struct stat status {};
  const bool exists = ::stat(target_.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail(ErrorCode::io, "Cannot write '", path, "': it is a folder.");
  if (exists && !S_ISREG(status.st_mode)) fail(ErrorCode::io, "Cannot write '", path, "': it is not a regular file.");
  const auto slash = target_.find_last_of('/');
  const std::string folder = slash == std::string::npos ? std::string() : target_.substr(0, slash + 1);
  for (int attempt = 0; attempt < 100; ++attempt) {
    temporary_ = folder + random_name();
    // What replaces a file is nobody else's to read before it has that file's permissions.
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, exists ? 0600 : 0666);
    if (descriptor_ >= 0 || errno != EEXIST) break;
  }
  if (descriptor_ < 0) {
    const int number = errno;
    temporary_.clear();
    if (number == ENOENT || number == ENOTDIR) {
      fail(ErrorCode::io, "Cannot write '", path, "': its folder does not exist.");
    }
    fail(ErrorCode::io, "Cannot write '", path, "': ", reason(number), ".");
  }
  if (exists) permissions_ = status.st_mode & 0777;
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  while (size > 0) {
    const ssize_t count = ::write(descriptor_, bytes, std::min<std::size_t>(size, std::size_t{1} << 30));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail(ErrorCode::io, "Cannot write '", path_, "': ", reason(count < 0 ? errno : ENOSPC), ".");
    bytes += count;
    size -= static_cast<std::size_t>(count);
  }
}

void AtomicFile::commit() {
  // Only now, as libraries that open the temporary themselves must be able to. File systems without permissions
  // may refuse, which is no reason to lose the content.
  if (permissions_) ::fchmod(descriptor_, *permissions_);
  // Some file systems report a full disk only on close.
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail(ErrorCode::io, "Cannot write '", path_, "': ", reason(errno), ".");
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    fail(ErrorCode::io, "Cannot write '", path_, "': ", reason(errno), ".");
  }
  temporary_.clear();
}

void check_writable(const std::string& path) { const AtomicFile file(path); }

void write_file(const std::string& path, const void* data, std::size_t size) {
  AtomicFile file(path);
  file.write(data, size);
  file.commit();
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
