// Where the files of models lie.
#pragma once

#include <string>

namespace relievo {
inline namespace v1 {

/// `file` in the folder `model` of the folder of models: $RELIEVO_MODELS, else $XDG_CACHE_HOME/relievo/models, else
/// ~/.cache/relievo/models. Empty where there is no such file.
std::string model_file(const std::string& model, const std::string& file);

}  // namespace v1
}  // namespace relievo
