#include <relievo/models.hpp>

#include "api/boundary.hpp"
#include "core/model_registry.hpp"

namespace relievo {
inline namespace v1 {

std::vector<ModelInfo> models() {
  return at_boundary("listing models", [] {
    std::vector<ModelInfo> infos;
    for (ModelEntry& entry : model_entries()) infos.push_back(std::move(entry.info));
    return infos;
  });
}

std::string model_file(const std::string& name) {
  return at_boundary("looking for a model", [&] {
    std::string known;
    for (const ModelEntry& entry : model_entries()) {
      const ModelInfo& info = entry.info;
      known.append(known.empty() ? "" : ", ").append(info.name);
      if (info.name != name) continue;
      if (!info.problem.empty()) fail(ErrorCode::corrupt_data, info.problem);
      if (!info.file.empty()) return info.file;
      const std::string fetch = info.address.empty() ? "" : sentence("\"relievo models fetch ", name, "\", or ");
      fail(ErrorCode::not_found, "The model \"", name, "\" is not installed; run ", fetch, "\"relievo models add ",
           name, " FILE\" for a file that you have.");
    }
    fail(ErrorCode::not_found, "There is no model \"", name, "\"; there are ", known, ".");
  });
}

void add_model(const ModelInfo& model) {
  at_boundary("adding a model", [&] { record_model(model); });
}

}  // namespace v1
}  // namespace relievo
