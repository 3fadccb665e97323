# What the rooms behind librelievo.so are built on, as target relievo_dependencies; a consumer of the library needs
# none of it.
add_library(relievo_dependencies INTERFACE)
target_link_libraries(relievo_dependencies INTERFACE ${CMAKE_DL_LIBS})
if(RELIEVO_MINIMAL)
  list(PREPEND CMAKE_PREFIX_PATH ${RELIEVO_DEPS})
  find_package(Threads REQUIRED)
  find_path(RELIEVO_HWY_INCLUDE hwy/highway.h)
  find_library(RELIEVO_HWY_LIBRARY hwy)
  find_path(RELIEVO_EIGEN_INCLUDE Eigen/Dense PATH_SUFFIXES eigen3)
  if(NOT RELIEVO_HWY_INCLUDE OR NOT RELIEVO_HWY_LIBRARY OR NOT RELIEVO_EIGEN_INCLUDE)
    message(FATAL_ERROR "Highway or Eigen is not found; install libhwy-dev and libeigen3-dev, or name a folder that "
      "holds them as RELIEVO_DEPS.")
  endif()
  target_include_directories(relievo_dependencies SYSTEM INTERFACE ${RELIEVO_HWY_INCLUDE} ${RELIEVO_EIGEN_INCLUDE})
  target_link_libraries(relievo_dependencies INTERFACE Threads::Threads ${RELIEVO_HWY_LIBRARY})
  target_compile_definitions(relievo_dependencies INTERFACE RELIEVO_STD_THREADS)
else()
  find_package(TBB REQUIRED)
  find_package(OpenCV REQUIRED COMPONENTS core imgproc photo objdetect)
  find_package(Eigen3 REQUIRED NO_MODULE)
  find_package(nlohmann_json REQUIRED)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
  target_link_libraries(relievo_dependencies INTERFACE TBB::tbb PkgConfig::HWY Eigen3::Eigen
    nlohmann_json::nlohmann_json
    opencv_core opencv_imgproc opencv_photo opencv_objdetect)
endif()
