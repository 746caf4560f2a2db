#include "bgpd/session/tcp_options.hpp"

#include <ifaddrs.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <charconv>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <vector>

namespace bgpd::session {
namespace {

constexpr int kTrafficClass = 0xc0;  // CS6, network control, RFC 4594 §3.1

bool set_int(int socket, int level, int option, int value) {
  return ::setsockopt(socket, level, option, &value, sizeof value) == 0;
}

std::string failure(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

std::optional<rib::IpAddress> address_in(const sockaddr* address) {
  if (!address) return std::nullopt;
  if (address->sa_family == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(address);
    return rib::IpAddress::v4(ntohl(v4->sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(address);
    return rib::IpAddress::from_bytes({v6->sin6_addr.s6_addr, 16});
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> bind_to_device(int socket, const std::string& device) {
  if (device.empty()) return std::nullopt;
  const auto length = static_cast<socklen_t>(device.size());
  if (::setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, device.c_str(), length) == 0) return std::nullopt;
  return "VRF " + device + ": " + std::strerror(errno);
}

void set_common_options(int socket, rib::Afi afi) {
  // Each of these makes the session better and none is worth failing for.
  set_int(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  if (afi == rib::Afi::Ipv4)
    set_int(socket, IPPROTO_IP, IP_TOS, kTrafficClass);
  else
    set_int(socket, IPPROTO_IPV6, IPV6_TCLASS, kTrafficClass);
}

void delay_acks(int socket) { set_int(socket, IPPROTO_TCP, TCP_QUICKACK, 0); }

std::optional<std::string> apply_settings(int socket, rib::Afi afi, const TransportSettings& settings) {
  set_int(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(settings.user_timeout.count()));
  const bool v4 = afi == rib::Afi::Ipv4;
  const int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
  const int ttl = settings.minimum_ttl != 0 ? 255 : settings.ttl;  // RFC 5082 §3: both sides send 255
  if (ttl != 0 && !set_int(socket, level, v4 ? IP_TTL : IPV6_UNICAST_HOPS, ttl))
    return failure("cannot set the TTL");
  if (!set_int(socket, level, v4 ? IP_MINTTL : IPV6_MINHOPCOUNT, settings.minimum_ttl) &&
      settings.minimum_ttl != 0)
    return failure("cannot set the minimum TTL");
  return std::nullopt;
}

std::optional<std::string> set_md5_password(int socket, const rib::Prefix& remotes,
                                            const std::string& password) {
  tcp_md5sig signature{};
  if (password.size() > sizeof signature.tcpm_key) return "the password is longer than 80 characters";
  const auto bytes = remotes.address().bytes();
  if (remotes.address().is_v4()) {
    auto* const v4 = reinterpret_cast<sockaddr_in*>(&signature.tcpm_addr);
    v4->sin_family = AF_INET;
    std::memcpy(&v4->sin_addr, bytes.data(), bytes.size());
  } else {
    auto* const v6 = reinterpret_cast<sockaddr_in6*>(&signature.tcpm_addr);
    v6->sin6_family = AF_INET6;
    std::memcpy(&v6->sin6_addr, bytes.data(), bytes.size());
  }
  signature.tcpm_keylen = static_cast<std::uint16_t>(password.size());
  std::memcpy(signature.tcpm_key, password.data(), password.size());
  int option = TCP_MD5SIG;
  if (!remotes.is_host()) {
    option = TCP_MD5SIG_EXT;
    signature.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX;
    signature.tcpm_prefixlen = static_cast<std::uint8_t>(remotes.length());
  }
  if (::setsockopt(socket, IPPROTO_TCP, option, &signature, sizeof signature) == 0) return std::nullopt;
  if (password.empty() && errno == ENOENT) return std::nullopt;  // there was none
  return failure("cannot set the MD5 password");
}

std::optional<SignatureFailures> read_signature_failures() {
  std::ifstream file("/proc/thread-self/net/netstat");
  std::ostringstream text;
  text << file.rdbuf();
  return parse_signature_failures(text.view());
}

std::optional<SignatureFailures> parse_signature_failures(std::string_view text) {
  constexpr std::string_view kHead = "TcpExt:";
  std::vector<std::string> names, values;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(kHead)) continue;
    std::istringstream words(line.substr(kHead.size()));
    auto& into = names.empty() ? names : values;
    for (std::string word; words >> word;) into.push_back(word);
  }
  SignatureFailures found;
  bool any = false;
  for (std::size_t i = 0; i < names.size() && i < values.size(); ++i) {
    auto* const counter = names[i] == "TCPMD5NotFound"     ? &found.missing
                          : names[i] == "TCPMD5Unexpected" ? &found.unexpected
                          : names[i] == "TCPMD5Failure"    ? &found.wrong
                                                           : nullptr;
    if (!counter) continue;
    std::from_chars(values[i].data(), values[i].data() + values[i].size(), *counter);
    any = true;
  }
  return any ? std::optional(found) : std::nullopt;
}

std::optional<rib::IpAddress> address_of_interface(const std::string& name, const rib::IpAddress& remote) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return std::nullopt;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
  for (const auto* entry = list; entry; entry = entry->ifa_next) {
    if (name != entry->ifa_name) continue;
    const auto address = address_in(entry->ifa_addr);
    if (address && address->afi() == remote.afi() && address->is_link_local() == remote.is_link_local())
      return address;
  }
  return std::nullopt;
}

}  // namespace bgpd::session
