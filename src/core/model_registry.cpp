#include "core/model_registry.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "core/check.hpp"
#include "core/model_json.hpp"
#include "core/model_record.hpp"
#include "core/module.hpp"

namespace relievo {
inline namespace v1 {

namespace {

namespace fs = std::filesystem;

ModelEntry parse_entry(const nlohmann::json& value, const std::string& origin) {
  const JsonObject object(value, origin);
  ModelEntry entry;
  ModelInfo& info = entry.info;
  info.name = object.text("name");
  if (!is_model_name(info.name)) object.wrong("name", "a name of a model");
  info.task = object.one_of("task", {"depth", "faces", "matte"});
  info.architecture = info.name;
  info.parameters = object.count("parameters");
  info.licence = object.text("licence");
  info.commercial_use = object.flag("commercial_use");
  info.source = object.text("source");
  info.address = object.text("address", true);
  info.sha256 = object.digest("sha256");
  info.bytes = object.count("bytes");
  for (const nlohmann::json& name : object.list("files")) {
    if (!name.is_string()) object.wrong("files", "a list of names");
    info.file_names.push_back(name.get<std::string>());
  }
  if (info.file_names.empty()) object.wrong("files", "a list of at least one name");
  entry.rank = static_cast<int>(std::min<std::int64_t>(object.count("rank"), 1 << 16));
  return entry;
}

const std::vector<ModelEntry>& registry() {
  static const auto* entries = new std::vector<ModelEntry>(parse_models(model_registry_text, "The model registry"));
  return *entries;
}

const ModelEntry* of_registry(std::string_view name) {
  const auto& all = registry();
  const auto found = std::find_if(all.begin(), all.end(), [&](const ModelEntry& e) { return e.info.name == name; });
  return found == all.end() ? nullptr : &*found;
}

// Such a name alone does not tell whose file it is.
bool is_common_name(const std::string& name) { return name == "model.safetensors" || name == "pytorch_model.bin"; }

bool has_name(const ModelEntry& entry, const std::string& name) {
  const auto& names = entry.info.file_names;
  return !is_common_name(name) && std::find(names.begin(), names.end(), name) != names.end();
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

// A model with the network of `known` and weights of its own, of which nothing is known.
ModelEntry like(const ModelEntry& known, const std::string& name, const std::string& file_name) {
  ModelEntry entry = known;
  ModelInfo& info = entry.info;
  info.name = name;
  info.licence = info.source = info.address = info.sha256 = {};
  info.commercial_use = false;
  info.bytes = 0;
  info.file_names = {file_name};
  return entry;
}

// A file that lies in the folder without a record: fetched by other means and put there.
void find_unrecorded(const fs::path& folder, ModelInfo& info) {
  for (const std::string& name : info.file_names) {
    fs::path found = folder / info.name / name;
    if (!is_file(found) && !is_common_name(name)) found = folder / name;
    if (!is_file(found)) continue;
    info.file = found.string();
    if (name == info.file_names.front()) return;
    // The digest is of the file under its first name.
    info.sha256.clear();
    info.bytes = 0;
    return;
  }
}

// What comes with relievo lies where it was installed or, in a build's tree, beside the library.
void find_built_in(ModelInfo& info) {
  if (info.name != built_in_model.name) return;
  const fs::path library = module_folder();
  for (const fs::path& folder : {library / built_in_model.folder, library / "relievo-models"}) {
    const fs::path found = (folder / info.file_names.front()).lexically_normal();
    if (!is_file(found)) continue;
    info.file = found.string();
    info.sha256 = built_in_model.sha256;
    info.bytes = built_in_model.bytes;
    info.built_in = true;
    return;
  }
}

// Empty where nothing says which folder: a program without a home works, and has no models.
fs::path folder_or_none() {
  try {
    return model_folder();
  } catch (const Error&) {
    return {};
  }
}

// What the folder says of one model: `entry` is the registry's, or empty but for its name. It goes before what comes
// with relievo.
void find_file(const fs::path& folder, ModelEntry& entry) {
  if (folder.empty()) return find_built_in(entry.info);
  const std::string name = entry.info.name;
  std::optional<ModelRecord> record;
  std::string problem;
  try {
    record = read_record(folder, name);
  } catch (const Error& error) {
    problem = error.what();
  }
  if (record && entry.info.task.empty()) {
    if (const ModelEntry* known = of_registry(record->architecture)) {
      entry = like(*known, name, fs::path(record->file).filename().string());
    } else {
      problem = sentence("The record of the model \"", name, "\" names the architecture \"", record->architecture,
                         "\", which the registry has not.");
    }
  }
  entry.info.problem = problem;
  if (!problem.empty()) return;
  if (record && (record->is_fetched() || is_file(record->file))) {
    if (record->is_fetched()) {
      if (entry.info.sha256.empty()) entry.info.sha256 = record->sha256;
      if (entry.info.bytes == 0) entry.info.bytes = record->bytes;
    } else {
      entry.info.sha256 = record->sha256;
      entry.info.bytes = record->bytes;
    }
    if (is_file(record->file)) entry.info.file = record->file;
  }
  if (entry.info.file.empty()) find_unrecorded(folder, entry.info);
  if (entry.info.file.empty()) find_built_in(entry.info);
}

ModelEntry of_file(const fs::path& path) {
  const std::string name = path.filename().string();
  ModelEntry entry;
  for (const ModelEntry& known : registry()) {
    if (has_name(known, name)) entry = like(known, path.string(), name);
  }
  entry.info.name = path.string();
  entry.info.file_names = {name};
  entry.info.file = path.string();
  return entry;
}

}  // namespace

std::vector<ModelEntry> parse_models(std::string_view text, const std::string& origin) {
  const nlohmann::json whole = JsonObject::parse(text, origin);
  std::vector<ModelEntry> entries;
  std::set<std::string> names;
  for (const nlohmann::json& value : JsonObject(whole, origin).list("models")) {
    entries.push_back(parse_entry(value, origin));
    if (!names.insert(entries.back().info.name).second) {
      fail(ErrorCode::corrupt_data, origin, " names \"", entries.back().info.name, "\" twice.");
    }
  }
  return entries;
}

std::vector<ModelEntry> model_entries() {
  const fs::path folder = folder_or_none();
  std::vector<ModelEntry> entries = registry();
  std::vector<std::string> added;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (is_model_name(name) && of_registry(name) == nullptr && fs::exists(record_path(folder, name), error)) {
      added.push_back(name);
    }
  }
  std::sort(added.begin(), added.end());
  for (std::string& name : added) {
    entries.emplace_back();
    entries.back().info.name = std::move(name);
  }
  for (ModelEntry& entry : entries) find_file(folder, entry);
  return entries;
}

std::optional<ModelEntry> find_model(std::string_view name_or_file) {
  const std::string name(name_or_file);
  const fs::path folder = folder_or_none();
  ModelEntry entry;
  if (const ModelEntry* known = of_registry(name)) {
    entry = *known;
    find_file(folder, entry);
    return entry;
  }
  std::error_code ignored;
  if (!folder.empty() && is_model_name(name) && fs::exists(record_path(folder, name), ignored)) {
    entry.info.name = name;
    find_file(folder, entry);
    return entry;
  }
  if (is_file(name)) return of_file(name);
  return {};
}

std::optional<ModelEntry> best_depth_model() {
  std::optional<ModelEntry> best;
  for (ModelEntry& entry : model_entries()) {
    if (entry.info.task != "depth" || entry.info.file.empty() || entry.rank == 0) continue;
    if (!best || entry.rank < best->rank) best = std::move(entry);
  }
  return best;
}

void record_model(const ModelInfo& model) {
  require(is_model_name(model.name), "A model may not be called \"", model.name,
          "\"; allowed are 1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit, but not "
          "\"auto\" and \"cues\".");
  const bool is_digest = model.sha256.empty() || JsonObject::is_sha256(model.sha256);
  require(is_digest, "The digest \"", model.sha256, "\" is not 64 hexadecimal digits in lower case.");
  require(model.bytes >= 0, "The size of the file is ", model.bytes, " bytes; allowed is 0 or more.");

  std::error_code error;
  fs::path file = fs::absolute(model.file, error);
  if (!fs::exists(file, error)) fail(ErrorCode::not_found, "There is no file '", model.file, "'.");
  const ModelEntry* like = of_registry(model.architecture.empty() ? model.name : model.architecture);
  std::string known;
  if (like == nullptr && model.architecture.empty()) {
    for (const ModelEntry& entry : registry()) {
      if (has_name(entry, file.filename().string())) like = &entry;
    }
  }
  if (like == nullptr) {
    for (const ModelEntry& entry : registry()) known.append(known.empty() ? "" : ", ").append(entry.info.name);
    require(!model.architecture.empty(), "The name of '", model.file, "' does not tell its architecture; name one of ",
            known, ".");
    require(false, "There is no architecture \"", model.architecture, "\"; there are ", known, ".");
  }
  if (fs::is_directory(file, error)) {
    const auto& names = like->info.file_names;
    const auto found =
        std::find_if(names.begin(), names.end(), [&](const std::string& name) { return is_file(file / name); });
    if (found == names.end()) {
      fail(ErrorCode::not_found, "The folder '", model.file, "' holds no ", names.front(), " nor model.safetensors.");
    }
    file /= *found;
  }
  require(is_file(file), "'", model.file, "' is not a regular file.");
  write_record(model_folder(), model.name,
               {like->info.name, file.lexically_normal().string(), model.sha256, model.bytes, model.address});
}

}  // namespace v1
}  // namespace relievo
