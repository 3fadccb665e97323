#include "download.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include <relievo/error.hpp>

#include "common/fail.hpp"

namespace tool {
namespace {

using relievo::ErrorCode;

constexpr int most_attempts = 100;
constexpr int most_attempts_without_bytes = 3;

// What the bytes of a part are of.
struct Origin {
  std::string address;
  std::string validator;  // a strong ETag, else the date of the last change: RFC 9110, 13.1.5
};

std::string note_path(const std::string& part) { return part + ".json"; }

Origin read_note(const std::string& part) {
  std::ifstream file(note_path(part), std::ios::binary);
  std::string text(1 << 16, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const nlohmann::json note = nlohmann::json::parse(text, nullptr, false);
  const auto word = [&](const char* name) {
    if (!note.is_object() || !note.contains(name) || !note[name].is_string()) return std::string();
    std::string value = note[name].get<std::string>();
    // It becomes a line of a request.
    const bool is_line =
        std::none_of(value.begin(), value.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    return is_line ? value : std::string();
  };
  return {word("address"), word("validator")};
}

void write_note(const std::string& part, const Origin& origin) {
  std::ofstream file(note_path(part), std::ios::binary);
  const nlohmann::json note = {{"address", origin.address}, {"validator", origin.validator}};
  file << note.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  if (!file.flush()) fail(ErrorCode::io, "Cannot write '", note_path(part), "': ", std::strerror(errno), ".");
}

class Attempt {
 public:
  explicit Attempt(const Download& wanted) : wanted_(wanted), curl_(curl_easy_init(), curl_easy_cleanup) {
    file_ = ::open(wanted.part.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file_ < 0) cannot_write();
    if (!curl_) fail(ErrorCode::internal, "libcurl cannot start.");
    note_ = read_note(wanted.part);
    have_ = ::lseek(file_, 0, SEEK_END);
    const bool is_same = note_.address == wanted.address && (!note_.validator.empty() || wanted.has_digest);
    if (have_ > 0 && !is_same) cut();
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  ~Attempt() { ::close(file_); }

  std::int64_t have() const { return have_; }

  /// Nothing where the file is whole now; else why it is not, where another attempt may help.
  std::optional<std::string> run() {
    char words[CURL_ERROR_SIZE] = "";
    std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(nullptr, curl_slist_free_all);
    set(CURLOPT_ERRORBUFFER, words);
    set_up();
    if (have_ > 0) {
      set(CURLOPT_RANGE, (std::to_string(have_) + "-").c_str());
      if (!note_.validator.empty()) headers.reset(curl_slist_append(nullptr, ("If-Range: " + note_.validator).c_str()));
      set(CURLOPT_HTTPHEADER, headers.get());
    }
    const CURLcode code = curl_easy_perform(curl_.get());
    if (error_) std::rethrow_exception(error_);
    switch (code) {
      case CURLE_OK:
        return what_is_missing();
      case CURLE_HTTP_RETURNED_ERROR:
        return why_refused();
      case CURLE_WRITE_ERROR:
        return "the file changed while it was fetched";
      case CURLE_OPERATION_TIMEDOUT:
        return "nothing came for " + std::to_string(wanted_.timeout_s) + " s";
      case CURLE_PARTIAL_FILE:
      case CURLE_RECV_ERROR:
      case CURLE_SEND_ERROR:
      case CURLE_GOT_NOTHING:
      case CURLE_HTTP2:
      case CURLE_HTTP2_STREAM:
        return "the connection ended after " + std::to_string(have_) + " bytes";
      default:
        fail(ErrorCode::io, wanted_.address,
             " cannot be fetched: ", words[0] != '\0' ? words : curl_easy_strerror(code), ".");
    }
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(curl_.get(), option, value);
  }

  void set_up() {
    set(CURLOPT_URL, wanted_.address.c_str());
    set(CURLOPT_USERAGENT, "relievo");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FAILONERROR, 1L);
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, 10L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    // What began encrypted does not go on in the clear.
    set(CURLOPT_REDIR_PROTOCOLS_STR, wanted_.address.starts_with("https:") ? "https" : "http,https");
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(wanted_.timeout_s));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(wanted_.timeout_s));
    set(CURLOPT_WRITEDATA, this);
    set(
        CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t, std::size_t size, void* self) {
          return static_cast<Attempt*>(self)->take(data, size) ? size : std::size_t{0};
        });
  }

  long status() const {
    long number = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &number);
    return number;
  }

