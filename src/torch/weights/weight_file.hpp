// The weights of a network as a file holds them: safetensors, PyTorch's .pth or ONNX, behind one interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace relievo {
inline namespace v1 {

enum class WeightType : std::uint8_t { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };

/// Bytes of one element.
std::size_t size_of(WeightType type) noexcept;
/// Name of a type as it is spelt above, for errors.
const char* to_string(WeightType type) noexcept;

/// One tensor of a file.
struct Weight {
  std::string name;  ///< Never empty, and once in a file.
  WeightType type = WeightType::f32;
  std::vector<std::int64_t> shape;    ///< Empty for a single number; sizes are 0 or more.
  std::vector<std::int64_t> strides;  ///< In elements, 0 or more; row-major but for views in a .pth and ONNX.
  /// The first element, little-endian, within what its WeightFile owns. It need not be aligned for its type.
  const std::byte* data = nullptr;
  /// From `data` to the end of the last element; 0 where the shape has no element. Never less than the elements need,
  /// so that no small file asks for much memory: a view that repeats elements is refused.
  std::size_t bytes = 0;
};

/// Whether an exporter to ONNX made up this name: weights that it left alone are called by a path through modules.
inline bool is_made_up(std::string_view name) noexcept { return name.find('.') == name.npos || name.front() == '/'; }

/// Elements of a weight's shape.
std::size_t count_of(const Weight& weight) noexcept;

/// Copies the elements to `out` in row-major order, whatever their strides and alignment. `out` has room for
/// `count_of(weight) * size_of(weight.type)` bytes.
void copy_row_major(const Weight& weight, std::byte* out) noexcept;

/// A file, mapped into memory as long as this lives; no weight is copied but for those that ONNX spells number by
/// number or cuts up. Whoever shortens the file meanwhile ends the program, as with every mapped file: replace it
/// instead. Immutable, so that threads may share it.
class WeightFile {
 public:
  /// Opens a file, whose kind is told by its content. Nothing in it is ever executed. Every offset, size and shape is
  /// checked here, so that what `weights()` says may be relied on; numbers themselves are not looked at.
  /// Throws Error{not_found}, Error{io}, Error{corrupt_data} for a damaged file and Error{unsupported} for one of
  /// another kind or with content that is no weight; the sentence names the file, the tensor and the value.
  static std::shared_ptr<const WeightFile> open(const std::filesystem::path& path);

  WeightFile(const WeightFile&) = delete;
  WeightFile& operator=(const WeightFile&) = delete;
  ~WeightFile();

  /// In the order of the file: of the data in safetensors, of the state_dict in a .pth, of the initialisers in ONNX,
  /// which have the names and shapes of before their export where its graph tells them.
  const std::vector<Weight>& weights() const noexcept;
  /// `__metadata__` of safetensors; `producer_name`, `producer_version` and the properties of ONNX.
  const std::map<std::string, std::string>& metadata() const noexcept;
  /// "safetensors", "pth" or "onnx".
  std::string_view format() const noexcept;
  /// Bytes of the file.
  std::size_t size() const noexcept;

 private:
  struct State;
  explicit WeightFile(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

}  // namespace v1
}  // namespace relievo
