#include "core/model_record.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <system_error>

#include "core/check.hpp"
#include "core/model_json.hpp"

namespace relievo {
inline namespace v1 {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t most_bytes = 1 << 16;

[[noreturn]] void cannot(const char* what, const fs::path& path, int number) {
  fail(ErrorCode::io, "Cannot ", what, " '", path.string(), "': ", std::generic_category().message(number), ".");
}

void write_all(int file, const std::string& text, const fs::path& path) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::write(file, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) cannot("write", path, count < 0 ? errno : ENOSPC);
    done += static_cast<std::size_t>(count);
  }
  if (::fsync(file) != 0) cannot("write", path, errno);
}

}  // namespace

bool is_model_name(std::string_view name) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto is_allowed = [&](char c) { return is_word(c) || c == '.' || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= 64 && is_word(name[0]) && std::all_of(name.begin(), name.end(), is_allowed) &&
         name != "auto" && name != "cues";
}

fs::path record_path(const fs::path& folder, const std::string& name) { return folder / name / "model.json"; }

std::optional<ModelRecord> read_record(const fs::path& folder, const std::string& name) {
  const fs::path path = record_path(folder, name);
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return {};
  const std::string origin = sentence("'", path.string(), "'");
  if (!fs::is_regular_file(status)) fail(ErrorCode::corrupt_data, origin, " is not a regular file.");
  if (const auto size = fs::file_size(path, error); error || size > most_bytes) {
    fail(ErrorCode::corrupt_data, origin, " has more than the ", most_bytes, " bytes a record may have.");
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(most_bytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || !file.is_open()) cannot("read", path, errno);
  text.resize(static_cast<std::size_t>(file.gcount()));

  const nlohmann::json value = JsonObject::parse(text, origin);
  const JsonObject object(value, origin);
  ModelRecord record;
  record.architecture = object.text("architecture");
  // Fetched files lie beside their record, which then may be moved with them.
  record.file = (folder / name / object.text("file")).lexically_normal().string();
  record.sha256 = object.digest("sha256");
  record.bytes = object.count("bytes");
  record.address = object.text("address", true);
  return record;
}

void write_record(const fs::path& folder, const std::string& name, const ModelRecord& record) {
  const fs::path path = record_path(folder, name);
  for (const std::string* text : {&record.file, &record.address}) {
    require(JsonObject::is_plain(*text), "'", *text, "' has a control character or more than 4096 characters.");
  }
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) cannot("make", path.parent_path(), error.value());
  const fs::path given = record.file;
  const bool beside = given.parent_path() == path.parent_path();
  const nlohmann::ordered_json value = {{"architecture", record.architecture},
                                        {"file", beside ? given.filename().string() : given.string()},
                                        {"sha256", record.sha256},
                                        {"bytes", record.bytes},
                                        {"address", record.address}};
  std::string text;
  try {
    text = value.dump(2) + "\n";
  } catch (const nlohmann::json::exception&) {
    fail(ErrorCode::invalid_argument, "The path '", record.file, "' is not UTF-8, and so cannot be recorded.");
  }
  std::string temporary = path.string() + ".XXXXXX";
  const int file = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) cannot("write", path, errno);
  try {
    write_all(file, text, path);
    ::fchmod(file, 0644);
    if (::rename(temporary.c_str(), path.c_str()) != 0) cannot("write", path, errno);
  } catch (...) {
    ::close(file);
    ::unlink(temporary.c_str());
    throw;
  }
  ::close(file);
}

}  // namespace v1
}  // namespace relievo
