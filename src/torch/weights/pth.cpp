// What torch.save writes of a state_dict: since PyTorch 1.6 a zip archive, before that pickles with the storages behind
// them (torch/serialization.py).
#include <algorithm>
#include <set>

#include "torch/weights/pickle.hpp"
#include "torch/weights/zip.hpp"

namespace relievo {
inline namespace v1 {
namespace weights {
namespace {

using Kind = PickleValue::Kind;
using Storages = std::map<std::string_view, Bytes>;

// ('storage', torch.FloatStorage, key, location, elements), and in the old format whether it is a part of another.
struct StorageId {
  std::string_view type;
  std::string_view key;
  std::int64_t elements;

  static std::optional<StorageId> of(const PickleValue& value) {
    if (!value.is(Kind::persistent) || !value.items[0]->is(Kind::tuple)) return std::nullopt;
    const auto& id = value.items[0]->items;
    if (id.size() < 5 || !id[0]->is(Kind::text) || id[0]->text != "storage" || !id[1]->is(Kind::global) ||
        !id[2]->is(Kind::text) || !id[4]->is(Kind::integer) || id[4]->integer < 0 ||
        (id.size() > 5 && !id[5]->is(Kind::none))) {
      return std::nullopt;
    }
    return StorageId{id[1]->text, id[2]->text, id[4]->integer};
  }
};

// The arguments of torch._utils._rebuild_tensor, with or without a parameter around it; null for another value.
const PickleValue* tensor_call(const PickleValue* value) {
  if (value->is(Kind::call) && value->items[0]->text == "_rebuild_parameter") {
    const auto& arguments = value->items[1]->items;
    if (arguments.empty()) return nullptr;
    value = arguments[0];
  }
  return value->is(Kind::call) && value->items[0]->text.substr(0, 15) == "_rebuild_tensor" ? value : nullptr;
}

bool has_tensors(const PickleValue& value) {
  if (!value.is(Kind::dict)) return false;
  for (std::size_t i = 1; i < value.items.size(); i += 2) {
    if (tensor_call(value.items[i])) return true;
  }
  return false;
}

// The dict of tensors, at the top or where trainers put it.
const PickleValue& find_state_dict(const Source& source, const PickleValue& root) {
  if (!root.is(Kind::dict)) source.unsupported("holds no state_dict: its content is no dict");
  for (const std::string_view name : {"state_dict", "model_state_dict", "model"}) {
    for (std::size_t i = 0; i < root.items.size(); i += 2) {
      const PickleValue &key = *root.items[i], &value = *root.items[i + 1];
      if (key.is(Kind::text) && key.text == name && has_tensors(value)) return value;
    }
  }
  if (has_tensors(root)) return root;
  std::string keys;
  for (std::size_t i = 0; i < std::min<std::size_t>(root.items.size(), 20); i += 2) {
    if (root.items[i]->is(Kind::text)) keys.append(" ").append(in_quotes(root.items[i]->text));
  }
  source.unsupported(
      "holds no state_dict: no tensor is in it or in its 'state_dict', 'model_state_dict' or 'model'; its keys are",
      keys.empty() ? " none" : keys);
}

std::vector<std::int64_t> sizes_of(const Source& source, std::string_view tensor, const PickleValue& tuple) {
  std::vector<std::int64_t> sizes;
  for (const PickleValue* item : tuple.items) {
    if (!item->is(Kind::integer)) source.corrupt("has tensor ", in_quotes(tensor), " with a size that is no integer");
    sizes.push_back(item->integer);
  }
  return sizes;
}

// Index of the last element from the first, 0 where there is none; nothing where it is not below `limit`, or strides
// are negative or not as many as sizes.
std::optional<std::int64_t> last_element(const Weight& weight, std::int64_t limit) {
  if (weight.strides.size() != weight.shape.size()) return std::nullopt;
  const bool is_empty = count_of(weight) == 0;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < weight.shape.size(); ++i) {
    const std::int64_t stride = weight.strides[i], steps = is_empty ? 0 : weight.shape[i] - 1;
    if (stride < 0 || (steps > 0 && stride > (limit - last) / steps)) return std::nullopt;
    last += steps * stride;
  }
  return is_empty || last < limit ? std::optional(last) : std::nullopt;
}

// _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks), v3 with a dtype besides.
Weight read_tensor(const Source& source, std::string name, const PickleValue& call, const Storages& storages) {
  const auto& arguments = call.items[1]->items;
  const bool is_v2 = call.items[0]->text == "_rebuild_tensor_v2";
  if (!is_v2 && arguments.size() >= 7 && arguments[6]->is(Kind::global)) {
    source.unsupported("has tensor ", in_quotes(name), " of type ", in_quotes(arguments[6]->text), "; ", known_types);
  }
  const auto storage = arguments.empty() ? std::nullopt : StorageId::of(*arguments[0]);
  if (!is_v2 || !storage || arguments.size() < 6 || !arguments[1]->is(Kind::integer) ||
      !arguments[2]->is(Kind::tuple) || !arguments[3]->is(Kind::tuple)) {
    source.corrupt("has tensor ", in_quotes(name), ", of which the pickle does not say what torch.save does");
  }
  const auto type = type_called(&TypeNames::torch_storage, storage->type);
  if (!type) source.unsupported("has tensor ", in_quotes(name), " of ", in_quotes(storage->type), "; ", known_types);
  const auto found = storages.find(storage->key);
  if (found == storages.end()) {
    source.corrupt("has no storage ", in_quotes(storage->key), " of tensor ", in_quotes(name));
  }

  const Bytes bytes = found->second;
  const auto element = static_cast<std::int64_t>(size_of(*type));
  if (storage->elements > static_cast<std::int64_t>(bytes.size()) / element) {
    source.corrupt("has storage ", in_quotes(storage->key), " of ", bytes.size(), " bytes, of which tensor ",
                   in_quotes(name), " needs ", storage->elements, " elements of ", to_string(*type));
  }

  Weight weight;
  weight.type = *type;
  weight.shape = sizes_of(source, name, *arguments[2]);
  weight.strides = sizes_of(source, name, *arguments[3]);
  const std::int64_t offset = arguments[1]->integer;
  const std::uint64_t count = bytes_of_shape(source, name, weight.shape, *type) / size_of(*type);
  const bool is_inside = offset >= 0 && offset <= storage->elements;
  const auto last = is_inside ? last_element(weight, storage->elements - offset) : std::nullopt;
  if (!last) {
    source.corrupt("has tensor ", in_quotes(name), " of shape ", shown(weight.shape), " and strides ",
                   shown(weight.strides), " from element ", offset, " of a storage of ", storage->elements);
  }
  if (count > static_cast<std::uint64_t>(*last) + 1) {
    source.unsupported("has tensor ", in_quotes(name), " of shape ", shown(weight.shape), " and strides ",
                       shown(weight.strides), ", which shows elements more than once; save it contiguous");
  }
  weight.name = std::move(name);
  weight.data = bytes.data() + offset * element;
  weight.bytes = count == 0 ? 0 : static_cast<std::size_t>((*last + 1) * element);
  return weight;
}

std::vector<Weight> read_tensors(const Source& source, const PickleValue& root, const Storages& storages) {
  constexpr std::string_view parallel = "module.";  // put before each name by torch.nn.DataParallel
  const PickleValue& dict = find_state_dict(source, root);
  std::vector<Weight> weights;
  std::set<std::string_view> names;
  bool is_parallel = true;
  for (std::size_t i = 0; i < dict.items.size(); i += 2) {
    const PickleValue* call = tensor_call(dict.items[i + 1]);
    if (!call) continue;
    const PickleValue& key = *dict.items[i];
    if (!key.is(Kind::text) || key.text.empty()) source.corrupt("has a tensor without a name");
    if (!names.insert(key.text).second) source.corrupt("has tensor ", in_quotes(key.text), " twice");
    is_parallel = is_parallel && key.text.size() > parallel.size() && key.text.substr(0, parallel.size()) == parallel;
    weights.push_back(read_tensor(source, std::string(key.text), *call, storages));
  }
  for (Weight& weight : weights) {
    if (is_parallel) weight.name.erase(0, parallel.size());
  }
  return weights;
}

std::vector<Weight> read_archive(const Source& source) {
  const ZipArchive zip(source);
  constexpr std::string_view pickle = "/data.pkl";
  std::string folder;
  for (const auto& [name, entry] : zip.entries()) {
    const auto slash = name.find('/');
    if (slash == name.npos || name.substr(slash) != pickle) continue;
    if (!folder.empty()) source.corrupt("has two pickles, in ", in_quotes(folder), " and ", in_quotes(name));
    folder = name.substr(0, slash + 1);
  }
  if (folder.empty()) source.unsupported("is a zip archive without data.pkl, so torch.save did not write it");
  for (const auto& [name, entry] : zip.entries()) {
    if (name == folder + "constants.pkl" || name.substr(0, folder.size() + 5) == folder + "code/") {
      source.unsupported(
          "is a TorchScript program, of which no weights are read; save its state_dict() instead, or execute "
          "it by the option torchscript if you trust its source");
    }
  }
  if (zip.has(folder + "byteorder")) {
    const std::string_view order = text_of(zip.at(folder + "byteorder"));
    if (order != "little") source.unsupported("has byte order ", in_quotes(order), "; read is 'little'");
  }

  Unpickler unpickler(source, zip.at(folder + "data.pkl"));
  const PickleValue& root = unpickler.next();
  Storages storages;
  for (const PickleValue* value : unpickler.persistent()) {
    const auto id = StorageId::of(*value);
    if (!id) continue;
    const std::string entry = folder + "data/" + std::string(id->key);
    if (zip.has(entry)) storages.emplace(id->key, zip.at(entry));
  }
  return read_tensors(source, root, storages);
}

// A magic number, a version, facts about the machine, the object, the keys of its storages, and each storage as a count
// of elements and these.
std::vector<Weight> read_pickles(const Source& source) {
  constexpr std::string_view magic = "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
  if (text_of(source.bytes).substr(0, magic.size()) != magic) {
    source.unsupported("is a pickle that torch.save did not write");
  }
  Unpickler unpickler(source, source.bytes.subspan(magic.size()));
  unpickler.next();
  const PickleValue& machine = unpickler.next();
  for (std::size_t i = 0; machine.is(Kind::dict) && i < machine.items.size(); i += 2) {
    const PickleValue &key = *machine.items[i], &value = *machine.items[i + 1];
    if (key.text == "little_endian" && value.integer == 0) source.unsupported("has byte order 'big'; read is 'little'");
  }
  const PickleValue& root = unpickler.next();
  std::map<std::string_view, StorageId> ids;
  for (const PickleValue* value : unpickler.persistent()) {
    const auto id = StorageId::of(*value);
    if (!id) source.unsupported("has a storage that is a part of another, or none that torch.save describes");
    ids.emplace(id->key, *id);
  }
  const PickleValue& keys = unpickler.next();
  if (!keys.is(Kind::list)) source.corrupt("has no list of storages after its pickle");

  Storages storages;
  Bytes rest = unpickler.rest();
  for (const PickleValue* key : keys.items) {
    const auto id = key->is(Kind::text) ? ids.find(key->text) : ids.end();
    if (id == ids.end()) source.corrupt("has a storage that no tensor has");
    const auto type = type_called(&TypeNames::torch_storage, id->second.type);
    if (!type) {
      source.unsupported("has storage ", in_quotes(key->text), " of type ", in_quotes(id->second.type), "; ",
                         known_types);
    }
    if (rest.size() < sizeof(std::int64_t)) source.corrupt("is cut off before storage ", in_quotes(key->text));
    const auto elements = number_at<std::int64_t>(rest.data());
    rest = rest.subspan(sizeof elements);
    if (elements < 0 || static_cast<std::uint64_t>(elements) > rest.size() / size_of(*type)) {
      source.corrupt("is cut off: storage ", in_quotes(key->text), " has ", elements, " elements of ", to_string(*type),
                     ", and ", rest.size(), " bytes are left");
    }
    const std::size_t size = static_cast<std::size_t>(elements) * size_of(*type);
    storages.emplace(key->text, rest.first(size));
    rest = rest.subspan(size);
  }
  return read_tensors(source, root, storages);
}

}  // namespace

Contents read_pth(const Source& source) {
  const bool is_zip = text_of(source.bytes).substr(0, 2) == "PK";
  return {"pth", is_zip ? read_archive(source) : read_pickles(source), {}, {}};
}

}  // namespace weights
}  // namespace v1
}  // namespace relievo
