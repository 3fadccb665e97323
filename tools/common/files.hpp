// Names of files, and texts in them.
#pragma once

#include <filesystem>
#include <string>

namespace tool {

/// The name's extension in lower case, with its dot.
std::string extension_of(const std::string& path);

/// Makes the folder and those above it where they are missing. Throws relievo::Error.
void make_folder(const std::filesystem::path& folder);

/// Throws relievo::Error where it cannot be written.
void write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace tool
