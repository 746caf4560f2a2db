#include "fib/forwarding.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

namespace fib {

namespace {

constexpr const char* kIpv6Interfaces = "/proc/sys/net/ipv6/conf";

std::string file_of(rib::Afi afi) {
  return afi == rib::Afi::Ipv4 ? "/proc/sys/net/ipv4/ip_forward" : "/proc/sys/net/ipv6/conf/all/forwarding";
}

std::optional<char> read_switch(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  char value = 0;
  const bool is_read = ::read(descriptor, &value, 1) == 1;
  ::close(descriptor);
  return is_read ? std::optional(value) : std::nullopt;
}

std::expected<void, std::string> write_switch(const std::string& file, char value) {
  const auto failed = [&] { return std::unexpected(file + ": " + std::strerror(errno)); };
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return failed();
  const bool is_written = ::write(descriptor, &value, 1) == 1;
  const int error = errno;
  ::close(descriptor);
  errno = error;
  if (!is_written) return failed();
  return {};
}

/// A forwarding host ignores router advertisements unless accept_ra is 2
/// (Documentation/networking/ip-sysctl).
void keep_router_advertisements() {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(kIpv6Interfaces, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto file = entry->path() / "accept_ra";
    if (entry->path().filename() != "all" && read_switch(file) == '1') (void)write_switch(file, '2');
  }
}

}  // namespace

bool forwarding_enabled(rib::Afi afi) {
  const auto value = read_switch(file_of(afi));
  return value && *value != '0';
}

std::expected<void, std::string> enable_forwarding(rib::Afi afi) {
  if (forwarding_enabled(afi)) return {};
  if (afi == rib::Afi::Ipv6) keep_router_advertisements();
  return write_switch(file_of(afi), '1');
}

}  // namespace fib
