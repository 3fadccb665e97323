# What the rooms behind librelievo.so are built on; a consumer of the library needs none of it.
find_package(TBB REQUIRED)
find_package(OpenCV REQUIRED COMPONENTS core imgproc photo objdetect)
find_package(Eigen3 REQUIRED NO_MODULE)
find_package(PkgConfig REQUIRED)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
