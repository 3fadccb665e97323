// RELIEVO_TRACE makes a process leave a Chrome trace behind. Children run this very program.
#include <relievo/trace.hpp>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <relievo/device.hpp>
#include <relievo/parallax_animator.hpp>

#include "common/images.hpp"

namespace relievo {
namespace {

using testing::HasSubstr;

class Trace : public testing::Test {
 protected:
  Trace() {
    std::string pattern = (std::filesystem::temp_directory_path() / "relievo_trace_XXXXXX").string();
    folder = mkdtemp(pattern.data());
  }
  ~Trace() override { std::filesystem::remove_all(folder); }

  // Runs this program as a child with that task and RELIEVO_TRACE set to `file`; its exit status.
  static int run(const std::string& task, const std::string& file) {
    const pid_t pid = fork();
    if (pid == 0) {
      setenv("RELIEVO_TRACE", file.c_str(), 1);
      setenv("RELIEVO_TRACE_TEST_CHILD", task.c_str(), 1);
      execl("/proc/self/exe", "core_test", "--gtest_filter=Trace.*", "--gtest_brief=1", static_cast<char*>(nullptr));
      _exit(127);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  static std::string text_of(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  }

  std::string folder;
};

// A reader of JSON that knows validity and counts objects; enough for one array of flat objects.
class Json {
 public:
  explicit Json(std::string text) : text_(std::move(text)) { valid_ = value() && (space(), at_ == text_.size()); }
  bool valid() const { return valid_; }
  int objects() const { return objects_; }

 private:
  void space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool take(char c) {
    space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool string() {
    if (!take('"')) return false;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (static_cast<unsigned char>(text_[at_]) < 32) return false;
      if (text_[at_] == '\\') ++at_;
    }
    return take('"');
  }
  bool value() {
    space();
    if (at_ >= text_.size()) return false;
    if (text_[at_] == '"') return string();
    if (take('[')) {
      if (take(']')) return true;
      do {
        if (!value()) return false;
      } while (take(','));
      return take(']');
    }
    if (take('{')) {
      ++objects_;
      if (take('}')) return true;
      do {
        if (!string() || !take(':') || !value()) return false;
      } while (take(','));
      return take('}');
    }
    const char* begin = text_.c_str() + at_;
    char* end = nullptr;
    std::strtod(begin, &end);
    at_ += static_cast<std::size_t>(end - begin);
    return end != begin;
  }

  std::string text_;
  std::size_t at_ = 0;
  int objects_ = 0;
  bool valid_ = false;
};

void leave_spans() {
  {
    const TraceSpan span("outer");
    const TraceSpan inner("inner");
    const TraceSpan odd("a \"name\" with \\ and a\nline");
    std::thread([] { const TraceSpan other("on another thread"); }).join();
  }
  const LayeredScene scene = test::plane(test::photo(16, 16), 0.5f);
  ParallaxAnimator(Device::cpu(1)).render_at(scene, 0.5f);
}

// What a child does in place of the tests.
class Child : public testing::Environment {
  void SetUp() override {
    const char* task = std::getenv("RELIEVO_TRACE_TEST_CHILD");
    if (task == nullptr) return;
    if (std::string(task) == "Spans") leave_spans();
    std::exit(0);
  }
};
const testing::Environment* const child = testing::AddGlobalTestEnvironment(new Child);

TEST_F(Trace, ASpanIsACompleteEvent) {
  ASSERT_EQ(run("Spans", folder + "/trace.json"), 0);
  const std::string text = text_of(folder + "/trace.json");
  const Json json(text);
  EXPECT_TRUE(json.valid()) << text;
  EXPECT_GE(json.objects(), 1 + 4 + 2) << text;
  EXPECT_THAT(text, HasSubstr("\"traceEvents\":["));
  EXPECT_THAT(text, HasSubstr(R"("name":"outer","cat":"relievo","ph":"X")"));
  EXPECT_THAT(text, HasSubstr(R"("name":"inner")"));
  EXPECT_THAT(text, HasSubstr(R"("name":"a \"name\" with \\ and a\u000aline")"));
  EXPECT_THAT(text, HasSubstr(R"("name":"on another thread")"));
  EXPECT_THAT(text, HasSubstr(R"("name":"making a scene of layers")"));
  EXPECT_THAT(text, HasSubstr(R"("name":"parallax")"));
}

TEST_F(Trace, AProcessWithoutWorkLeavesValidJsonOrNothing) {
  ASSERT_EQ(run("Nothing", folder + "/trace.json"), 0);
  const std::string text = text_of(folder + "/trace.json");
  EXPECT_TRUE(text.empty() || Json(text).valid()) << text;
}

TEST_F(Trace, AFileThatCannotBeWrittenHurtsNobody) {
  EXPECT_EQ(run("Spans", folder + "/absent/trace.json"), 0);
  EXPECT_FALSE(std::filesystem::exists(folder + "/absent"));
}

TEST_F(Trace, TheReaderOfThisTestKnowsBrokenJson) {
  EXPECT_TRUE(Json(R"({"a":[1,{"b":"c"}]})").valid());
  for (const char* broken : {"", "{", "[1,]", R"({"a":1,})", R"({"a" 1})", "[1] 2"}) {
    EXPECT_FALSE(Json(broken).valid()) << broken;
  }
}

}  // namespace
}  // namespace relievo
