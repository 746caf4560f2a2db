// `explain`: the chain of an Explanation for people and for programs.
//
// Sentences are made here from the daemon's enumerators; JSON has these as stable words ("rejected",
// "policyDenied").
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "cli/show/firewall.hpp"
#include "cli/show/format.hpp"
#include "cli/show/json.hpp"

namespace cli::show {

/// `firewall`: of this host, as the shell read it.
std::string explain_text(const api::Explanation& explanation, const FirewallAnswer& firewall = {});
std::string explain_json(const api::Explanation& explanation, const FirewallAnswer& firewall = {});
/// The daemon's verdict, unless the firewall drops what it says passes.
bool is_reachable(const api::Explanation& explanation, const FirewallAnswer& firewall);

/// The last two lines: what it comes to, and what to type next. explain_words.cpp
struct Conclusion {
  std::string sentence;
  std::string command;
};
Conclusion conclusion_of(const api::Explanation& explanation, const FirewallAnswer& firewall = {});
/// "unicast 10.1.0.0/16 via 192.168.1.2, eth0".
std::string kernel_answer_text(const api::KernelAnswer& kernel);
/// Why a neighbor has no session: what the last attempt met, else how the last session ended.
std::string no_session_text(const api::ExplainedNeighbor& neighbor);
/// Why a route is not announced: "denied by policy: route-map OUT, sequence 10".
std::string export_text(const api::ExplainedNeighbor& neighbor);
/// "1 prefix", "2 prefixes".
std::string prefixes_text(std::uint32_t count);
/// "192.168.1.2 (node2)".
std::string who_text(const api::NeighborName& name, const std::string& hostname);
/// The deciding values of the best and of another path, best first: "200 against 100"; "" where they say
/// nothing.
std::string contest_values(const api::Path& best, const api::Path& other);

using NextHopList = google::protobuf::RepeatedPtrField<api::NextHop>;
/// Gateways and interfaces. explain_json.cpp
Json next_hop_list_json(const NextHopList& hops);

/// Stable words for programs; "unknown" for numbers of a newer daemon. explain_codes.cpp
template <std::size_t size>
std::string_view word_of(const std::array<std::string_view, size>& words, int number) {
  return number >= 0 && static_cast<std::size_t>(number) < size ? words[static_cast<std::size_t>(number)]
                                                                : "unknown";
}
std::string_view code_of(api::Explanation::Verdict verdict);
std::string_view code_of(api::BestReason reason);
std::string_view code_of(api::PathState state);
std::string_view code_of(api::FibState state);
std::string_view code_of(api::ExportState state);
std::string_view code_of(api::KernelAnswer::Outcome outcome);
std::string_view code_of(api::RouteSource source);
std::string_view code_of(FirewallAnswer::Outcome outcome);

}  // namespace cli::show
