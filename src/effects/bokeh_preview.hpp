// Mode `preview`: mode `lens` made small, and enlarged where it is blurred.
#pragma once

#include <cstdint>
#include <memory>

#include "effects/bokeh_lens.hpp"

namespace relievo {
inline namespace v1 {

/// Of which scene scratch memory holds the small copy, and whose queue made it.
struct PreviewCopy {
  std::uint64_t scene = 0;
  std::weak_ptr<Engine> engine;
};

/// Into `out` (the scene's color format). A scene is made small once, and again only after another one.
void render_preview(Engine& engine, Scratch& scratch, Lens& lens, PreviewCopy& copy, const LayeredScene::Impl& scene,
                    const BokehOptions& options, float focus, const MutableImageView& out, const Progress& progress);

/// The memory of scenes of this size and up to 8 layers, beyond that of `render_lens` at 640 px.
void reserve_preview(Scratch& scratch, PreviewCopy& copy, int width, int height);

}  // namespace v1
}  // namespace relievo
