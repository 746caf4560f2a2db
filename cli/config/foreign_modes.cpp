#include "cli/config/foreign_modes.hpp"

#include <algorithm>
#include <array>

#include "cli/command/words.hpp"

namespace cli {

namespace {

constexpr std::string_view kProtocols[] = {"ospf",  "ospf6", "rip",        "ripng", "isis",
                                           "eigrp", "babel", "openfabric", "pim",   "pim6"};

struct Kind {
  Mode mode;
  std::string_view first, second;  // second "": any word, or none where alone
  bool alone;
};
constexpr Kind kKinds[] = {{Mode::Interface, "interface", "", false},
                           {Mode::Line, "line", "vty", true},
                           {Mode::KeyChain, "key", "chain", false},
                           {Mode::Bfd, "bfd", "", true},
                           {Mode::Rpki, "rpki", "", true}};

/// Shortened as fingers do: "int" for "interface".
bool is_meant(std::string_view typed, std::string_view word) {
  constexpr std::size_t kShortest = 3;
  return typed == word || (typed.size() >= kShortest && word.starts_with(typed));
}

std::string joined(const std::vector<Word>& words, std::size_t from) {
  std::string text;
  for (auto i = from; i < words.size(); ++i) text += " " + std::string(words[i].text);
  return text;
}

/// Another protocol's, or an instance of BGP besides the one there is.
bool is_other_router(const std::vector<Word>& words) {
  if (words.size() < 2 || words[0].text != "router") return false;
  const auto is = [&](std::string_view text) {
    return std::ranges::any_of(words, [&](const Word& word) { return word.text == text; });
  };
  if (words[1].text == "bgp") return words.size() == 5 && (is("vrf") || is("view"));
  return std::ranges::find(kProtocols, words[1].text) != std::end(kProtocols);
}

}  // namespace

std::optional<ForeignOpening> foreign_opening(std::string_view line) {
  const auto words = split_words(line);
  if (words.empty()) return std::nullopt;
  if (is_other_router(words)) return ForeignOpening{Mode::OtherRouter, "router" + joined(words, 1)};
  for (const auto& kind : kKinds) {
    const std::size_t fixed = kind.second.empty() ? 1 : 2;
    if (!is_meant(words[0].text, kind.first) || words.size() < fixed) continue;
    if (fixed == 2 && !is_meant(words[1].text, kind.second)) continue;
    if ((words.size() == fixed) != kind.alone) continue;
    auto full = std::string(kind.first);
    if (fixed == 2) full += " " + std::string(kind.second);
    return ForeignOpening{kind.mode, full + joined(words, fixed)};
  }
  return std::nullopt;
}

}  // namespace cli
