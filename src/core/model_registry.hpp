// The registry: data/models.json, which is compiled in, and what the folder of models holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <relievo/models.hpp>

namespace relievo {
inline namespace v1 {

/// How its network sees a photo, and what it answers, the networks themselves know (torch/depth_architecture.hpp).
struct ModelEntry {
  ModelInfo info;
  int rank = 0;  ///< Place among those of its task when one is chosen by itself, 1 = first; 0 = never.
};

/// The model whose weights come with relievo, as it was built.
struct BuiltInModel {
  const char* name;
  const char* sha256;
  std::int64_t bytes;
  const char* folder;  ///< of an installed file, seen from librelievo.so
};
extern const BuiltInModel built_in_model;
/// data/models.json
extern const char* const model_registry_text;

/// Reads text in the form of data/models.json. Throws Error{corrupt_data}, with `origin` in its sentence.
std::vector<ModelEntry> parse_models(std::string_view text, const std::string& origin);

/// The model of this name, or the file at this path: a known file name tells its model, else `architecture` and
/// `task` are empty. Nothing where there is neither. `info.file` is empty where a model is absent.
std::optional<ModelEntry> find_model(std::string_view name_or_file);

/// The installed depth model that ranks first, if one is installed.
std::optional<ModelEntry> best_depth_model();

/// What models() says, with everything else.
std::vector<ModelEntry> model_entries();

/// What add_model() does.
void record_model(const ModelInfo& model);

}  // namespace v1
}  // namespace relievo
