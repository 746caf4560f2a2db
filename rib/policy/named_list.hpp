// A map from names to values that keeps the order in which the names came, as FRR writes lists and route
// maps.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rib {

template <typename Value>
class NamedList {
 public:
  using Entry = std::pair<std::string, Value>;

  /// nullptr when there is none.
  const Value* find(std::string_view name) const {
    if (!entries_.empty() && entries_.back().first == name)
      return &entries_.back().second;  // file after file
    const auto at = std::ranges::find(entries_, name, &Entry::first);
    return at == entries_.end() ? nullptr : &at->second;
  }
  Value* find(std::string_view name) { return const_cast<Value*>(std::as_const(*this).find(name)); }
  /// Added at the end when there is none.
  Value& operator[](std::string_view name) {
    if (auto* value = find(name)) return *value;
    return entries_.emplace_back(std::string(name), Value{}).second;
  }
  bool erase(std::string_view name) {
    return std::erase_if(entries_, [&](const Entry& entry) { return entry.first == name; }) > 0;
  }

  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  bool operator==(const NamedList&) const = default;

 private:
  std::vector<Entry> entries_;
};

}  // namespace rib
