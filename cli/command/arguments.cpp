#include "cli/command/arguments.hpp"

#include <type_traits>

namespace cli {

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