  std::string header(const char* name) const {
    curl_header* found = nullptr;
    return curl_easy_header(curl_.get(), name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : "";
  }

  [[noreturn]] void cannot_write() const {
    fail(ErrorCode::io, "Cannot write '", wanted_.part, "': ", std::strerror(errno), ".");
  }

  void cut() {
    if (::ftruncate(file_, 0) != 0 || ::lseek(file_, 0, SEEK_SET) < 0) cannot_write();
    have_ = 0;
  }

  bool take(const char* data, std::size_t size) {
    try {
      if (!started_ && !start()) return false;
      if (wanted_.bytes > 0 && have_ + static_cast<std::int64_t>(size) > wanted_.bytes) {
        fail(ErrorCode::corrupt_data, wanted_.address, " sends more than the ", wanted_.bytes, " bytes of the file.");
      }
      while (size > 0) {
        const ssize_t count = ::write(file_, data, size);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) cannot_write();
        data += count;
        size -= static_cast<std::size_t>(count);
        have_ += count;
      }
      if (total_ > 0) {
        wanted_.progress.report(std::min(1.0, static_cast<double>(have_) / static_cast<double>(total_)), "fetch");
      }
      return true;
    } catch (...) {
      // libcurl is C: an exception waits until it has returned.
      error_ = std::current_exception();
      return false;
    }
  }

  // Decides by the head of the answer where its bytes belong; false where they belong nowhere.
  bool start() {
    started_ = true;
    std::string validator = header("ETag");
    if (validator.empty() || validator.starts_with("W/")) validator = header("Last-Modified");
    if (status() == 206) {
      long long first = -1, all = -1;
      if (std::sscanf(header("Content-Range").c_str(), "bytes %lld-%*d/%lld", &first, &all) < 1 || first != have_) {
        fail(ErrorCode::corrupt_data, wanted_.address, " answers with other bytes than those from ", have_, " on.");
      }
      if (!note_.validator.empty() && !validator.empty() && validator != note_.validator) {
        cut();
        return false;
      }
      total_ = all;
    } else {
      curl_off_t length = -1;
      curl_easy_getinfo(curl_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
      total_ = length;
      cut();
    }
    if (wanted_.bytes > 0 && total_ >= 0 && total_ != wanted_.bytes) {
      fail(ErrorCode::corrupt_data, wanted_.address, " has ", total_, " bytes, and the file has ", wanted_.bytes, ".");
    }
    if (wanted_.bytes > 0) total_ = wanted_.bytes;
    write_note(wanted_.part, {wanted_.address, validator});
    return true;
  }

  std::optional<std::string> what_is_missing() const {
    if (!started_) return "the answer was empty";
    if (total_ >= 0 && have_ < total_) {
      return "it ended after " + std::to_string(have_) + " of " + std::to_string(total_) + " bytes";
    }
    return {};
  }

  std::optional<std::string> why_refused() {
    const long number = status();
    if (number == 416 && have_ > 0) {
      long long all = -1;
      std::sscanf(header("Content-Range").c_str(), "bytes */%lld", &all);
      if (all == have_) return {};
      cut();
      return "the file is shorter than what was there of it";
    }
    if (number == 408 || number == 429 || number >= 500) return "it answers " + std::to_string(number);
    fail(number == 404 || number == 410 ? ErrorCode::not_found : ErrorCode::io, wanted_.address, " answers ", number,
         number == 404   ? ": there is no such file."
         : number == 403 ? ": it may not be read."
                         : ".");
  }

  const Download& wanted_;
  std::unique_ptr<CURL, void (*)(CURL*)> curl_;
  int file_ = -1;
  Origin note_;
  std::int64_t have_ = 0;
  std::int64_t total_ = -1;  // not known
  bool started_ = false;
  std::exception_ptr error_;
};

}  // namespace

bool download(const Download& wanted) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  std::int64_t most = 0;
  int idle = 0;
  std::optional<std::string> reason;
  for (int i = 0; i < most_attempts && idle < most_attempts_without_bytes; ++i) {
    if (idle > 0) std::this_thread::sleep_for(std::chrono::milliseconds(100) * (1 << idle));
    Attempt attempt(wanted);
    const std::int64_t before = attempt.have();
    most = std::max(most, before);
    reason = attempt.run();
    if (!reason) return before > 0;
    idle = attempt.have() > most ? 0 : idle + 1;
    most = std::max(most, attempt.have());
  }
  fail(ErrorCode::io, wanted.address, " cannot be fetched: ", *reason,
       "; what came is kept, and the next fetch goes on from there.");
}

void discard(const std::string& part) {
  ::unlink(part.c_str());
  ::unlink(note_path(part).c_str());
}

}  // namespace tool
