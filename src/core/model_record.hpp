// The record of one model in the folder of models: FOLDER/NAME/model.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace relievo {
inline namespace v1 {

struct ModelRecord {
  std::string architecture;  ///< A name of the registry.
  std::string file;          ///< Absolute path.
  std::string sha256;
  std::int64_t bytes = 0;
  std::string address;  ///< Where it was fetched from; empty where it was added.

  /// A digest that was recorded when the file was fetched holds for the next time, too.
  bool is_fetched() const { return !address.empty(); }
};

/// Whether a model may have this name: 1 to 64 letters, digits and `.`, `_`, `-`, of which the first is a letter or
/// digit, but not what options mean otherwise.
bool is_model_name(std::string_view name);

std::filesystem::path record_path(const std::filesystem::path& folder, const std::string& name);

/// Nothing where there is no record. Throws Error{corrupt_data}, Error{io}.
std::optional<ModelRecord> read_record(const std::filesystem::path& folder, const std::string& name);

/// Replaces the record at once, or not at all. Throws Error{io}.
void write_record(const std::filesystem::path& folder, const std::string& name, const ModelRecord& record);

}  // namespace v1
}  // namespace relievo
