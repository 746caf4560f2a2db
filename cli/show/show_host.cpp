// What FRR's other daemons are asked for: forwarding, `show zebra`, `show bfd`.
#include "cli/show/commands.hpp"

namespace cli::show {
namespace {

template <typename Show>
auto with_status(Show show) {
  return [show](const Console& console, const Arguments& arguments) {
    api::Request request;
    request.mutable_status();
    const auto response = console.client.call(std::move(request));
    if (!response) return console.report(response.error());
    return show(console, arguments, response->status());
  };
}

Status show_forwarding(const Console& console, const Arguments& arguments, const api::Status& status) {
  const bool is_ipv6 = arguments.has("ipv6");
  const bool forwards = is_ipv6 ? status.forwards_ipv6() : status.forwards_ipv4();
  console.out(std::string(is_ipv6 ? "ipv6" : "IP") + " forwarding is " + (forwards ? "on" : "off") + "\n");
  return Status::Done;
}

/// The lines of FRR's that have an answer here.
Status show_zebra(const Console& console, const Arguments&, const api::Status& status) {
  api::Request request;
  request.mutable_version();
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  const auto on = [](bool is_on) { return is_on ? "On" : "Off"; };
  std::string out;
  const auto line = [&](const char* what, const std::string& how) {
    append(out, " %-30s %-24s\n", what, how.c_str());
  };
  line("OS", response->version().system());
  line("ECMP Maximum", "64");
  line("v4 Forwarding", on(status.forwards_ipv4()));
  line("v6 Forwarding", on(status.forwards_ipv6()));
  line("MPLS", "Off");
  line("EVPN", "Off");
  line("Kernel routes", status.writes_kernel() ? "written by kuland itself: `show fib`" : "not written");
  console.out(out);
  return Status::Done;
}

/// As FRR's bfdd answers that has no peers.
Status show_bfd(const Console& console, const Arguments& arguments) {
  if (arguments.has("json")) {
    console.out("[\n]\n");
    return Status::Done;
  }
  if (!arguments.has("brief")) {
    console.out("BFD Peers:\n");
    return Status::Done;
  }
  std::string out = "Session count: 0\n";
  append(out, "%-10s %-40s %-40s%-15s\n", "SessionId", "LocalAddress", "PeerAddress", "Status");
  append(out, "%-10s %-40s %-40s%-15s\n", "=========", "============", "===========", "======");
  console.out(out);
  return Status::Done;
}

}  // namespace

std::vector<Command> host_commands() {
  return {
      {.syntax = "show <ip|ipv6> forwarding",
       .help = {kShow, "IPv4 information", "IPv6 information", "Does this host pass on packets of others"},
       .run = with_status(show_forwarding)},
      {.syntax = "show zebra",
       .help = {kShow, "Kernel and forwarding, which kuland sees to itself"},
       .run = with_status(show_zebra)},
      {.syntax = "show bfd peers [<brief|counters>] [json]",
       .help = {kShow, "BFD, which kuland does not run", "There are none", "One line each", "Counters",
                kJson},
       .run = show_bfd},
  };
}

}  // namespace cli::show
