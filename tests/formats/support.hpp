// What tests of files share.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <relievo/error.hpp>
#include <relievo/image.hpp>

namespace relievo_tests {

using Bytes = std::vector<std::uint8_t>;

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "relievo-formats-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    std::filesystem::permissions(path_, std::filesystem::perms::all);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) result.push_back(entry.path().filename());
    return result;
  }

 private:
  std::filesystem::path path_;
};

inline Bytes load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
inline void save(const std::string& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
}
inline void save(const std::string& path, const std::string& text) { save(path, Bytes(text.begin(), text.end())); }

/// Expects an Error of the code whose one sentence holds `part`.
template <class Work>
void expect_error(relievo::ErrorCode code, const std::string& part, Work&& work) {
  try {
    work();
    ADD_FAILURE() << "no error; expected one with '" << part << "'";
  } catch (const relievo::Error& error) {
    EXPECT_EQ(relievo::to_string(error.code()), std::string(relievo::to_string(code))) << error.what();
    EXPECT_THAT(error.what(), testing::HasSubstr(part));
    EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("\n")));
  }
}

/// While it lives no file may grow beyond `bytes` in this process, as on a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

/// The superuser may do everything, so the test becomes somebody else for a while.
class AsNobody {
 public:
  AsNobody() : before_(::geteuid()) {
    if (before_ == 0) changed_ = ::seteuid(65534) == 0;
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  ~AsNobody() {
    if (changed_ && ::seteuid(before_) != 0) std::abort();
  }

 private:
  uid_t before_;
  bool changed_ = false;
};

/// Reproducible bits.
inline std::uint32_t noise(std::uint32_t x) {
  x = x * 747796405u + 2891336453u;
  x = ((x >> ((x >> 28) + 4)) ^ x) * 277803737u;
  return x >> 22 ^ x;
}

/// Noise of any format; floats hold multiples of 1/1024 within 0..1, exact as f16.
inline relievo::Image noise_image(int width, int height, relievo::PixelFormat format, relievo::Color color = {}) {
  relievo::Image image(width, height, format, color);
  for (int y = 0; y < height; ++y) {
    for (int i = 0; i < width * format.channels; ++i) {
      const std::uint32_t bits = noise(static_cast<std::uint32_t>(y * 65536 + i));
      switch (format.scalar) {
        case relievo::Scalar::u8:
          image.row<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(bits);
          break;
        case relievo::Scalar::u16:
          image.row<std::uint16_t>(y)[i] = static_cast<std::uint16_t>(bits);
          break;
        // 0x3800 is one half; the 10 bits of the fraction follow.
        case relievo::Scalar::f16:
          image.row<std::uint16_t>(y)[i] = static_cast<std::uint16_t>(0x3800u | (bits & 0x3ff));
          break;
        case relievo::Scalar::f32:
          image.row<float>(y)[i] = static_cast<float>(bits % 1025) / 1024.0f;
          break;
      }
    }
  }
  return image;
}

inline void expect_same_pixels(const relievo::ImageView& a, const relievo::ImageView& b) {
  ASSERT_EQ(a.width, b.width);
  ASSERT_EQ(a.height, b.height);
  ASSERT_TRUE(a.format == b.format) << int(a.format.channels) << " and " << int(b.format.channels)
                                    << " channels, scalar " << int(a.format.scalar) << " and " << int(b.format.scalar);
  const std::size_t size = static_cast<std::size_t>(a.width) * static_cast<std::size_t>(a.format.bytes());
  for (int y = 0; y < a.height; ++y) {
    const Bytes left(a.row<std::uint8_t>(y), a.row<std::uint8_t>(y) + size);
    const Bytes right(b.row<std::uint8_t>(y), b.row<std::uint8_t>(y) + size);
    ASSERT_EQ(left, right) << "row " << y;
  }
}

}  // namespace relievo_tests
