// What the host's own packet filter does with a packet that is passed on: nftables' rules (iptables of today
// are rules of nftables, too) read once and judged by what is known of the packet. Rules that ask for more
// are told as a doubt, never guessed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "rib/ip_address.hpp"

namespace cli::show {

/// The first packet of a connection; its sender's address and its ports are not known.
struct ForwardedPacket {
  rib::IpAddress destination;
  std::string in_interface = {};  // "": not known
  std::string out_interface = {};
};

struct FirewallAnswer {
  enum class Outcome : std::uint8_t { NotRead, Passes, Drops, MayDrop };
  Outcome outcome = Outcome::NotRead;
  std::string where;  // the rule or policy that drops; of NotRead the reason, "" when nobody asked
};

/// `nft -j list ruleset` in the network namespace of that process. The error is for people.
std::expected<std::string, std::string> read_firewall(pid_t process);

/// `ruleset`: libnftables-json(5).
FirewallAnswer judge_firewall(std::string_view ruleset, const ForwardedPacket& packet);

/// "passes", "dropped by ip filter FORWARD, policy drop"; "" when nobody asked.
std::string firewall_text(const FirewallAnswer& answer);

}  // namespace cli::show
