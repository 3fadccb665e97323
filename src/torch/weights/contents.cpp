#include "torch/weights/contents.hpp"

#include <algorithm>

namespace relievo {
inline namespace v1 {
namespace weights {

std::string in_quotes(std::string_view name) {
  constexpr std::size_t longest = 200;
  std::size_t shown = std::min(name.size(), longest);
  // Not within a character of UTF-8.
  while (shown < name.size() && shown > 0 && (static_cast<unsigned char>(name[shown]) & 0xc0) == 0x80) --shown;
  std::string out = "'";
  for (const char c : name.substr(0, shown)) out += static_cast<unsigned char>(c) < 32 || c == 127 ? '?' : c;
  return out + (name.size() > shown ? "...'" : "'");
}

std::string shown(const std::vector<std::int64_t>& sizes) {
  constexpr std::size_t most = 32;
  std::string out = "[";
  for (std::size_t i = 0; i < std::min(sizes.size(), most); ++i) {
    out.append(i == 0 ? "" : ", ").append(std::to_string(sizes[i]));
  }
  return out + (sizes.size() > most ? ", ...]" : "]");
}

std::uint64_t bytes_of_shape(const Source& source, std::string_view tensor, const std::vector<std::int64_t>& shape,
                             WeightType type) {
  constexpr std::size_t most_dimensions = 32;
  constexpr std::int64_t most_bytes = std::int64_t{1} << 60;
  if (shape.size() > most_dimensions) {
    source.corrupt("has tensor ", in_quotes(tensor), " of ", shape.size(), " dimensions; allowed are ",
                   most_dimensions);
  }
  // Sizes of 0 count as 1, so that strides do not overflow either.
  auto product = static_cast<std::int64_t>(size_of(type));
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0)
      source.corrupt("has tensor ", in_quotes(tensor), " of shape ", shown(shape), ", which has a negative size");
    if (size > 0 && product > most_bytes / size) {
      source.corrupt("has tensor ", in_quotes(tensor), " of shape ", shown(shape), ", which no memory holds");
    }
    product *= std::max<std::int64_t>(size, 1);
    empty = empty || size == 0;
  }
  return empty ? 0 : static_cast<std::uint64_t>(product);
}

std::vector<std::int64_t> row_major_strides(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0; stride *= std::max<std::int64_t>(shape[i], 1)) strides[i] = stride;
  return strides;
}

namespace {

struct Sign {
  std::size_t offset;
  std::string_view text;
  const char* kind;
};

// What a download or a mistaken path brings in place of weights.
constexpr Sign foreign[] = {
    {0, "version https://git-lfs", "a git-lfs pointer, which stands for a file that is elsewhere; run 'git lfs pull'"},
    {0, "\x1f\x8b", "compressed by gzip; unpack it first"},
    {0, "\x89HDF\r\n\x1a\n", "an HDF5 file"},
    {0, "GGUF", "a GGUF file"},
    {4, "TFL3", "a TensorFlow Lite model"},
    {0, "\x93NUMPY", "a NumPy array"},
    {257, "ustar", "a tar archive; PyTorch before 0.1.10 wrote such, and torch.save of today writes another"},
};

bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

bool is_web_page(std::string_view text) {
  if (begins(text, "\xef\xbb\xbf")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  std::string start(text.substr(0, 14));
  for (char& c : start) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return begins(start, "<!doctype html") || begins(start, "<html");
}

}  // namespace

Contents read_contents(const Source& source) {
  const std::string_view text = text_of(source.bytes);
  if (text.empty()) source.corrupt("is empty");
  for (const Sign& sign : foreign) {
    if (text.size() > sign.offset && begins(text.substr(sign.offset), sign.text)) {
      source.unsupported("holds no weights: it is ", sign.kind);
    }
  }
  if (is_web_page(text)) {
    source.unsupported("holds no weights: it is a web page, as servers send in place of a file that they refuse");
  }
  if (begins(text, "PK\3\4") || begins(text, "\x80\2")) return read_pth(source);
  if (text.size() > 8 && text[8] == '{') return read_safetensors(source);
  if (text[0] == 8) return read_onnx(source);  // Protocol buffers have no signature: field 1, the version of ONNX.
  source.unsupported("is no file of weights: it begins with ", in_quotes(text.substr(0, 16)),
                     "; read are safetensors, PyTorch's .pth and ONNX");
}

}  // namespace weights
}  // namespace v1
}  // namespace relievo
