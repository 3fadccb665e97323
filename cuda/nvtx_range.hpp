// A named range in NVIDIA's profilers.
#pragma once

#include <nvtx3/nvToolsExt.h>

namespace relievo {
inline namespace v1 {
namespace cuda {

class NvtxRange {
 public:
  explicit NvtxRange(const char* name) { nvtxRangePushA(name); }
  ~NvtxRange() { nvtxRangePop(); }
  NvtxRange(const NvtxRange&) = delete;
  NvtxRange& operator=(const NvtxRange&) = delete;
};

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
