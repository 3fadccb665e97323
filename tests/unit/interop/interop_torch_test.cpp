#include <gtest/gtest.h>

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <relievo/interop/torch.hpp>

#include "common/sentence.hpp"

namespace relievo {
namespace {

TEST(InteropTorch, EveryFormatGoesBothWaysWithoutACopy) {
  for (const Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
    for (const int channels : {1, 3, 4}) {
      Image image(7, 5, {scalar, static_cast<std::uint8_t>(channels)});
      const at::Tensor tensor = interop::as_tensor(image.mutable_view());
      EXPECT_EQ(tensor.data_ptr(), image.mutable_view().data);
      EXPECT_EQ(tensor.sizes(), at::IntArrayRef({5, 7, channels}));
      EXPECT_EQ(tensor.stride(0) * bytes_of(scalar), image.stride());

      const MutableImageView back = interop::as_mutable_view(tensor, image.color());
      EXPECT_EQ(back.data, image.mutable_view().data);
      EXPECT_EQ(back.stride, image.stride());
      EXPECT_EQ(back.format, image.format());
      EXPECT_EQ(back.width, 7);
      EXPECT_EQ(back.height, 5);
    }
  }
}

TEST(InteropTorch, WritesGoThroughThePermutedTensorToo) {
  Image image(3, 2, {Scalar::f32, 3});
  interop::as_tensor(image.mutable_view()).permute({2, 0, 1}).select(0, 1).fill_(0.25);
  EXPECT_EQ(image.row<float>(1)[7], 0.25f);
}

TEST(InteropTorch, AMatrixIsOneChannel) {
  const at::Tensor tensor = at::zeros({4, 6});
  const ImageView view = interop::as_view(tensor);
  EXPECT_EQ(view.format, (PixelFormat{Scalar::f32, 1}));
  EXPECT_EQ(view.stride, 24);
}

TEST(InteropTorch, NothingBecomesNothing) {
  EXPECT_EQ(interop::as_tensor(ImageView{}).numel(), 0);
  EXPECT_TRUE(interop::as_view(at::Tensor()).empty());
}

TEST(InteropTorch, RefusesWhatItCannotName) {
  expect_refused([] { interop::as_view(at::empty({2, 2, 3}, at::kDouble)); }, "Double");
  expect_refused([] { interop::as_view(at::empty({2, 2, 2})); }, "2 channels");
  expect_refused([] { interop::as_view(at::empty({5})); }, "1 dimensions");
  expect_refused([] { interop::as_view(at::empty({2, 2}, at::TensorOptions().layout(at::kSparse))); }, "to_dense()");
  expect_refused([] { interop::as_view(at::empty({3, 4, 5}).permute({1, 2, 0})); }, "contiguous()");
  expect_refused([] { interop::as_view(at::empty({1, 70000, 1})); }, "70000 x 1");
}

}  // namespace
}  // namespace relievo
