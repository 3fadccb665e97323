// Modules: shared libraries beside librelievo.so, opened at run time.
#pragma once

#include <string>

#include <relievo/device.hpp>

namespace relievo {
inline namespace v1 {

/// The tag a module must carry: library version and the interfaces it was built against.
/// A module exports `extern "C" const char* relievo_module_abi()` returning this text and
/// `extern "C" void relievo_module_init(EngineRegistry&)` which registers what it brings.
const char* module_abi_tag();

/// Opens `librelievo_<name>.so` of `folder`, once a process and never closed. The status says why it
/// failed, in the loader's words, and names both tags where they differ.
ModuleStatus open_module(const std::string& name, const std::string& folder);
/// The same from the folder librelievo.so itself lies in.
const ModuleStatus& open_module(const std::string& name);
/// That folder.
std::string module_folder();

}  // namespace v1
}  // namespace relievo
