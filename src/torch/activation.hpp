#pragma once

namespace relievo {
inline namespace v1 {

/// What a layer does to its result before it returns it.
enum class Activation { none, relu, relu6, gelu, hard_swish };

}  // namespace v1
}  // namespace relievo
