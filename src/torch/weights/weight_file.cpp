#include "torch/weights/weight_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "torch/weights/contents.hpp"

namespace relievo {
inline namespace v1 {
namespace {

std::string reason(int number) { return std::generic_category().message(number); }

struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

struct Mapping {
  explicit Mapping(const std::string& path) {
    const std::string name = weights::in_quotes(path);
    // Without O_NONBLOCK a pipe without a writer would block here for ever.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.value < 0) {
      const int number = errno;
      if (number == ENOENT || number == ENOTDIR) fail(ErrorCode::not_found, "There is no file ", name, ".");
      fail(ErrorCode::io, "Cannot open ", name, ": ", reason(number), ".");
    }
    struct stat status {};
    if (::fstat(file.value, &status) != 0) fail(ErrorCode::io, "Cannot read ", name, ": ", reason(errno), ".");
    if (!S_ISREG(status.st_mode)) fail(ErrorCode::io, name, " is not a regular file.");
    size = static_cast<std::size_t>(status.st_size);
    if (size == 0) return;
    data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value, 0);
    if (data == MAP_FAILED) fail(ErrorCode::io, "Cannot map ", name, " into memory: ", reason(errno), ".");
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (size != 0) ::munmap(data, size);
  }

  void* data = nullptr;
  std::size_t size = 0;
};

}  // namespace

std::size_t size_of(WeightType type) noexcept { return weights::type_names[static_cast<std::size_t>(type)].size; }
const char* to_string(WeightType type) noexcept { return weights::type_names[static_cast<std::size_t>(type)].name; }

std::size_t count_of(const Weight& weight) noexcept {
  std::size_t count = 1;
  for (const std::int64_t size : weight.shape) count *= static_cast<std::size_t>(size);
  return count;
}

void copy_row_major(const Weight& weight, std::byte* out) noexcept {
  const std::size_t element = size_of(weight.type), dimensions = weight.shape.size();
  const std::size_t count = count_of(weight);
  if (count == 0) return;
  // The last dimensions that lie in a row are copied as one run.
  std::size_t outer = dimensions, run = 1;
  while (outer > 0 && (weight.shape[outer - 1] == 1 || weight.strides[outer - 1] == static_cast<std::int64_t>(run))) {
    run *= static_cast<std::size_t>(weight.shape[--outer]);
  }
  std::vector<std::int64_t> index(outer);
  std::size_t from = 0;
  for (std::size_t done = 0; done < count; done += run) {
    std::memcpy(out + done * element, weight.data + from * element, run * element);
    for (std::size_t i = outer; i-- > 0;) {
      const auto stride = static_cast<std::size_t>(weight.strides[i]);
      from += stride;
      if (++index[i] < weight.shape[i]) break;
      from -= stride * static_cast<std::size_t>(weight.shape[i]);
      index[i] = 0;
    }
  }
}

struct WeightFile::State {
  explicit State(const std::string& path)
      : mapping(path),
        contents(weights::read_contents({{static_cast<const std::byte*>(mapping.data), mapping.size}, path})) {}

  Mapping mapping;
  weights::Contents contents;
};

std::shared_ptr<const WeightFile> WeightFile::open(const std::filesystem::path& path) {
  return std::shared_ptr<const WeightFile>(new WeightFile(std::make_unique<const State>(path.string())));
}

WeightFile::WeightFile(std::unique_ptr<const State> state) : state_(std::move(state)) {}
WeightFile::~WeightFile() = default;
const std::vector<Weight>& WeightFile::weights() const noexcept { return state_->contents.weights; }
const std::map<std::string, std::string>& WeightFile::metadata() const noexcept { return state_->contents.metadata; }
std::string_view WeightFile::format() const noexcept { return state_->contents.format; }
std::size_t WeightFile::size() const noexcept { return state_->mapping.size; }

}  // namespace v1
}  // namespace relievo
