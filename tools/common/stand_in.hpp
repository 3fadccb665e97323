// Weights by formula in place of real ones that are absent, so that speed can still be measured.
#pragma once

#include <string>

namespace tool {

/// Writes a file of them for an architecture, of the size of real ones in f32, through the module librelievo_torch.so
/// at `module`, which the library has opened already. Throws relievo::Error{not_found} for a module without networks,
/// Error{io} where it cannot be written.
void write_stand_in(const std::string& module, const std::string& architecture, const std::string& path);

}  // namespace tool
