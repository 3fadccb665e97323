// One source, a module of each kind; the build defines which.
#include <stdexcept>

#define DOOR extern "C" __attribute__((visibility("default")))

// Set by the test before it opens the good module.
extern "C" __attribute__((weak)) const char* fixture_expected_tag;
extern "C" __attribute__((weak)) int fixture_init_count;

extern "C" void fixture_nobody_has_this();

DOOR const char* relievo_module_abi() {
#if defined(FIXTURE_WRONG_TAG)
  return "relievo 0.0.1 interface 0";
#else
  return fixture_expected_tag;
#endif
}

#if !defined(FIXTURE_NO_INIT)
DOOR void relievo_module_init(void*) {
#if defined(FIXTURE_THROWS)
  throw std::runtime_error("the fixture cannot start");
#elif defined(FIXTURE_UNRESOLVED)
  fixture_nobody_has_this();
#else
  ++fixture_init_count;
#endif
}
#endif
