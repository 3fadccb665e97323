#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
namespace relievo {
inline namespace v1 {
#define PENDING(...) { fail(ErrorCode::unsupported, __VA_ARGS__); }
void CudaEngine::resize(const ImageView&, const MutableImageView&, ResizeFilter) PENDING("resize")
void CudaEngine::gaussian(const ImageView&, const MutableImageView&, int) PENDING("gaussian")
void CudaEngine::aperture_blur(const ImageView&, const MutableImageView&, const ApertureMask&, int) PENDING("aperture_blur")
void CudaEngine::guided_filter(const ImageView&, const ImageView&, const MutableImageView&, int, float) PENDING("guided_filter")
void CudaEngine::warp_layers(const LayerView*, const LayerMotion*, int, float, const MutableImageView&) PENDING("warp_layers")
void CudaEngine::warp_rows(const LayerView*, int, float, float, const MutableImageView&) PENDING("warp_rows")
}  // namespace v1
}  // namespace relievo
