#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
namespace relievo {
inline namespace v1 {
#define PENDING(...) { fail(ErrorCode::unsupported, __VA_ARGS__); }
void CudaEngine::convert(const ImageView&, const MutableImageView&) PENDING("convert")
void CudaEngine::blend_levels(const ImageView*, int, const ImageView&, const MutableImageView&) PENDING("blend_levels")
void CudaEngine::coc_levels(const ImageView&, int, float, float, float, const float*, int, const MutableImageView&) PENDING("coc_levels")
void CudaEngine::over(const ImageView&, const MutableImageView&) PENDING("over")
void CudaEngine::premultiply_linear(const ImageView&, const ImageView&, int, const MutableImageView&) PENDING("premultiply_linear")
void CudaEngine::unpremultiply_linear(const ImageView&, const MutableImageView&) PENDING("unpremultiply_linear")
void CudaEngine::flatten(const LayerView*, int, const MutableImageView&) PENDING("flatten")
void CudaEngine::visible_disparity(const LayerView*, int, const MutableImageView&) PENDING("visible_disparity")
void CudaEngine::anaglyph(const ImageView&, const ImageView&, const MutableImageView&) PENDING("anaglyph")
}  // namespace v1
}  // namespace relievo
