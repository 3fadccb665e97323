#include "torch/weights/pickle.hpp"

#include <algorithm>
#include <array>

namespace relievo {
inline namespace v1 {
namespace weights {
namespace {

constexpr std::size_t most_operations = 4'000'000;  // a tensor takes about 40

// Names as in Python's pickletools.
enum Operation : std::uint8_t {
  MARK = '(',
  STOP = '.',
  BINFLOAT = 'G',
  BININT = 'J',
  BININT1 = 'K',
  BININT2 = 'M',
  NONE = 'N',
  BINPERSID = 'Q',
  REDUCE = 'R',
  BINUNICODE = 'X',
  APPEND = 'a',
  BUILD = 'b',
  GLOBAL = 'c',
  APPENDS = 'e',
  BINGET = 'h',
  LONG_BINGET = 'j',
  BINPUT = 'q',
  LONG_BINPUT = 'r',
  SETITEM = 's',
  TUPLE = 't',
  SETITEMS = 'u',
  EMPTY_LIST = ']',
  EMPTY_DICT = '}',
  EMPTY_TUPLE = ')',
  PROTO = 0x80,
  TUPLE1 = 0x85,
  TUPLE2 = 0x86,
  TUPLE3 = 0x87,
  NEWTRUE = 0x88,
  NEWFALSE = 0x89,
  LONG1 = 0x8a,
};

constexpr std::string_view dtypes[] = {"float64", "float32",   "float16",    "bfloat16",      "int64",      "int32",
                                       "int16",   "int8",      "uint8",      "bool",          "uint16",     "uint32",
                                       "uint64",  "complex64", "complex128", "float8_e4m3fn", "float8_e5m2"};

bool is_harmless(std::string_view module, std::string_view name) {
  if (module == "collections") return name == "OrderedDict";
  if (module == "torch._utils") {
    return name == "_rebuild_tensor_v2" || name == "_rebuild_tensor_v3" || name == "_rebuild_parameter";
  }
  if (module == "torch.storage") return name == "UntypedStorage" || name == "TypedStorage";
  if (module != "torch") return false;
  const bool one_word = name.find_first_of("._ ") == name.npos;
  return name == "Size" || (one_word && name.size() > 7 && name.substr(name.size() - 7) == "Storage") ||
         std::find(std::begin(dtypes), std::end(dtypes), name) != std::end(dtypes);
}

}  // namespace

Unpickler::Unpickler(const Source& source, Bytes stream) : source_(source), stream_(stream) {}

void Unpickler::damaged(const char* how) const {
  source_.corrupt("has a damaged pickle: ", how, " before byte ", stream_.data() - source_.bytes.data());
}

Bytes Unpickler::take(std::uint64_t size) {
  if (size > stream_.size()) damaged("it ends");
  const Bytes taken = stream_.first(size);
  stream_ = stream_.subspan(size);
  return taken;
}

std::string_view Unpickler::line() {
  const std::string_view all = text_of(stream_);
  const std::size_t end = all.find('\n');
  if (end == all.npos) damaged("a name does not end");
  take(end + 1);
  return all.substr(0, end);
}

const PickleValue& Unpickler::next() {
  stack_.clear();
  marks_.clear();
  memo_.clear();
  for (std::size_t done = 0; done < most_operations; ++done) {
    const auto operation = number<std::uint8_t>();
    if (operation == STOP) {
      if (stack_.size() != 1 || !marks_.empty()) damaged("more or less than one value is left");
      return *stack_.back();
    }
    step(operation);
  }
  source_.unsupported("has a pickle of more than ", most_operations, " operations, which no state_dict needs");
}

void Unpickler::step(std::uint8_t operation) {
  switch (operation) {
    case PROTO:
      if (const auto protocol = number<std::uint8_t>(); protocol != 2) {
        source_.unsupported("has a pickle of protocol ", int{protocol}, "; torch.save writes protocol 2");
      }
      return;
    case NONE:
      push(Kind::none);
      return;
    case NEWTRUE:
    case NEWFALSE:
      push(Kind::boolean).integer = operation == NEWTRUE;
      return;
    case BININT:
      push(Kind::integer).integer = number<std::int32_t>();
      return;
    case BININT1:
      push(Kind::integer).integer = number<std::uint8_t>();
      return;
    case BININT2:
      push(Kind::integer).integer = number<std::uint16_t>();
      return;
    case LONG1: {
      std::array<std::byte, 8> digits{};
      const Bytes bytes = take(number<std::uint8_t>());
      if (bytes.size() > digits.size()) damaged("an integer has more than 64 bits");
      if (!bytes.empty() && (bytes.back() & std::byte{0x80}) != std::byte{}) digits.fill(std::byte{0xff});
      std::copy(bytes.begin(), bytes.end(), digits.begin());
      push(Kind::integer).integer = number_at<std::int64_t>(digits.data());
      return;
    }
    case BINFLOAT:
      take(8);
      push(Kind::real);
      return;
    case BINUNICODE: {
      const std::string_view text = text_of(take(number<std::uint32_t>()));
      push(Kind::text).text = text;
      return;
    }
    case EMPTY_TUPLE:
      push(Kind::tuple);
      return;
    case EMPTY_LIST:
      push(Kind::list);
      return;
    case EMPTY_DICT:
      push(Kind::dict);
      return;
    case MARK:
      marks_.push_back(stack_.size());
      return;
    case TUPLE: {
      PickleValue& tuple = values_.emplace_back();
      tuple.kind = Kind::tuple;
      from_mark(tuple);
      stack_.push_back(&tuple);
      return;
    }
    case TUPLE1:
    case TUPLE2:
    case TUPLE3:
      tuple_of(operation - TUPLE1 + 1u);
      return;
    case APPEND: {
      const PickleValue* item = pop();
      if (!top().is(Kind::list)) damaged("what is no list is appended to");
      top().items.push_back(item);
      return;
    }
    case SETITEM: {
      const PickleValue* value = pop();
      const PickleValue* key = pop();
      if (!top().is(Kind::dict)) damaged("what is no dict gets an item");
      top().items.insert(top().items.end(), {key, value});
      return;
    }
    case APPENDS:
    case SETITEMS: {
      PickleValue items;
      from_mark(items);
      if (!top().is(operation == APPENDS ? Kind::list : Kind::dict)) damaged("what is no list or dict gets items");
      if (operation == SETITEMS && items.items.size() % 2 != 0) damaged("a key has no value");
      top().items.insert(top().items.end(), items.items.begin(), items.items.end());
      return;
    }
    case BINPUT:
      put(number<std::uint8_t>());
      return;
    case LONG_BINPUT:
      put(number<std::uint32_t>());
      return;
    case BINGET:
      get(number<std::uint8_t>());
      return;
    case LONG_BINGET:
      get(number<std::uint32_t>());
      return;
    case GLOBAL:
      global();
      return;
    case REDUCE:
      reduce();
      return;
    case BUILD:
      // The state of an OrderedDict is its `_metadata`, versions of modules.
      pop();
      if (!top().is(Kind::dict)) damaged("what is no OrderedDict gets a state");
      return;
    case BINPERSID: {
      const PickleValue* id = pop();
      PickleValue& value = push(Kind::persistent);
      value.items = {id};
      persistent_.push_back(&value);
      return;
    }
    default:
      source_.unsupported("has a pickle with operation ", int{operation}, " at byte ",
                          stream_.data() - source_.bytes.data() - 1,
                          ", which torch.save of a state_dict does not write");
  }
}

PickleValue& Unpickler::push(Kind kind) {
  PickleValue& value = values_.emplace_back();
  value.kind = kind;
  stack_.push_back(&value);
  return value;
}

PickleValue& Unpickler::top() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) damaged("a value is missing");
  return *stack_.back();
}

PickleValue* Unpickler::pop() {
  PickleValue* value = &top();
  stack_.pop_back();
  return value;
}

void Unpickler::from_mark(PickleValue& to) {
  if (marks_.empty()) damaged("a mark is missing");
  to.items.assign(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
  stack_.resize(marks_.back());
  marks_.pop_back();
}

void Unpickler::tuple_of(std::size_t size) {
  std::vector<const PickleValue*> items(size);
  while (size > 0) items[--size] = pop();
  push(Kind::tuple).items = std::move(items);
}

void Unpickler::get(std::uint32_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end()) damaged("a value is used that was never put away");
  stack_.push_back(found->second);
}

void Unpickler::global() {
  const std::string_view module = line(), name = line();
  if (!is_harmless(module, name)) {
    source_.unsupported("contains a call of ", in_quotes(std::string(module) + "." + std::string(name)),
                        ", which is not a weight; nothing of it was executed");
  }
  PickleValue& value = push(Kind::global);
  value.module = module;
  value.text = name;
}

void Unpickler::reduce() {
  const PickleValue* arguments = pop();
  const PickleValue* function = pop();
  if (!arguments->is(Kind::tuple) || !function->is(Kind::global)) damaged("what is no function is called");
  if (function->module == "collections") {
    if (!arguments->items.empty()) damaged("an OrderedDict is made of something");
    push(Kind::dict);
  } else if (function->module == "torch._utils" || function->text == "Size") {
    push(Kind::call).items = {function, arguments};
  } else {
    damaged("what is no function is called");
  }
}

}  // namespace weights
}  // namespace v1
}  // namespace relievo
