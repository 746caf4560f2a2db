// `show bgp vrfs`, and `vrf NAME` in the other commands of BGP: there is one instance, in the VRF that the
// daemon lives in.
#include "cli/show/commands.hpp"
#include "cli/show/json.hpp"

namespace cli::show {
namespace {

/// Nothing when there is none, or nobody to ask.
std::optional<Instance> own_instance(Client& client) {
  api::Request request;
  request.mutable_summary();
  const auto response = client.call(std::move(request));
  if (!response) return std::nullopt;
  return Instance{vrf_text(response->summary().vrf()), response->summary().vrf_id()};
}

/// In FRR's words, which differ from command to command.
Status no_such_instance(const Console& console, std::string_view syntax, const Arguments& arguments) {
  const bool is_about_peers = syntax.contains("summary") || syntax.contains("neighbors");
  const bool json = arguments.has("json");
  if (is_about_peers)
    console.out(json ? "{}\n" : "% BGP instance not found\n");
  else if (json)
    console.out(json_text({{"warning", "View/Vrf is unknown"}}) + "\n");
  else
    console.out("View/Vrf " + arguments.text("instance") + " is unknown\n");
  return Status::Warning;
}

/// `vrf all`: an object by instance, or a heading where the answer does not name the instance itself.
Status run_for_all(const Command& command, const Console& console, const Arguments& arguments,
                   const Instance& own) {
  auto one = console;
  one.instance = own;
  if (!command.syntax.starts_with("show")) return command.run(one, arguments);
  const bool json = arguments.has("json");
  if (json)
    console.out("{\n" + json_text(Json(own.name)) + ":");
  else if (!command.syntax.contains("summary"))
    console.out("\nInstance " + own.name + ":\n");
  const auto status = command.run(one, arguments);
  if (json) console.out("}\n");
  return status;
}

Status show_bgp_vrfs(const Console& console, const Arguments& arguments) {
  api::Request request;
  request.mutable_status();
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  const auto& status = response->status();
  const auto own = status.bgp_configured() ? own_instance(console.client) : std::nullopt;
  const char* type = own && own->name != "default" ? "VRF" : "DFLT";
  const auto identifier = identifier_text(status.router_id());
  constexpr const char* kNoMac = "00:00:00:00:00:00";  // of EVPN, which is not here

  if (arguments.has("json")) {
    Json json{{"vrfs", Json::object()}, {"totalVrfs", own ? 1 : 0}};
    if (own)
      json["vrfs"][own->name] = {{"type", type},
                                 {"vrfId", own->id},
                                 {"routerId", identifier},
                                 {"numConfiguredPeers", status.neighbors()},
                                 {"numEstablishedPeers", status.established()},
                                 {"l3vni", 0},
                                 {"rmac", kNoMac},
                                 {"interface", "unknown"}};
    console.out(json_text(json) + "\n");
    return Status::Done;
  }
  std::string out;
  append(out, "%4s  %-5s  %-16s  %9s  %10s  %-37s\n", "Type", "Id", "routerId", "#PeersCfg", "#PeersEstb",
         "Name");
  append(out, "%11s  %-16s  %-21s  %-6s\n", " ", "L3-VNI", "RouterMAC", "Interface");
  if (own) {
    append(out, "%4s  %-5u  %-16s  %-9u  %-10u  %-37s\n", type, own->id, identifier.c_str(),
           status.neighbors(), status.established(), own->name.c_str());
    append(out, "%11s  %-16u  %-21s  %-20s\n", " ", 0u, kNoMac, "unknown");
  }
  append(out, "\nTotal number of VRFs (including default): %d\n", own ? 1 : 0);
  console.out(out);
  return Status::Done;
}

}  // namespace

Command of_instance(Command command) {
  if (!command.syntax.contains("$instance")) return command;
  auto made = command;
  made.run = [command = std::move(command)](const Console& console, const Arguments& arguments) {
    const auto name = arguments.text("instance");
    const auto own = name.empty() ? std::nullopt : own_instance(console.client);
    if (!own || name == own->name) return command.run(console, arguments);
    if (name == "all") return run_for_all(command, console, arguments, *own);
    return no_such_instance(console, command.syntax, arguments);
  };
  return made;
}

std::vector<Command> instance_commands() {
  return {{.syntax = "show [ip] bgp vrfs [json]",
           .help = {kShow, "IP information", "BGP information", "Instances of BGP: there is one", kJson},
           .run = show_bgp_vrfs}};
}

}  // namespace cli::show
