// Everything but io and interop.
#pragma once

#include <relievo/bokeh_renderer.hpp>
#include <relievo/camera.hpp>
#include <relievo/depth_estimator.hpp>
#include <relievo/depth_map.hpp>
#include <relievo/device.hpp>
#include <relievo/error.hpp>
#include <relievo/image.hpp>
#include <relievo/inpainter.hpp>
#include <relievo/layered_scene.hpp>
#include <relievo/models.hpp>
#include <relievo/parallax_animator.hpp>
#include <relievo/progress.hpp>
#include <relievo/segmenter.hpp>
#include <relievo/sequence.hpp>
#include <relievo/stereo_encoder.hpp>
#include <relievo/stream.hpp>
#include <relievo/trace.hpp>
#include <relievo/version.hpp>
