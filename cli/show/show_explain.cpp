#include "cli/show/commands.hpp"
#include "cli/show/explain.hpp"

namespace cli::show {
namespace {

/// Only what leaves this host again is passed on.
FirewallAnswer firewall_for(const api::Explanation& explanation, const Client& client) {
  const auto& kernel = explanation.kernel();
  const auto& octets = explanation.address();
  const auto address =
      rib::IpAddress::from_bytes({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
  if (kernel.outcome() != api::KernelAnswer::UNICAST || !address) return {};
  const auto ruleset = read_firewall(client.daemon_process());
  if (!ruleset) return {FirewallAnswer::Outcome::NotRead, ruleset.error()};
  return judge_firewall(*ruleset, {*address, kernel.inside(), kernel.next_hop().interface()});
}

/// Error, which ends a script with 1, also stands for "not reachable".
Status explain(const Console& console, const Arguments& arguments) {
  api::Request request;
  auto& question = *request.mutable_explain();
  if (const auto* prefix = arguments.prefix("prefix"))
    put_prefix(*prefix, *question.mutable_prefix());
  else if (const auto* address = arguments.address("address"))
    question.set_address(std::string(address->bytes().begin(), address->bytes().end()));
  for (const auto* word : {"from", "to"}) {
    if (!arguments.has(word)) continue;
    const auto name = parse_neighbor(arguments.text(std::string(word) + "-neighbor"));
    if (!name) {
      console.out("% No such neighbor in this view/vrf\n");
      return Status::Error;
    }
    *(word == std::string_view("from") ? question.mutable_from() : question.mutable_to()) = *name;
  }
  const auto response = console.client.call(std::move(request));
  if (!response) {
    console.report(response.error());
    return Status::Error;
  }
  const auto& explanation = response->explanation();
  const auto firewall = firewall_for(explanation, console.client);
  console.out(arguments.has("json") ? explain_json(explanation, firewall)
                                    : explain_text(explanation, firewall));
  return is_reachable(explanation, firewall) ? Status::Done : Status::Error;
}

}  // namespace

std::vector<Command> explain_commands() {
  return {
      {.syntax = "explain <ADDRESS$address|PREFIX$prefix> [from NEIGHBOR$from-neighbor] "
                 "[to NEIGHBOR$to-neighbor] [json]",
       .help = {"Why packets get there, or not", "The network that holds this address best", "This network",
                "Only the paths of one neighbor", "Its address", "Whether it is announced to one neighbor",
                "Its address", kJson},
       .run = explain},
  };
}

}  // namespace cli::show
