#include "unit/engine/test_engine.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr unsigned char guard = 0x5A;
constexpr int guard_columns = 3, guard_rows = 2;

// A copy of `view` with guards to its right and below.
Image guarded(const ImageView& view) {
  Image image(view.width + guard_columns, view.height + guard_rows, view.format, view.color);
  std::memset(image.row<char>(0), guard, static_cast<std::size_t>(image.stride()) * image.height());
  for (int y = 0; y < view.height; ++y) {
    std::memcpy(image.row<char>(y), view.row<char>(y), static_cast<std::size_t>(view.width) * view.format.bytes());
  }
  return image;
}

}  // namespace

std::vector<ImageView> TestEngine::views_of(const LayerView* layers, int count) {
  std::vector<ImageView> views;
  for (int i = 0; i < count; ++i) {
    for (const ImageView& view : {layers[i].color, layers[i].coverage, layers[i].disparity}) views.push_back(view);
  }
  return views;
}

std::vector<ImageView> TestEngine::views_of(const LayerSources& from) {
  return {from.color, from.filled, from.disparity, from.front, from.back,
          from.rim,   from.matte,  from.covers,    from.means};
}

LayerSources TestEngine::sources_of(const std::vector<ImageView>& views, LayerSources like) {
  ImageView* const members[] = {&like.color, &like.filled, &like.disparity, &like.front, &like.back,
                                &like.rim,   &like.matte,  &like.covers,    &like.means};
  for (std::size_t i = 0; i < views.size(); ++i) *members[i] = views[i];
  return like;
}

std::vector<LayerView> TestEngine::layers_of(const std::vector<ImageView>& views) {
  std::vector<LayerView> layers;
  for (std::size_t i = 0; i + 2 < views.size(); i += 3) layers.push_back({views[i], views[i + 1], views[i + 2]});
  return layers;
}

TestEngine::Carried TestEngine::carry(const std::vector<ImageView>& in, const std::vector<MutableImageView>& out) {
  Carried carried;
  const auto upload = [&](const ImageView& host) {
    Image image = engine_->allocate(host.width, host.height, host.format, host.color);
    engine_->copy(host, image.mutable_view());
    carried.images.push_back(std::move(image));
    return carried.images.back().mutable_view();
  };
  for (const MutableImageView& view : out) {
    if (view.data == nullptr) {
      carried.out.emplace_back();
      continue;
    }
    MutableImageView there = upload(guarded(view));
    there.width = view.width;
    there.height = view.height;
    carried.out.push_back(there);
  }
  for (const ImageView& view : in) {
    ImageView there;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (view.data != nullptr && view.data == out[i].data) there = carried.out[i];
    }
    if (view.data != nullptr && there.data == nullptr) there = upload(view);
    carried.in.push_back(there);
  }
  return carried;
}

void TestEngine::bring_back(const Carried& carried, const std::vector<MutableImageView>& out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i].data == nullptr) continue;
    MutableImageView whole = carried.out[i];
    whole.width += guard_columns;
    whole.height += guard_rows;
    Image back(whole.width, whole.height, whole.format, whole.color);
    engine_->copy(whole, back.mutable_view());
    const std::size_t bytes = static_cast<std::size_t>(whole.width) * whole.format.bytes();
    const std::size_t inner = static_cast<std::size_t>(out[i].width) * whole.format.bytes();
    for (int y = 0; y < whole.height; ++y) {
      const unsigned char* const row = back.row<unsigned char>(y);
      for (std::size_t b = y < out[i].height ? inner : 0; b < bytes; ++b) {
        ASSERT_EQ(row[b], guard) << "written beside the output, row " << y << ", byte " << b;
      }
      if (y < out[i].height) std::memcpy(out[i].row<char>(y), row, inner);
    }
  }
}

}  // namespace test
}  // namespace v1
}  // namespace relievo
