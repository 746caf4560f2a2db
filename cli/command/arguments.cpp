#include "cli/command/arguments.hpp"

#include <type_traits>

namespace cli {

std::optional<std::size_t> Arguments::column(std::string_view name, std::string_view word) const {
  for (const auto& argument : values_) {
    const auto* text = std::get_if<std::string>(&argument.value);
    if (argument.name == name && text && *text == word) return argument.column;
  }
  return column(name);
}

std::optional<std::size_t> Arguments::last_column(std::string_view but) const {
  for (auto at = values_.rbegin(); at != values_.rend(); ++at)
    if (!at->is_keyword && at->name != but) return at->column;
  return values_.empty() ? std::nullopt : std::optional(values_.back().column);
}

std::vector<std::pair<std::string, bool>> Arguments::written() const {
  std::vector<std::pair<std::string, bool>> words;
  for (const auto& argument : values_)
    words.emplace_back(std::visit(
                           [](const auto& value) -> std::string {
                             using T = std::decay_t<decltype(value)>;
                             if constexpr (std::is_same_v<T, std::monostate>)
                               return {};
                             else if constexpr (std::is_same_v<T, std::uint64_t>)
                               return std::to_string(value);
                             else if constexpr (std::is_same_v<T, std::string>)
                               return value;
                             else
                               return value.to_string();
                           },
                           argument.value),
                       argument.is_keyword);
  return words;
}

}  // namespace cli
