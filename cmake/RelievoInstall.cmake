# What `cmake --install` lays down. The tree may be moved afterwards: every path in it is relative.

include(CMakePackageConfigHelpers)
set(RELIEVO_CONFIG_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/relievo)
set(RELIEVO_COMPONENTS core)

install(TARGETS relievo EXPORT relievo-core-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT relievo-core-targets NAMESPACE relievo:: DESTINATION ${RELIEVO_CONFIG_DIR})
if(TARGET relievo_io)
  list(APPEND RELIEVO_COMPONENTS io)
  install(TARGETS relievo_io EXPORT relievo-io-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT relievo-io-targets NAMESPACE relievo:: DESTINATION ${RELIEVO_CONFIG_DIR})
endif()
foreach(module IN ITEMS relievo_cuda relievo_torch)
  if(TARGET ${module})
    install(TARGETS ${module} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  endif()
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/relievo DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.hpp")
if(NOT RELIEVO_MINIMAL)
  install(FILES ${PROJECT_SOURCE_DIR}/data/weights/relievo-tiny.safetensors
    DESTINATION ${CMAKE_INSTALL_DATADIR}/relievo/models)
endif()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})

foreach(program IN ITEMS relievo_command relievo_train)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()

# What is installed, to build it alone.
add_custom_target(relievo_installed DEPENDS relievo)
foreach(target IN ITEMS relievo_io relievo_command relievo_train relievo_cuda relievo_torch)
  if(TARGET ${target})
    add_dependencies(relievo_installed ${target})
  endif()
endforeach()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/relievoConfig.cmake.in
  ${PROJECT_BINARY_DIR}/package/relievoConfig.cmake INSTALL_DESTINATION ${RELIEVO_CONFIG_DIR}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/relievoConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/relievoConfig.cmake
  ${PROJECT_BINARY_DIR}/package/relievoConfigVersion.cmake DESTINATION ${RELIEVO_CONFIG_DIR})

set(RELIEVO_PKGCONFIG_DIR ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_to_prefix ${CMAKE_INSTALL_PREFIX}/${RELIEVO_PKGCONFIG_DIR} ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
foreach(package IN ITEMS relievo relievo-io)
  if(package STREQUAL "relievo" OR TARGET relievo_io)
    configure_file(${CMAKE_CURRENT_LIST_DIR}/${package}.pc.in ${PROJECT_BINARY_DIR}/package/${package}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/package/${package}.pc DESTINATION ${RELIEVO_PKGCONFIG_DIR})
  endif()
endforeach()
