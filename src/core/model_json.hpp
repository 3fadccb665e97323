// Members of a JSON object that another may have written, checked as they are taken.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

/// Every call throws Error{corrupt_data} that names `origin`, the member and what is allowed. A member that is null or
/// absent is empty where that is allowed.
class JsonObject {
 public:
  JsonObject(const nlohmann::json& value, std::string origin) : value_(value), origin_(std::move(origin)) {
    if (!value.is_object()) wrong("the whole", "an object");
  }

  /// Throws for text that is no JSON.
  static nlohmann::json parse(std::string_view text, const std::string& origin) {
    nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
    if (value.is_discarded()) fail(ErrorCode::corrupt_data, origin, " is not JSON.");
    return value;
  }

  const nlohmann::json& member(const char* name) const {
    static const nlohmann::json none;
    const auto found = value_.find(name);
    return found == value_.end() ? none : *found;
  }

  std::string text(const char* name, bool may_be_empty = false) const {
    const nlohmann::json& given = member(name);
    if (given.is_null() && may_be_empty) return {};
    if (!given.is_string()) wrong(name, "a string");
    std::string found = given.get<std::string>();
    if (!is_plain(found)) wrong(name, "at most 4096 characters, none of them a control character");
    if (found.empty() && !may_be_empty) wrong(name, "a string that is not empty");
    return found;
  }

  std::string one_of(const char* name, std::initializer_list<std::string_view> allowed) const {
    const std::string found = text(name);
    if (std::find(allowed.begin(), allowed.end(), found) != allowed.end()) return found;
    std::string list;
    for (const std::string_view one : allowed) list.append(list.empty() ? "" : ", ").append(one);
    wrong(name, "one of " + list);
  }

  std::string digest(const char* name) const {
    const std::string found = text(name, true);
    if (!found.empty() && !is_sha256(found)) wrong(name, "64 hexadecimal digits in lower case");
    return found;
  }

  /// 0 where it is null or absent.
  std::int64_t count(const char* name) const {
    const nlohmann::json& given = member(name);
    if (given.is_null()) return 0;
    constexpr std::int64_t most = std::int64_t{1} << 53;  // where numbers of JSON end to be exact
    if (!given.is_number_integer() || given < 0 || given > most) wrong(name, "a whole number from 0 to 2^53");
    return given.get<std::int64_t>();
  }

  bool flag(const char* name) const {
    const nlohmann::json& given = member(name);
    if (!given.is_boolean()) wrong(name, "true or false");
    return given.get<bool>();
  }

  const nlohmann::json& list(const char* name) const {
    const nlohmann::json& given = member(name);
    if (!given.is_array()) wrong(name, "a list");
    return given;
  }

  [[noreturn]] void wrong(const std::string& name, const std::string& allowed) const {
    fail(ErrorCode::corrupt_data, origin_, " is damaged: \"", name, "\" must be ", allowed, ".");
  }

  /// Nothing in it ends a path early or plays with a terminal.
  static bool is_plain(std::string_view text) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    return text.size() <= 4096 && std::none_of(text.begin(), text.end(), is_control);
  }

  static bool is_sha256(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  }

 private:
  const nlohmann::json& value_;
  std::string origin_;
};

}  // namespace v1
}  // namespace relievo
