#include "one_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return one_input(data, size, relievo::weights::read_safetensors);
}
