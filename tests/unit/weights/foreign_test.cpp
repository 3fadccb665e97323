// Files of other kinds, as mistaken paths and failed downloads bring them.
#include "support.hpp"

namespace relievo_tests {
namespace {

TEST(ForeignFile, IsCalledByItsName) {
  EXPECT_ERROR(read_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 99\n"), unsupported,
               "'x' holds no weights: it is a git-lfs pointer, which stands for a file that is elsewhere; run 'git lfs "
               "pull'.");
  for (const char* page : {"<!DOCTYPE html><html>", "\n  <HTML lang=en>", "\xef\xbb\xbf<!doctype HTML PUBLIC>"}) {
    EXPECT_ERROR(read_text(page), unsupported,
                 "'x' holds no weights: it is a web page, as servers send in place of a file that they refuse.");
  }
  EXPECT_ERROR(read_text("\x1f\x8b\b and more"), unsupported,
               "'x' holds no weights: it is compressed by gzip; unpack it first.");
  EXPECT_ERROR(read_text(std::string_view("\x1c\0\0\0TFL3....", 12)), unsupported,
               "'x' holds no weights: it is a TensorFlow Lite model.");
  EXPECT_ERROR(read_text(std::string(257, '\0') + "ustar"), unsupported,
               "'x' holds no weights: it is a tar archive; PyTorch before 0.1.10 wrote such, and torch.save of today "
               "writes another.");
}

TEST(ForeignFile, IsShownByItsFirstBytes) {
  EXPECT_ERROR(
      read_text("GIF89a\1\nxy"), unsupported,
      "'x' is no file of weights: it begins with 'GIF89a??xy'; read are safetensors, PyTorch's .pth and ONNX.");
  EXPECT_ERROR(read_text(""), corrupt_data, "'x' is empty.");
}

}  // namespace
}  // namespace relievo_tests
