#include "cli/config/foreign_blocks.hpp"

#include <algorithm>

#include "cli/command/words.hpp"

namespace cli {

namespace {

enum class Rest : std::uint8_t { None, Some, Any };  // what follows the words

struct Opener {
  Mode around;
  std::string_view words;
  Rest rest = Rest::Any;
  Mode mode = Mode::Config;  // that it opens when it is typed; Config: none
};
/// The first that fits counts. Some of them are kulan's own, which in a file may have lines that are not.
constexpr Opener kOpeners[] = {
    {Mode::Config, "interface", Rest::Some, Mode::Interface},
    {Mode::Config, "vrf"},
    {Mode::Config, "router"},
    {Mode::Config, "route-map"},
    {Mode::Config, "line vty", Rest::None, Mode::Line},
    {Mode::Config, "line"},
    {Mode::Config, "key chain", Rest::Some, Mode::KeyChain},
    {Mode::Config, "bfd", Rest::None, Mode::Bfd},
    {Mode::Config, "rpki", Rest::None, Mode::Rpki},
    {Mode::Config, "pbr-map"},
    {Mode::Config, "nexthop-group"},
    {Mode::Config, "segment-routing"},
    {Mode::Config, "l2vpn"},
    {Mode::Config, "mpls ldp"},
    {Mode::Config, "pseudowire"},
    {Mode::RouterBgp, "address-family"},
    {Mode::RouterBgp, "bmp targets", Rest::Some, Mode::BgpBmp},
    {Mode::RouterBgp, "segment-routing"},
    {Mode::RouterBgp, "vnc"},
    {Mode::Interface, "link-params", Rest::None, Mode::LinkParameters},
    {Mode::KeyChain, "key", Rest::Some, Mode::KeyChainKey},
    {Mode::Bfd, "peer", Rest::Some, Mode::BfdPeer},
    {Mode::Bfd, "profile", Rest::Some, Mode::BfdProfile},
    {Mode::BfdPeer, "profile"},  // the one it has; opens nothing
    {Mode::OtherRouter, "address-family", Rest::Some, Mode::OtherAddressFamily},
};

constexpr std::string_view kProtocols[] = {"ospf",  "ospf6", "rip",        "ripng", "isis",
                                           "eigrp", "babel", "openfabric", "pim",   "pim6"};

constexpr std::string_view kConfigureWords[] = {"ip",
                                                "ipv6",
                                                "access-list",
                                                "log",
                                                "hostname",
                                                "domainname",
                                                "password",
                                                "enable",
                                                "service",
                                                "debug",
                                                "banner",
                                                "frr",
                                                "agentx",
                                                "username",
                                                "bgp as-path",
                                                "bgp community-list",
                                                "bgp large-community-list",
                                                "bgp extcommunity-list"};

constexpr std::string_view kBehindRouters[] = {"bgp as-path",
                                               "bgp community-list",
                                               "bgp large-community-list",
                                               "bgp extcommunity-list",
                                               "access-list",
                                               "ipv6 access-list",
                                               "ip prefix-list",
                                               "ipv6 prefix-list",
                                               "ip as-path",
                                               "ip community-list",
                                               "ip large-community-list",
                                               "ip extcommunity-list",
                                               "route-map",
                                               "line",
                                               "bfd",
                                               "ip protocol",
                                               "ipv6 protocol",
                                               "router bgp"};

constexpr std::string_view kExits[] = {"exit",
                                       "quit",
                                       "end",
                                       "exit-address-family",
                                       "exit-vrf",
                                       "exit-vni",
                                       "exit-vnc",
                                       "exit-vrf-policy",
                                       "exit-link-params"};

template <typename Words>
bool starts_with_any(std::string_view text, const Words& all) {
  return std::ranges::any_of(all, [&](std::string_view words) { return starts_with_words(text, words); });
}

/// Shortened as fingers do: "int" for "interface".
bool is_meant(std::string_view typed, std::string_view word) {
  constexpr std::size_t kShortest = 3;
  return typed == word || (typed.size() >= kShortest && word.starts_with(typed));
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

/// The line with the opener's words in full; nothing when it is not of this kind.
std::optional<std::string> meant_line(const std::vector<Word>& typed, const Opener& opener) {
  if (typed.empty() || typed[0].text[0] != opener.words[0]) return std::nullopt;  // most are not
  const auto words = split_words(opener.words);
  if (typed.size() < words.size()) return std::nullopt;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (!is_meant(typed[i].text, words[i].text)) return std::nullopt;
  const bool has_rest = typed.size() > words.size();
  if (opener.rest != Rest::Any && has_rest != (opener.rest == Rest::Some)) return std::nullopt;
  std::string line(opener.words);
  for (auto i = words.size(); i < typed.size(); ++i) line += " " + std::string(typed[i].text);
  return line;
}

}  // namespace

bool starts_with_words(std::string_view text, std::string_view words) {
  return text.starts_with(words) &&
         (text.size() == words.size() || text[words.size()] == ' ' || text[words.size()] == '\t');
}

bool opens_foreign_block(std::string_view line, bool in_router) {
  const auto around = in_router ? Mode::RouterBgp : Mode::Config;
  return std::ranges::any_of(kOpeners, [&](const Opener& opener) {
    return opener.around == around && starts_with_words(line, opener.words);
  });
}

std::optional<ForeignOpening> foreign_opening(std::string_view line, Mode mode) {
  const auto words = split_words(line);
  for (auto around = mode;; around = parent_of(around)) {
    for (const auto& opener : kOpeners) {
      if (opener.around != around) continue;
      auto full = meant_line(words, opener);
      if (!full) continue;
      auto opened = opener.mode;
      if (around == Mode::Config && is_other_router(words)) opened = Mode::OtherRouter;
      if (opened == Mode::Config) return std::nullopt;
      return ForeignOpening{around, opened, *std::move(full)};
    }
    if (around <= Mode::Config) return std::nullopt;
  }
}

bool is_unfinished_opening(std::string_view line, Mode mode) {
  return !foreign_opening(line, mode) && foreign_opening(std::string(line) + " NAME", mode) &&
         split_words(line).front().text != "router";
}

bool ends_a_mode(std::string_view line) { return std::ranges::find(kExits, line) != std::end(kExits); }

std::string_view exit_of(std::string_view opening) {
  if (starts_with_words(opening, "address-family")) return "exit-address-family";
  if (starts_with_words(opening, "link-params")) return "exit-link-params";
  return starts_with_words(opening, "vrf") ? "exit-vrf" : "exit";
}

bool stands_in_configure(std::string_view line) {
  return opens_foreign_block(line, false) || starts_with_any(line, kConfigureWords);
}

bool stands_behind_routers(std::string_view line) { return starts_with_any(line, kBehindRouters); }

std::string inner_block(const std::string& block, std::string_view opening) {
  return (block.empty() ? "" : block + " / ") + std::string(opening);
}

}  // namespace cli
