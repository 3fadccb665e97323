#include <relievo/trace.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

namespace relievo {
inline namespace v1 {
namespace {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// A name as it stands within a string of JSON.
std::string escaped(const char* name) {
  std::string text;
  for (; *name != '\0'; ++name) {
    if (static_cast<unsigned char>(*name) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(*name));
      text += code;
    } else {
      if (*name == '"' || *name == '\\') text += '\\';
      text += *name;
    }
  }
  return text;
}

class Recorder {
 public:
  static Recorder& instance() {
    static Recorder recorder;
    return recorder;
  }

  bool on() const { return !path_.empty(); }

  void add(const char* name, std::int64_t begin_ns, std::int64_t end_ns) {
    const std::lock_guard lock(mutex_);
    events_.push_back({name, begin_ns, end_ns, gettid()});
  }

 private:
  struct Event {
    const char* name;
    std::int64_t begin_ns, end_ns;
    int thread;
  };

  Recorder() {
    if (const char* path = std::getenv("RELIEVO_TRACE")) path_ = path;
  }

  // Trace Event Format, complete events; times in microseconds.
  ~Recorder() {
    if (!on()) return;
    std::FILE* file = std::fopen(path_.c_str(), "w");
    if (file == nullptr) return;
    std::fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[", file);
    const char* separator = "\n";
    for (const Event& event : events_) {
      std::fprintf(file, R"(%s{"name":"%s","cat":"relievo","ph":"X","pid":%d,"tid":%d,"ts":%.3f,"dur":%.3f})",
                   separator, escaped(event.name).c_str(), getpid(), event.thread,
                   static_cast<double>(event.begin_ns) / 1e3, static_cast<double>(event.end_ns - event.begin_ns) / 1e3);
      separator = ",\n";
    }
    std::fputs("\n]}\n", file);
    std::fclose(file);
  }

  std::string path_;
  std::mutex mutex_;
  std::vector<Event> events_;
};

}  // namespace

TraceSpan::TraceSpan(const char* name) noexcept : name_(name) {
  if (Recorder::instance().on()) begin_ns_ = now_ns();
}

TraceSpan::~TraceSpan() {
  if (begin_ns_ != 0) Recorder::instance().add(name_, begin_ns_, now_ns());
}

}  // namespace v1
}  // namespace relievo
