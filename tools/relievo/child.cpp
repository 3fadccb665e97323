#include "child.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <string>

#include "common/fail.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

ordered_json answer_of(const std::function<ordered_json()>& body) {
  try {
    return {{"answer", body()}};
  } catch (const relievo::Error& error) {
    return {{"code", error.code()}, {"sentence", error.what()}};
  } catch (const std::exception& error) {
    return {{"code", relievo::ErrorCode::internal}, {"sentence", error.what()}};
  }
}

}  // namespace

ChildResult in_child(const std::function<ordered_json()>& body) {
  int ends[2];
  if (pipe(ends) != 0) fail(relievo::ErrorCode::internal, "No pipe can be made: ", std::strerror(errno), ".");
  const pid_t child = fork();
  if (child < 0) fail(relievo::ErrorCode::internal, "No process can be started: ", std::strerror(errno), ".");
  if (child == 0) {
    close(ends[0]);
    const std::string text = answer_of(body).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    std::size_t done = 0;
    while (done < text.size()) {
      const ssize_t count = write(ends[1], text.data() + done, text.size() - done);
      if (count < 0 && errno != EINTR) break;
      if (count > 0) done += static_cast<std::size_t>(count);
    }
    // What the parent has yet to print is the parent's.
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char block[4096];
  for (ssize_t count = 0; (count = read(ends[0], block, sizeof block)) != 0;) {
    if (count < 0 && errno != EINTR) break;
    if (count > 0) text.append(block, static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    fail(relievo::ErrorCode::internal, "A measurement was ended by signal ", signal, " (", strsignal(signal), ")",
         signal == SIGKILL ? "; was memory short?" : ".");
  }
  ordered_json message = ordered_json::parse(text, nullptr, false);
  if (message.is_discarded()) fail(relievo::ErrorCode::internal, "A measurement ended without an answer.");
  if (message.contains("sentence")) {
    throw relievo::Error(message["code"].get<relievo::ErrorCode>(), message["sentence"].get<std::string>());
  }
  return {std::move(message["answer"]), static_cast<double>(usage.ru_maxrss) / 1024};
}

}  // namespace tool
