// Files of weights by formula, for measurements where real ones are absent: their speed is that of real ones, their
// depth is nothing.
#pragma once

#include <filesystem>
#include <string>

namespace relievo {
inline namespace v1 {

/// Writes what the network asks for, by its own names. Throws Error{invalid_argument} for an architecture that is not
/// known and Error{io}.
void write_stand_in(const std::string& architecture, const std::filesystem::path& path);

}  // namespace v1
}  // namespace relievo
