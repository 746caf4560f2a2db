#include "cli/show/firewall.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>
#include <vector>

#include "rib/prefix.hpp"

namespace cli::show {
namespace {

using Json = nlohmann::json;
using Outcome = FirewallAnswer::Outcome;

constexpr std::size_t kLongestRuleset = 64u << 20;
constexpr int kDeepestJump = 16;  // the kernel allows as many, NFT_JUMP_STACK_SIZE

/// Whether a condition holds for the packet.
enum class Truth : std::uint8_t { No, Unknown, Yes };
Truth truth_of(bool value) { return value ? Truth::Yes : Truth::No; }
Truth negated(Truth value) { return value == Truth::Unknown ? value : truth_of(value == Truth::No); }

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// The member `key` of an object that has no other; nullptr for all else.
const Json* only(const Json& object, const char* key) {
  if (!object.is_object() || object.size() != 1) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

Truth is_interface(const std::string& pattern, const std::string& name) {
  if (name.empty()) return Truth::Unknown;
  if (pattern.ends_with('*')) return truth_of(name.starts_with(pattern.substr(0, pattern.size() - 1)));
  return truth_of(pattern == name);
}

std::optional<rib::Prefix> prefix_in(const Json& value) {
  if (value.is_string()) {
    const auto address = rib::IpAddress::parse(value.get<std::string>());
    return address ? std::optional(rib::Prefix::host(*address)) : std::nullopt;
  }
  const auto* prefix = only(value, "prefix");
  if (!prefix) return std::nullopt;
  const auto length = prefix->find("len");
  if (length == prefix->end() || !length->is_number_unsigned()) return std::nullopt;
  return rib::Prefix::parse(text_of(*prefix, "addr") + "/" + std::to_string(length->get<unsigned>()));
}

Truth is_address(const Json& value, const rib::IpAddress& address) {
  const auto prefix = prefix_in(value);
  if (!prefix) return Truth::Unknown;
  return truth_of(prefix->afi() == address.afi() && prefix->contains(rib::Prefix::host(address)));
}

/// What a rule asks of the packet's left side, for one value.
Truth is_value(const Json& left, const Json& right, const ForwardedPacket& packet) {
  if (const auto* meta = only(left, "meta")) {
    const auto key = text_of(*meta, "key");
    if ((key == "oifname" || key == "oif") && right.is_string())
      return is_interface(right.get<std::string>(), packet.out_interface);
    if ((key == "iifname" || key == "iif") && right.is_string())
      return is_interface(right.get<std::string>(), packet.in_interface);
    if (key == "nfproto" && right.is_string())
      return truth_of((right == "ipv4") == packet.destination.is_v4());
  } else if (const auto* payload = only(left, "payload")) {
    const auto protocol = text_of(*payload, "protocol");
    if (protocol != "ip" && protocol != "ip6") return Truth::Unknown;
    if ((protocol == "ip") != packet.destination.is_v4()) return Truth::No;
    if (text_of(*payload, "field") == "daddr") return is_address(right, packet.destination);
  } else if (const auto* ct = only(left, "ct")) {
    if (text_of(*ct, "key") == "state" && right.is_string()) return truth_of(right == "new");
  }
  return Truth::Unknown;
}

/// One value, or any of several.
Truth is_any(const Json& left, const Json& right, const ForwardedPacket& packet) {
  const auto* set = only(right, "set");
  const auto& values = set ? *set : right;
  if (!values.is_array()) return is_value(left, values, packet);
  auto best = Truth::No;
  for (const auto& value : values) best = std::max(best, is_value(left, value, packet));
  return best;
}

Truth holds(const Json& match, const ForwardedPacket& packet) {
  const auto left = match.find("left"), right = match.find("right");
  if (left == match.end() || right == match.end()) return Truth::Unknown;
  const auto operation = text_of(match, "op");
  if (operation != "==" && operation != "!=" && operation != "in") return Truth::Unknown;
  const auto truth = is_any(*left, *right, packet);
  return operation == "!=" ? negated(truth) : truth;
}

struct Rule {
  const Json* expressions;
  std::string name;  // "ip filter FORWARD, rule 7"
};
struct Chain {
  std::string name;  // "ip filter FORWARD"
  std::string policy;
  std::vector<Rule> rules;
};

/// family, table, chain
using ChainKey = std::tuple<std::string, std::string, std::string>;

class Judge {
 public:
  Judge(const Json& ruleset, const ForwardedPacket& packet) : packet_(packet) {
    for (const auto& entry : ruleset) {
      if (const auto* chain = only(entry, "chain")) note_chain(*chain);
      if (const auto* rule = only(entry, "rule")) note_rule(*rule);
    }
  }

  FirewallAnswer answer() {
    std::ranges::stable_sort(bases_, {}, &std::pair<int, ChainKey>::first);
    for (const auto& [priority, key] : bases_) {
      may_accept_ = false;
      const auto& chain = chains_[key];
      const auto end = walk(key, true, 0);
      if (end == End::Accepted) continue;
      if (end == End::Goes && chain.policy == "drop") drops_at_ = chain.name + ", policy drop";
      if (end == End::Dropped || chain.policy == "drop")
        return {may_accept_ ? Outcome::MayDrop : Outcome::Drops, drops_at_};
    }
    if (!may_drop_at_.empty()) return {Outcome::MayDrop, may_drop_at_};
    return {Outcome::Passes, {}};
  }

 private:
  enum class End : std::uint8_t { Goes, Accepted, Dropped };

  static ChainKey key_of(const Json& object, const char* chain) {
    return {text_of(object, "family"), text_of(object, "table"), text_of(object, chain)};
  }

  void note_chain(const Json& chain) {
    const auto key = key_of(chain, "name");
    const auto& [family, table, name] = key;
    auto& noted = chains_[key];
    noted.name = family + " " + table + " " + name;
    noted.policy = text_of(chain, "policy");
    const bool is_ours = family == "inet" || family == (packet_.destination.is_v4() ? "ip" : "ip6");
    if (!is_ours || text_of(chain, "hook") != "forward") return;
    const auto priority = chain.find("prio");
    bases_.emplace_back(priority != chain.end() && priority->is_number() ? priority->get<int>() : 0, key);
  }

  void note_rule(const Json& rule) {
    const auto expressions = rule.find("expr");
    if (expressions == rule.end() || !expressions->is_array()) return;
    auto& chain = chains_[key_of(rule, "chain")];
    chain.rules.push_back({&*expressions, chain.name + ", rule " + std::to_string(chain.rules.size() + 1)});
  }

  /// `is_sure`: the packet comes here in any case.
  End walk(const ChainKey& key, bool is_sure, int depth) {
    if (depth > kDeepestJump) return End::Goes;
    for (const auto& rule : chains_[key].rules) {
      auto truth = is_sure ? Truth::Yes : Truth::Unknown;
      for (const auto& expression : *rule.expressions) {
        if (truth == Truth::No) break;
        if (const auto* match = only(expression, "match")) {
          truth = std::min(truth, holds(*match, packet_));
          continue;
        }
        if (only(expression, "xt")) {
          truth = std::min(truth, Truth::Unknown);
          continue;
        }
        const auto end = act(expression, rule, key, truth == Truth::Yes, depth);
        if (end == End::Goes && only(expression, "return") && truth == Truth::Yes) return End::Goes;
        if (end == End::Goes && only(expression, "goto") && truth == Truth::Yes) return End::Goes;
        if (end == End::Goes && (only(expression, "return") || only(expression, "goto"))) is_sure = false;
        if (end != End::Goes) return end;
      }
    }
    return End::Goes;
  }

  /// A statement of a rule whose conditions hold, or may hold.
  End act(const Json& expression, const Rule& rule, const ChainKey& key, bool is_sure, int depth) {
    if (only(expression, "accept")) {
      may_accept_ |= !is_sure;
      return is_sure ? End::Accepted : End::Goes;
    }
    if (only(expression, "drop") || only(expression, "reject")) {
      if (!is_sure && may_drop_at_.empty()) may_drop_at_ = rule.name;
      if (is_sure) drops_at_ = rule.name;
      return is_sure ? End::Dropped : End::Goes;
    }
    for (const char* word : {"jump", "goto"})
      if (const auto* jump = only(expression, word)) {
        auto target = key;
        std::get<2>(target) = text_of(*jump, "target");
        return walk(target, is_sure, depth + 1);
      }
    if (only(expression, "vmap") || only(expression, "queue")) may_accept_ = true;
    return End::Goes;
  }

  const ForwardedPacket& packet_;
  std::map<ChainKey, Chain> chains_;
  std::vector<std::pair<int, ChainKey>> bases_;
  bool may_accept_ = false;
  std::string drops_at_, may_drop_at_;
};

}  // namespace

std::expected<std::string, std::string> read_firewall(pid_t process) {
  std::error_code error;
  const auto place = "/proc/" + std::to_string(process) + "/ns/net";
  const auto theirs = std::filesystem::read_symlink(place, error);
  if (error) return std::unexpected("the daemon's network namespace is not to be seen from here");
  const bool is_ours = theirs == std::filesystem::read_symlink("/proc/self/ns/net", error);
  const auto enter = is_ours ? std::string() : "nsenter --net=" + place + " ";
  const auto command = "export PATH=\"$PATH:/usr/sbin:/sbin\"; " + enter + "nft -j list ruleset 2>/dev/null";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) return std::unexpected("nft cannot be run");
  std::string text;
  char part[1 << 14];
  while (const auto count = std::fread(part, 1, sizeof part, pipe))
    if (text.size() <= kLongestRuleset) text.append(part, count);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return std::unexpected("nft is not installed");
  if (status != 0) return std::unexpected("nft may not read the rules");
  if (text.size() > kLongestRuleset) return std::unexpected("there are too many rules");
  return text;
}

FirewallAnswer judge_firewall(std::string_view ruleset, const ForwardedPacket& packet) {
  const auto json = Json::parse(ruleset, nullptr, false);
  const auto* entries = only(json, "nftables");
  if (!entries || !entries->is_array()) return {Outcome::NotRead, "nft says what nobody understands"};
  return Judge(*entries, packet).answer();
}

std::string firewall_text(const FirewallAnswer& answer) {
  switch (answer.outcome) {
    case Outcome::NotRead:
      return answer.where.empty() ? "" : "not read: " + answer.where;
    case Outcome::Passes:
      return "passes";
    case Outcome::Drops:
      return "dropped by " + answer.where;
    case Outcome::MayDrop:
      return "may be dropped by " + answer.where + "; that depends on who sends it, or what";
  }
  return "";
}

}  // namespace cli::show
