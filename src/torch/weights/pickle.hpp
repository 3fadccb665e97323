// Python's pickles, as far as torch.save writes them of tensors. Nothing that a pickle asks to call is called: calls
// stay on paper, and any but those below are refused.
#pragma once

#include <deque>

#include "torch/weights/contents.hpp"

namespace relievo {
inline namespace v1 {
namespace weights {

struct PickleValue {
  enum class Kind : std::uint8_t { none, boolean, integer, real, text, tuple, list, dict, global, call, persistent };
  Kind kind = Kind::none;
  std::int64_t integer = 0;  ///< Of an integer or a boolean.
  std::string_view text;     ///< Of a text; the name of a global, without its module.
  std::string_view module;   ///< Of a global.
  /// Elements; of a dict keys and values by turns; of a call the function and its tuple of arguments; of a persistent
  /// value what names it. A value may hold itself.
  std::vector<const PickleValue*> items;

  bool is(Kind other) const { return kind == other; }
  bool is_global(std::string_view of, std::string_view called) const {
    return kind == Kind::global && module == of && text == called;
  }
};

class Unpickler {
 public:
  /// Reads pickles from `stream`, a part of the source's bytes.
  Unpickler(const Source& source, Bytes stream);

  /// The next pickle of the stream. Throws Error{corrupt_data}, and Error{unsupported} for what no weight needs. Values
  /// live as long as this.
  const PickleValue& next();
  /// What follows the last pickle.
  Bytes rest() const { return stream_; }
  /// Every persistent value so far.
  const std::vector<const PickleValue*>& persistent() const { return persistent_; }

 private:
  using Kind = PickleValue::Kind;

  [[noreturn]] void damaged(const char* how) const;
  Bytes take(std::uint64_t size);
  template <class T>
  T number() {
    return number_at<T>(take(sizeof(T)).data());
  }
  std::string_view line();
  void step(std::uint8_t operation);
  PickleValue& push(Kind kind);
  PickleValue* pop();
  PickleValue& top();
  void from_mark(PickleValue& to);
  void tuple_of(std::size_t size);
  void put(std::uint32_t index) { memo_[index] = &top(); }
  void get(std::uint32_t index);
  void global();
  void reduce();

  const Source& source_;
  Bytes stream_;
  std::deque<PickleValue> values_;
  std::vector<PickleValue*> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint32_t, PickleValue*> memo_;
  std::vector<const PickleValue*> persistent_;
};

}  // namespace weights
}  // namespace v1
}  // namespace relievo
