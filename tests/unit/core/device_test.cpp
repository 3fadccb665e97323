// Devices by name, their reasons for absence, and copies to and fro.
#include <relievo/device.hpp>

#include <gmock/gmock.h>

#include <thread>

#include <relievo/stream.hpp>

#include "common/images.hpp"

namespace relievo {
namespace {

using test::error_of;
using testing::HasSubstr;

bool has_cuda() { return Device::why_absent(DeviceKind::cuda).empty(); }

TEST(Device, NamesThatAreNone) {
  for (const char* name : {"", "CPU", "cpu ", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cuda: 1", "cuda:0.5",
                           "cuda0", "auto:0", "cuda:99999999999999999999", "cuda:+1"}) {
    EXPECT_EQ(error_of([&] { Device::from_name(name); }),
              "invalid_argument: device is \"" + std::string(name) + "\"; allowed are auto, cpu, cuda and cuda:N.");
  }
}

TEST(Device, TheCpuByName) {
  const Device device = Device::from_name("cpu", 3);
  EXPECT_EQ(device.kind(), DeviceKind::cpu);
  EXPECT_EQ(device.threads(), 3);
  EXPECT_THAT(device.name(), testing::MatchesRegex(".+ \\(.+\\)"));
}

TEST(Device, TheBestIsThereAlways) {
  const Device device = Device::best();
  EXPECT_EQ(device.kind(), has_cuda() ? DeviceKind::cuda : DeviceKind::cpu);
  EXPECT_EQ(Device::from_name("auto").id(), device.id());
}

TEST(Device, TheListEndsWithTheCpu) {
  const std::vector<Device> devices = Device::list();
  ASSERT_FALSE(devices.empty());
  EXPECT_EQ(devices.back().kind(), DeviceKind::cpu);
  for (std::size_t i = 0; i + 1 < devices.size(); ++i) EXPECT_EQ(devices[i].kind(), DeviceKind::cuda);
  EXPECT_EQ(devices.size() > 1, has_cuda());
}

TEST(Device, AbsenceIsExplained) {
  EXPECT_EQ(Device::why_absent(DeviceKind::cpu), "");
  if (has_cuda()) GTEST_SKIP() << "there is a CUDA device";
  const std::string why = Device::why_absent(DeviceKind::cuda);
  EXPECT_THAT(why, HasSubstr("librelievo_cuda.so"));
  EXPECT_THAT(why, HasSubstr("use the device cpu."));
  for (const char* name : {"cuda", "cuda:0", "cuda:7"}) {
    EXPECT_EQ(error_of([&] { Device::from_name(name); }), "not_found: " + why);
  }
  EXPECT_EQ(error_of([] { Device::cuda(); }), "not_found: " + why);
}

TEST(Device, ModulesAreListedWithTheirFiles) {
  const std::vector<ModuleStatus> modules = module_status();
  ASSERT_EQ(modules.size(), 2u);
  EXPECT_EQ(modules[0].name, "cuda");
  EXPECT_EQ(modules[1].name, "torch");
  for (const ModuleStatus& module : modules) {
    EXPECT_THAT(module.file, testing::EndsWith("/librelievo_" + module.name + ".so"));
    EXPECT_EQ(module.reason.empty(), module.loaded);
  }
}

TEST(Device, CudaDevicesAreNumberedFromZero) {
  EXPECT_EQ(error_of([] { Device::cuda(-1); }),
            "invalid_argument: CUDA device -1 is out of range; devices are numbered from 0.");
}

TEST(Device, ThreadsAreABudgetOfItsOwn) {
  EXPECT_EQ(Device::cpu(1).threads(), 1);
  EXPECT_EQ(Device::cpu(5).threads(), 5);
  EXPECT_EQ(Device::cpu(1024).threads(), 1024);
  EXPECT_GE(Device::cpu().threads(), 1);
  for (const int threads : {-1, 1025}) {
    EXPECT_EQ(error_of([&] { Device::cpu(threads); }),
              "invalid_argument: threads is " + std::to_string(threads) + "; allowed is 0 (all) to 1024.");
  }
}

TEST(Device, CopiesShareTheEngine) {
  const Device a = Device::cpu(2);
  const Device b = a;
  EXPECT_EQ(&a.engine(), &b.engine());
  Device c = Device::cpu(1);
  c = a;
  EXPECT_EQ(c.threads(), 2);
}

TEST(Device, UploadAndDownloadReturnThePixels) {
  for (const Device& device : Device::list()) {
    for (const PixelFormat format : {test::u8_3, test::u8_4, test::u16_1, test::f16_3, test::f32_3}) {
      const Color color{Primaries::bt2020, Transfer::gamma22, false};
      Image photo = test::photo(33, 17, format);
      photo.set_color(color);
      const ImageView inner = test::part(photo, 5, 2, 20, 11);
      const Image there = device.upload(inner);
      EXPECT_EQ(there.device(), device.id());
      const Image back = device.download(there);
      EXPECT_EQ(back.device().kind, DeviceKind::cpu);
      EXPECT_EQ(back.color(), color);
      EXPECT_TRUE(test::same(back, inner));
    }
  }
}

TEST(Device, CopiesRefuseWhatIsNotThere) {
  const Device cpu = Device::cpu(1);
  EXPECT_EQ(error_of([&] { cpu.upload({}); }), "invalid_argument: The image is empty.");
  EXPECT_EQ(error_of([&] { cpu.download({}); }), "invalid_argument: The image is empty.");
  const Image image(2, 2, {});
  ImageView elsewhere = image.view();
  elsewhere.device = {DeviceKind::cuda, 3};
  EXPECT_EQ(error_of([&] { cpu.upload(elsewhere); }), "invalid_argument: upload takes an image in host memory.");
  EXPECT_EQ(error_of([&] { cpu.download(elsewhere); }),
            "invalid_argument: The image lies in the memory of another device.");
}

TEST(Device, AllocatesItsOwnMemory) {
  for (const Device& device : Device::list()) {
    const Image image = device.allocate(7, 5, test::u16_3);
    EXPECT_EQ(image.device(), device.id());
    EXPECT_EQ(image.width(), 7);
    EXPECT_EQ(image.height(), 5);
    EXPECT_EQ(image.format(), test::u16_3);
    EXPECT_EQ(error_of([&] { device.allocate(0, 5, test::u8_3); }),
              "invalid_argument: An image of 0 x 5 pixels is out of range; each side is 1 to 65535.");
  }
}

TEST(Stream, OnTheCpuItOrdersNothing) {
  const Device device = Device::cpu(1);
  const Stream stream(device);
  stream.synchronize();
  EXPECT_EQ(stream.native(), nullptr);
  const Stream copy = stream;
  EXPECT_EQ(copy.impl(), stream.impl());
  int handle = 0;
  EXPECT_EQ(error_of([&] { Stream::from_native(device, &handle); }),
            "invalid_argument: The CPU has no native streams; construct Stream(device).");
}

}  // namespace
}  // namespace relievo
