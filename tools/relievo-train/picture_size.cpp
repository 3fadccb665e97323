#include "picture_size.hpp"

#include <cstdio>

#include "common/fail.hpp"

namespace tool {

PictureSize read_picture_size(const std::string& text) {
  PictureSize size;
  int read = 0;
  const bool parsed = std::sscanf(text.c_str(), "%4dx%4d%n", &size.width, &size.height, &read) == 2 &&
                      read == static_cast<int>(text.size());
  const auto allowed = [](int side) { return side >= 64 && side <= 1024 && side % 16 == 0; };
  if (!parsed || !allowed(size.width) || !allowed(size.height)) {
    fail(relievo::ErrorCode::invalid_argument, "--size is ", text,
         "; allowed is WIDTHxHEIGHT, both multiples of 16 from 64 to 1024.");
  }
  return size;
}

}  // namespace tool
