#include "cli/command/mode.hpp"

namespace cli {

namespace {

constexpr ModeRow kModes[] = {
    {Mode::View, Mode::View, "> ", "view"},
    {Mode::Enable, Mode::View, "# ", "enable"},
    {Mode::Config, Mode::Enable, "(config)# ", "configure"},
    {Mode::RouterBgp, Mode::Config, "(config-router)# ", "router bgp"},
    {Mode::AddressFamilyIpv4, Mode::RouterBgp, "(config-router-af)# ", "address-family ipv4 unicast"},
    {Mode::AddressFamilyIpv6, Mode::RouterBgp, "(config-router-af)# ", "address-family ipv6 unicast"},
    {Mode::RouteMap, Mode::Config, "(config-route-map)# ", "route-map"},
    {Mode::Vrf, Mode::Config, "(config-vrf)# ", "vrf"},
    {Mode::Interface, Mode::Config, "(config-if)# ", "interface"},
    {Mode::Line, Mode::Config, "(config-line)# ", "line vty"},
    {Mode::KeyChain, Mode::Config, "(config-keychain)# ", "key chain"},
    {Mode::Bfd, Mode::Config, "(config-bfd)# ", "bfd"},
    {Mode::Rpki, Mode::Config, "(config-rpki)# ", "rpki"},
    {Mode::OtherRouter, Mode::Config, "(config-router)# ", "router"},
    {Mode::LinkParameters, Mode::Interface, "(config-link-params)# ", "link-params"},
    {Mode::KeyChainKey, Mode::KeyChain, "(config-keychain-key)# ", "key"},
    {Mode::BfdPeer, Mode::Bfd, "(config-bfd-peer)# ", "peer"},
    {Mode::BfdProfile, Mode::Bfd, "(config-bfd-profile)# ", "profile"},
    {Mode::OtherAddressFamily, Mode::OtherRouter, "(config-router-af)# ", "address-family"},
    {Mode::BgpBmp, Mode::RouterBgp, "(config-bgp-bmp)# ", "bmp targets"},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < std::size(kModes); ++i)
    if (static_cast<std::size_t>(kModes[i].mode) != i) return false;
  return true;
}
static_assert(is_in_order(), "a mode is its row's number");

}  // namespace

std::span<const ModeRow> all_modes() { return kModes; }

const ModeRow& row_of(Mode mode) { return kModes[static_cast<std::size_t>(mode)]; }

std::string prompt_of(Mode mode, std::string_view hostname) {
  return std::string(hostname) + std::string(row_of(mode).prompt);
}

}  // namespace cli
