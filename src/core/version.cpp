#include <relievo/version.hpp>

namespace relievo {
inline namespace v1 {

const char* version() noexcept { return RELIEVO_VERSION_STRING; }

}  // namespace v1
}  // namespace relievo
