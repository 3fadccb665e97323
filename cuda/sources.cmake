# What the CUDA engine is made of; the tests compile the same files for the CPU.
set(RELIEVO_CUDA_SOURCES)
foreach(source IN ITEMS alpha.cu anaglyph.cu aperture_blur.cu blend_levels.cu composite.cu convert.cu cuda_device.cpp
  cuda_engine.cpp decontaminate.cu gather_blur.cu gaussian.cu grain.cu guided_filter.cu histogram.cu layers.cu lens_blur.cu linear_light.cu mask.cu
  morphology.cu normalize.cu patch.cu pull_push.cu quantiles.cu render_scene.cu resize.cu runtime.cpp steps.cu warp_along_rows.cu
  warp_layers.cu warp_rows.cu)
  list(APPEND RELIEVO_CUDA_SOURCES ${CMAKE_CURRENT_LIST_DIR}/${source})
endforeach()
list(APPEND RELIEVO_CUDA_SOURCES ${PROJECT_SOURCE_DIR}/src/core/curves.cpp ${PROJECT_SOURCE_DIR}/src/core/views.cpp
  ${PROJECT_SOURCE_DIR}/src/core/aperture_mask.cpp ${PROJECT_SOURCE_DIR}/src/core/aperture_reach.cpp
  ${PROJECT_SOURCE_DIR}/src/core/aperture_shape.cpp)
