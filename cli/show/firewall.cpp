#include "cli/show/firewall.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <vector>

#include "cli/show/firewall_match.hpp"

namespace cli::show {
namespace {

using firewall::only;
using firewall::text_of;
using firewall::Truth;
using Outcome = FirewallAnswer::Outcome;

constexpr std::size_t kLongestRuleset = 64u << 20;
constexpr int kDeepestJump = 16;  // the kernel allows as many, NFT_JUMP_STACK_SIZE

struct Rule {
  const firewall::Json* expressions;
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
  Judge(const firewall::Json& ruleset, const ForwardedPacket& packet) : packet_(packet) {
    for (const auto& entry : ruleset) {
      for (const char* kind : {"set", "map"})
        if (const auto* set = only(entry, kind)) sets_.note(*set);
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
  /// What a statement does: MayLeave and Leaves are this chain's end, where the packet goes on in the one
  /// around it.
  enum class End : std::uint8_t { Goes, MayLeave, Leaves, Accepted, Dropped };

  static ChainKey key_of(const firewall::Json& object, const char* chain) {
    return {text_of(object, "family"), text_of(object, "table"), text_of(object, chain)};
  }

  void note_chain(const firewall::Json& chain) {
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

  void note_rule(const firewall::Json& rule) {
    const auto expressions = rule.find("expr");
    if (expressions == rule.end() || !expressions->is_array()) return;
    auto& chain = chains_[key_of(rule, "chain")];
    chain.rules.push_back({&*expressions, chain.name + ", rule " + std::to_string(chain.rules.size() + 1)});
  }

  /// `is_sure`: the packet comes here in any case.
  End walk(const ChainKey& key, bool is_sure, int depth) {
    if (depth > kDeepestJump) return End::Goes;
    for (const auto& rule : chains_[key].rules) {
      const auto end = apply(rule, key, is_sure, depth);
      if (end == End::Leaves) return End::Goes;
      if (end == End::MayLeave) is_sure = false;
      if (end == End::Accepted || end == End::Dropped) return end;
    }
    return End::Goes;
  }

  End apply(const Rule& rule, const ChainKey& key, bool is_sure, int depth) {
    const firewall::Table table{std::get<0>(key), std::get<1>(key)};
    auto truth = is_sure ? Truth::Yes : Truth::Unknown;
    for (const auto& expression : *rule.expressions) {
      if (const auto* match = only(expression, "match"))
        truth = std::min(truth, firewall::holds(*match, sets_, table, packet_));
      else if (only(expression, "xt"))
        truth = std::min(truth, Truth::Unknown);
      else if (const auto end = act(expression, rule, key, truth == Truth::Yes, depth); end != End::Goes)
        return end;
      if (truth == Truth::No) break;
    }
    return End::Goes;
  }

  /// A statement of a rule whose conditions hold, or may hold.
  End act(const firewall::Json& expression, const Rule& rule, const ChainKey& key, bool is_sure, int depth) {
    if (only(expression, "accept")) {
      may_accept_ |= !is_sure;
      return is_sure ? End::Accepted : End::Goes;
    }
    if (only(expression, "drop") || only(expression, "reject")) {
      if (!is_sure && may_drop_at_.empty()) may_drop_at_ = rule.name;
      if (is_sure) drops_at_ = rule.name;
      return is_sure ? End::Dropped : End::Goes;
    }
    if (only(expression, "return")) return is_sure ? End::Leaves : End::MayLeave;
    if (const auto* jump = only(expression, "jump")) return visit(*jump, key, is_sure, depth);
    if (const auto* jump = only(expression, "goto")) {
      const auto end = visit(*jump, key, is_sure, depth);
      return end != End::Goes ? end : is_sure ? End::Leaves : End::MayLeave;
    }
    if (const auto* map = only(expression, "vmap")) return choose(*map, rule, key, is_sure, depth);
    if (only(expression, "queue")) may_accept_ = true;
    return End::Goes;
  }

  End visit(const firewall::Json& jump, const ChainKey& from, bool is_sure, int depth) {
    auto target = from;
    std::get<2>(target) = text_of(jump, "target");
    return walk(target, is_sure, depth + 1);
  }

  /// A verdict map: the verdict of the element that the packet has, or of each that it may have.
  End choose(const firewall::Json& map, const Rule& rule, const ChainKey& key, bool is_sure, int depth) {
    const auto left = map.find("key"), data = map.find("data");
    const auto* elements = left == map.end() || data == map.end()
                               ? nullptr
                               : sets_.elements(*data, {std::get<0>(key), std::get<1>(key)});
    if (!elements) {
      may_accept_ = true;
      return End::Goes;
    }
    std::vector<const firewall::Json*> possible;
    const firewall::Json* for_all_others = nullptr;
    for (const auto& each : *elements) {
      const auto element = firewall::map_element(each);
      if (!element.value) continue;
      if (element.is_for_all_others) {
        for_all_others = element.verdict;
        continue;
      }
      const auto truth = firewall::is_value(*left, *element.value, packet_);
      if (truth == Truth::Yes) return act(*element.verdict, rule, key, is_sure, depth);
      if (truth == Truth::Unknown) possible.push_back(element.verdict);
    }
    if (for_all_others && possible.empty()) return act(*for_all_others, rule, key, is_sure, depth);
    if (for_all_others) possible.push_back(for_all_others);
    auto end = End::Goes;
    for (const auto* verdict : possible) end = std::max(end, act(*verdict, rule, key, false, depth));
    return end;
  }

  const ForwardedPacket& packet_;
  firewall::Sets sets_;
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
  const auto json = firewall::Json::parse(ruleset, nullptr, false);
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
