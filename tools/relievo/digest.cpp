#include "digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

#include <relievo/error.hpp>

namespace tool {

std::string sha256_of(const std::string& path, const relievo::Progress& progress) {
  const auto fail = [&](const std::string& why) {
    throw relievo::Error(relievo::ErrorCode::io, "Cannot read '" + path + "': " + why + ".");
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  if (!file) fail(std::strerror(errno));
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::error_code ignored;
  const auto total = static_cast<double>(std::filesystem::file_size(path, ignored));
  std::vector<unsigned char> block(std::size_t{1} << 20);
  bool good = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  double done = 0;
  for (std::size_t count = 0; good && (count = std::fread(block.data(), 1, block.size(), file.get())) > 0;) {
    good = EVP_DigestUpdate(context.get(), block.data(), count) == 1;
    done += static_cast<double>(count);
    if (total > 0) progress.report(std::min(done / total, 1.0), "digest");
  }
  if (std::ferror(file.get()) != 0) fail(std::strerror(errno));
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (!good || EVP_DigestFinal_ex(context.get(), bytes, &size) != 1) fail("SHA-256 is not to be had");
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", bytes[i]);
    text += two;
  }
  return text;
}

}  // namespace tool
