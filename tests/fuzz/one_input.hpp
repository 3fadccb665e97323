// One input of a fuzzer: read, and what was read looked at as a network would. Sanitizers watch.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "torch/weights/contents.hpp"

inline void insist(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

template <class Read>
int one_input(const std::uint8_t* data, std::size_t size, Read&& read) {
  using namespace relievo;
  try {
    const weights::Contents contents = read(weights::Source{std::as_bytes(std::span(data, size)), "input"});
    for (const Weight& weight : contents.weights) {
      insist(!weight.name.empty(), "a name is not empty");
      insist(weight.strides.size() == weight.shape.size(), "strides are as many as sizes");
      const std::size_t bytes = count_of(weight) * size_of(weight.type);
      insist(weight.bytes >= bytes, "the data hold all elements");
      std::vector<std::byte> copy(bytes);
      copy_row_major(weight, copy.data());
      volatile std::byte last{};
      if (weight.bytes > 0) last = weight.data[weight.bytes - 1];
    }
  } catch (const Error& error) {
    const auto code = error.code();
    insist(code == ErrorCode::corrupt_data || code == ErrorCode::unsupported, "an error blames the file");
  }
  return 0;
}
