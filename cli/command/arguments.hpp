// The values of a matched line, by the names its syntax gives them: `(0-65535)$hold` is "hold"; a token
// without a name is called as it is written. Keywords are there too, so that handlers can ask for optional
// ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rib/prefix.hpp"

namespace cli {

using Value = std::variant<std::monostate, std::uint64_t, rib::IpAddress, rib::Prefix, std::string>;

class Arguments {
 public:
  void add(std::string_view name, Value value, bool is_keyword = false, std::size_t column = 0) {
    values_.push_back({name, std::move(value), is_keyword, column});
  }

  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// Where the line has it, from 0; nothing when absent.
  std::optional<std::size_t> column(std::string_view name) const {
    const auto* argument = find_argument(name);
    return argument ? std::optional(argument->column) : std::nullopt;
  }
  /// The same for one word of `NAME...`.
  std::optional<std::size_t> column(std::string_view name, std::string_view word) const;
  /// Of the last value that is not `but`, or of the last word where there is none.
  std::optional<std::size_t> last_column(std::string_view but) const;
  /// The words or the rest of the line; "" when absent.
  std::string text(std::string_view name) const {
    const auto* value = get<std::string>(name);
    return value ? *value : std::string{};
  }
  /// 0 when absent.
  std::uint64_t number(std::string_view name) const {
    const auto* value = get<std::uint64_t>(name);
    return value ? *value : 0;
  }
  /// The same for members that the token's range already fits.
  template <typename Integer>
  Integer number_as(std::string_view name) const {
    return static_cast<Integer>(number(name));
  }
  /// Absent or not an address: nullptr.
  const rib::IpAddress* address(std::string_view name) const { return get<rib::IpAddress>(name); }
  const rib::Prefix* prefix(std::string_view name) const { return get<rib::Prefix>(name); }
  /// Every word of `NAME...`, in order.
  std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> all;
    for (const auto& argument : values_)
      if (argument.name == name && !argument.is_keyword &&
          std::holds_alternative<std::string>(argument.value))
        all.push_back(std::get<std::string>(argument.value));
    return all;
  }
  /// Every number of `ASNUM...`, in order.
  std::vector<std::uint32_t> numbers(std::string_view name) const {
    std::vector<std::uint32_t> all;
    for (const auto& argument : values_)
      if (const auto* number = std::get_if<std::uint64_t>(&argument.value); number && argument.name == name)
        all.push_back(static_cast<std::uint32_t>(*number));
    return all;
  }
  /// The words in order, abbreviations expanded, each with "is a keyword".
  std::vector<std::pair<std::string, bool>> written() const;

 private:
  struct Argument {
    std::string_view name;
    Value value;
    bool is_keyword;
    std::size_t column;
  };

  const Argument* find_argument(std::string_view name) const {
    for (const bool keywords : {false, true})  // "log file FILE$file": the value, not the word before it
      for (const auto& argument : values_)
        if (argument.name == name && argument.is_keyword == keywords) return &argument;
    return nullptr;
  }
  const Value* find(std::string_view name) const {
    const auto* argument = find_argument(name);
    return argument ? &argument->value : nullptr;
  }
  template <typename T>
  const T* get(std::string_view name) const {
    const auto* value = find(name);
    return value ? std::get_if<T>(value) : nullptr;
  }

  std::vector<Argument> values_;
};

}  // namespace cli
