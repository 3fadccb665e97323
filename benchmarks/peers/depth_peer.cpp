// relievo's part beside its peers (depth_peers.py): runs a network whenever it is told to.
//
//   depth_peer ARCHITECTURE WIDTH HEIGHT INPUT OUTPUT
//
// INPUT is raw f32 RGB, code values in 0..1; OUTPUT becomes raw f32 depth. Prints "ready MS", the time to open the
// weights, then answers each line of standard input with the milliseconds of one run.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "common/networks.hpp"
#include "core/check.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {
namespace {

template <class Body>
double ms_of(Body&& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

void serve(const std::string& architecture, int width, int height, const std::string& input,
           const std::string& output) {
  Image photo(width, height, {Scalar::f32, 3}), depth(width, height, {Scalar::f32, 1});
  std::ifstream in(input, std::ios::binary);
  for (int y = 0; y < height; ++y) in.read(photo.row<char>(y), width * photo.format().bytes());
  if (!in) fail(ErrorCode::io, input, " does not hold ", width, " x ", height, " pixels.");
  const StandIn file(architecture);
  std::unique_ptr<DepthNetwork> network;
  const double open_ms = ms_of([&] { network = file.open(Precision::f32); });
  const ImageView from = photo;
  const MutableImageView to = depth.mutable_view();
  network->infer(&from, &to, 1);
  std::ofstream out(output, std::ios::binary);
  for (int y = 0; y < height; ++y) out.write(depth.row<char>(y), width * depth.format().bytes());
  if (!out.flush()) fail(ErrorCode::io, output, " cannot be written.");
  std::printf("ready %.3f\n", open_ms);
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    std::printf("%.4f\n", ms_of([&] { network->infer(&from, &to, 1); }));
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace bench
}  // namespace v1
}  // namespace relievo

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: depth_peer ARCHITECTURE WIDTH HEIGHT INPUT OUTPUT\n");
    return 2;
  }
  try {
    relievo::bench::serve(argv[1], std::atoi(argv[2]), std::atoi(argv[3]), argv[4], argv[5]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "depth_peer: %s\n", error.what());
    return 1;
  }
}
