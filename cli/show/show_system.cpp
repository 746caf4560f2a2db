#include <algorithm>
#include <fstream>
#include <iterator>

#include "cli/options.hpp"
#include "cli/show/commands.hpp"
#include "cli/show/json.hpp"
#include "cli/show/system.hpp"

namespace cli::show {
namespace {

constexpr std::string_view kOneDaemon = "One daemon does it all: the same";

Json lines_json(const std::string& text) {
  auto lines = Json::array();
  for (std::size_t from = 0; from < text.size();) {
    const auto to = std::min(text.find('\n', from), text.size());
    if (to > from && text.compare(from, to - from, "!") != 0) lines.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return lines;
}

Status show_running_config(const Console& console, const Arguments& arguments) {
  api::Request request;
  request.mutable_config();
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  const auto& text = response->config().text();
  if (arguments.has("json"))
    console.out(json_text({{"runningConfig", lines_json(text)}}) + "\n");
  else
    console.out(
        (arguments.has("no-header") ? "" : "Building configuration...\n\nCurrent configuration:\n!\n") +
        text + (text.ends_with("!\n") ? "end\n" : "!\nend\n"));
  return Status::Done;
}

/// Without a daemon, which would know of another file.
Status show_file(const Console& console, const ClientError& why) {
  std::ifstream file(kConfigFile);
  if (!file) {
    console.out("% " + why.message + ", and " + kConfigFile + " cannot be read\n");
    return Status::Error;
  }
  console.out("! " + why.message + "; this is " + kConfigFile + "\n");
  console.out(std::string(std::istreambuf_iterator<char>(file), {}));
  return Status::Done;
}

Status show_startup_config(const Console& console, const Arguments&) {
  api::Request request;
  request.mutable_config()->mutable_source()->set_kind(api::ConfigSource::FILE);
  const auto response = console.client.call(std::move(request));
  if (!response)
    return response.error().kind == ClientError::Kind::Unreachable ? show_file(console, response.error())
                                                                   : console.report(response.error());
  console.out(response->config().text());
  return Status::Done;
}

/// Health checks look for "bgpd" here. Of a daemon that does not answer, nothing is told.
Status show_daemons(const Console& console, const Arguments&) {
  api::Request request;
  request.mutable_version();
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  console.out(" zebra bgpd staticd\n");
  return Status::Done;
}

Status show_version(const Console& console, const Arguments& arguments) {
  api::Request request;
  request.mutable_version();
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  console.out(arguments.has("json") ? version_json(response->version()) : version_text(response->version()));
  return Status::Done;
}

Status show_interfaces(const Console& console, const Arguments& arguments) {
  api::Request request;
  request.mutable_interfaces();
  auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  auto& interfaces = *response->mutable_interfaces();
  if (const auto name = arguments.text("name"); !name.empty()) {
    const auto is_other = [&](const auto& interface) { return interface.name() != name; };
    auto& all = *interfaces.mutable_interfaces();
    all.erase(std::remove_if(all.begin(), all.end(), is_other), all.end());
    if (all.empty()) {
      console.out(arguments.has("json") ? "{}\n" : "% Can't find interface " + name + "\n");
      return Status::Warning;
    }
  }
  const bool json = arguments.has("json");
  if (arguments.has("brief"))
    console.out(json ? interfaces_json(interfaces) : interfaces_text(interfaces));
  else
    console.out(json ? interface_details_json(interfaces) : interface_details_text(interfaces));
  return Status::Done;
}

/// A command that asks for Status and shows it in one of two ways.
auto with_status(std::string (*as_text)(const api::Status&), std::string (*as_json)(const api::Status&)) {
  return [=](const Console& console, const Arguments& arguments) {
    api::Request request;
    request.mutable_status();
    const auto response = console.client.call(std::move(request));
    if (!response) return console.report(response.error());
    console.out(arguments.has("json") ? as_json(response->status()) : as_text(response->status()));
    return Status::Done;
  };
}

}  // namespace

std::vector<Command> system_commands() {
  return {
      {.syntax = "show running-config [<bgpd|zebra|staticd>] [<json|no-header>]",
       .help = {kShow, "Configuration in force", kOneDaemon, kOneDaemon, kOneDaemon, kJson,
                "The lines alone"},
       .run = show_running_config},
      {.syntax = "show startup-config",
       .help = {kShow, "Configuration that the next start reads"},
       .run = show_startup_config},
      {.syntax = "write terminal",
       .help = {"Write the running configuration", "To the terminal"},
       .run = show_running_config},
      {.syntax = "show daemons",
       .help = {kShow, "Daemons of FRR's whose work kuland does"},
       .run = show_daemons},
      {.syntax = "show version [json]", .help = {kShow, "Version of the daemon", kJson}, .run = show_version},
      {.syntax = "show status [json]",
       .help = {kShow, "Is the daemon well", kJson},
       .run = with_status(status_text, status_json)},
      {.syntax = "show interface [<brief|IFNAME$name>] [json]",
       .help = {kShow, "Links of this host", "One line each", "This one alone", kJson},
       .run = show_interfaces},
      {.syntax = "show memory [json]",
       .help = {kShow, "What memory is used for", kJson},
       .run = with_status(memory_report_text, memory_report_json)},
      {.syntax = "show bgp memory [json]",
       .help = {kShow, "BGP information", "What memory is used for", kJson},
       .run = with_status(memory_report_text, memory_report_json)},
  };
}

}  // namespace cli::show
