// Which models there are, under which licence, and where their files lie.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <relievo/export.hpp>

namespace relievo {
inline namespace v1 {

/// A model of the registry, or one that was added to it.
struct ModelInfo {
  std::string name;                     ///< As options and the command name it.
  std::string task;                     ///< "depth", "faces" or "matte".
  std::string architecture;             ///< The registry's model whose network, input and output it has.
  std::int64_t parameters = 0;          ///< Numbers in the network, as its source rounds them; 0 = not stated.
  std::string licence;                  ///< SPDX identifier; empty = not known.
  bool commercial_use = false;          ///< Whether the licence allows it.
  std::string source;                   ///< Page with the model's description and licence.
  std::string address;                  ///< Where the file is fetched from; empty = no source states it.
  std::string sha256;                   ///< Digest the file must have, 64 hexadecimal digits; empty = not known.
  std::int64_t bytes = 0;               ///< Size the file must have; 0 = not known.
  std::vector<std::string> file_names;  ///< Names of its file; the first is the one at `address`.
  std::string file;                     ///< Path of the installed file; empty = absent.
  std::string problem;                  ///< Why its record in the folder cannot be used; empty = it can.
  bool built_in = false;                ///< Whether `file` is the one that comes with relievo.
};

/// The registry's models in its order, then those added under names of their own, sorted. Looks into
/// model_folder(); reads no weights. Thread safe.
RELIEVO_API std::vector<ModelInfo> models();

/// Path of the model's installed file. Throws Error{not_found} for an unknown name, or for a model
/// that is absent, and says how to fetch or add it; Error{corrupt_data} where its record in the
/// folder is damaged. Thread safe.
RELIEVO_API std::string model_file(const std::string& name);

/// Folder of the models: $RELIEVO_MODELS, else $XDG_CACHE_HOME/relievo/models, else
/// ~/.cache/relievo/models. It need not exist. A model's file is looked for where its record in
/// NAME/model.json says, else in NAME/, else in the folder itself, by ModelInfo::file_names; for
/// a model that comes with relievo, its own file serves where the folder has none. Throws Error{not_found} where none
/// of the variables, nor HOME, is set.
RELIEVO_API std::string model_folder();

/// Records in model_folder() that `model.file` is the file of `model.name`; the file stays where it
/// is, and a later call replaces the record. Used are `name` (1 to 64 letters, digits and `.`, `_`,
/// `-`, beginning with a letter or digit; not "auto" nor "cues"), `file`, `architecture` (a name of
/// the registry; may be empty where `name` is one, or where the file has a known name), `sha256` and
/// `bytes` (may be empty, 0), and `address` (empty where it was not fetched). Throws
/// Error{invalid_argument} for these, Error{not_found} for a file that is absent, Error{io} where
/// the folder cannot be written. Thread safe.
RELIEVO_API void add_model(const ModelInfo& model);

}  // namespace v1
}  // namespace relievo
