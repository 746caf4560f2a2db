#include "cli/show/commands.hpp"

#include <algorithm>
#include <iterator>

namespace cli::show {

Status Console::report(const ClientError& error) const {
  out("% " + error.message + "\n" + error.help());
  const bool is_warning = error.kind == ClientError::Kind::Refused &&
                          (error.code == api::Done::NOT_FOUND || error.code == api::Done::NO_BGP);
  return is_warning ? Status::Warning : Status::Error;
}

std::vector<Command> all_commands() {
  std::vector<Command> all;
  // `show bgp community-list NAME` is the list, as in FRR; of two rows that fit, the first is meant.
  for (auto&& part :
       {bgp_commands(), route_table_commands(), policy_commands(), bgp_filter_commands(), system_commands(),
        host_commands(), prefix_count_commands(), statistics_commands(), instance_commands(),
        program_commands(), action_commands(), fib_commands(), explain_commands(), compare_commands(),
        history_commands(), configuration_commands(), log_commands()})
    std::ranges::transform(part, std::back_inserter(all), of_instance);
  return all;
}

std::optional<api::NeighborName> parse_neighbor(std::string_view text) {
  constexpr std::size_t kInterfaceNameLength = 15;  // IFNAMSIZ - 1
  const auto percent = text.find('%');
  const auto address = rib::IpAddress::parse(text.substr(0, percent));
  api::NeighborName name;
  if (!address) {
    // Not an address: the neighbor on an interface, unless it cannot be one's name.
    const bool is_number = text.find_first_not_of("0123456789.:") == std::string_view::npos;
    if (text.empty() || is_number || text.size() > kInterfaceNameLength) return std::nullopt;
    name.set_interface(std::string(text));
    return name;
  }
  name.set_address(std::string(address->bytes().begin(), address->bytes().end()));
  if (percent != std::string_view::npos) name.set_interface(std::string(text.substr(percent + 1)));
  return name;
}

std::vector<std::string_view> bgp_help(std::initializer_list<std::string_view> rest) {
  std::vector<std::string_view> help{kShow,
                                     "IP information",
                                     "BGP information",
                                     "An instance",
                                     "An instance, or all of them",
                                     "Its name: default, or the VRF that the daemon lives in",
                                     "IPv4 address family",
                                     "IPv6 address family",
                                     "Unicast"};
  help.insert(help.end(), rest);
  return help;
}

std::optional<api::Family> family_of(const Arguments& arguments) {
  if (arguments.has("ipv6")) return api::IPV6_UNICAST;
  if (arguments.has("ipv4") || arguments.has("ip")) return api::IPV4_UNICAST;
  return std::nullopt;
}

}  // namespace cli::show
