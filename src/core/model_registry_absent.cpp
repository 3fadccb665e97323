// The registry of a build without a reader of JSON.
#include "core/check.hpp"
#include "core/model_registry.hpp"

namespace relievo {
inline namespace v1 {
namespace {

[[noreturn]] void without_json() {
  fail(ErrorCode::unsupported, "This is a build without the model registry (RELIEVO_MINIMAL).");
}

}  // namespace

std::vector<ModelEntry> model_entries() { return {}; }
std::optional<ModelEntry> find_model(std::string_view) { without_json(); }
std::optional<ModelEntry> best_depth_model() { return {}; }
void record_model(const ModelInfo&) { without_json(); }

}  // namespace v1
}  // namespace relievo
