// `show interface`: links of the host one by one, in FRR's words as far as the daemon follows them.
#include <algorithm>

#include "cli/show/json.hpp"
#include "cli/show/system.hpp"

namespace cli::show {
namespace {

const char* status_word(const api::Interface& interface) {
  return interface.is_up() ? (interface.is_running() ? "up" : "up/no-carrier") : "down";
}

const char* up_or_down(bool is_up) { return is_up ? "up" : "down"; }

std::string with_length(const api::InterfaceAddress& address) {
  return address_text(address.address()) + "/" + std::to_string(address.length());
}

/// "VETH", as FRR writes kinds; "Other": a link that is none of the kernel's making.
std::string kind_of(const api::Interface& interface) {
  if (interface.kind().empty()) return "Other";
  auto kind = interface.kind();
  std::ranges::transform(kind, kind.begin(),
                         [](char c) { return 'a' <= c && c <= 'z' ? char(c - 'a' + 'A') : c; });
  return kind;
}

/// What `brief` tells, and a little more.
Json interface_json(const api::Interface& interface) {
  auto addresses = Json::array();
  for (const auto& address : interface.addresses()) addresses.push_back(with_length(address));
  Json entry;
  entry["status"] = interface.is_up() ? "up" : "down";
  entry["vrfName"] = vrf_text(interface.vrf());
  entry["addresses"] = std::move(addresses);
  entry["operational"] = status_word(interface);
  entry["index"] = interface.index();
  entry["mtu"] = interface.mtu();
  if (!interface.kind().empty()) entry["kind"] = interface.kind();
  if (interface.advertised()) entry["advertised"] = true;
  return entry;
}

}  // namespace

std::string interfaces_text(const api::Interfaces& interfaces) {
  std::string out;
  append(out, "%-15s %-7s %-15s %s\n", "Interface", "Status", "VRF", "Addresses");
  append(out, "%-15s %-7s %-15s %s\n", "---------", "------", "---", "---------");
  for (const auto& interface : interfaces.interfaces()) {
    append(out, "%-15s %-7s %-15s ", interface.name().c_str(), interface.is_up() ? "up" : "down",
           vrf_text(interface.vrf()).c_str());
    bool first = true;
    for (const auto& address : interface.addresses()) {
      if (const auto value = address_of(address.address()); !value || value->is_link_local()) continue;
      if (!first) append(out, "%*s+ ", 40, "");
      out += with_length(address) + "\n";
      first = false;
    }
    if (first) out += '\n';
  }
  return out + "\n";
}

std::string interfaces_json(const api::Interfaces& interfaces) {
  auto json = Json::object();
  for (const auto& interface : interfaces.interfaces())
    json.get_ref<Json::object_t&>().emplace_back(interface.name(), interface_json(interface));
  return json_text(json) + "\n";
}

std::string interface_details_text(const api::Interfaces& interfaces) {
  std::string out;
  for (const auto& interface : interfaces.interfaces()) {
    append(out, "Interface %s is %s, line protocol is %s\n", interface.name().c_str(),
           up_or_down(interface.is_up()), up_or_down(interface.is_running()));
    append(out, "  vrf: %s\n", vrf_text(interface.vrf()).c_str());
    append(out, "  index %u mtu %u\n", interface.index(), interface.mtu());
    for (const auto& address : interface.addresses())
      append(out, "  %s %s\n", address.address().size() == 4 ? "inet" : "inet6",
             with_length(address).c_str());
    append(out, "  Interface Type %s\n", kind_of(interface).c_str());
    if (interface.advertised()) out += "  Its subnets are announced\n";
  }
  return out;
}

/// With the keys of the short form, and FRR's of the long one.
std::string interface_details_json(const api::Interfaces& interfaces) {
  auto json = Json::object();
  for (const auto& interface : interfaces.interfaces()) {
    auto entry = interface_json(interface);
    entry["administrativeStatus"] = up_or_down(interface.is_up());
    entry["operationalStatus"] = up_or_down(interface.is_running());
    entry["interfaceType"] = kind_of(interface);
    auto addresses = Json::array();
    for (const auto& address : interface.addresses())
      addresses.push_back({{"address", with_length(address)}, {"secondary", false}, {"unnumbered", false}});
    entry["ipAddresses"] = std::move(addresses);
    json.get_ref<Json::object_t&>().emplace_back(interface.name(), std::move(entry));
  }
  return json_text(json) + "\n";
}

}  // namespace cli::show
