#include "bgpd/api/socket_file.hpp"

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

namespace bgpd::api {
namespace {

std::unexpected<std::string> failure(const std::string& path, const std::string& what) {
  return std::unexpected("socket " + path + ": " + what);
}

/// 0 or an errno of connecting; who is there may be busy.
int probe(const sockaddr_un& address) {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return errno;
  const int result = ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = result == 0 ? 0 : errno;
  ::close(descriptor);
  return error == EAGAIN || error == EINPROGRESS ? 0 : error;
}

/// Nothing when the path is too long.
std::optional<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

/// Removes what a dead daemon left. An error when somebody listens there, or it is something else.
std::optional<std::string> clear_the_way(const std::string& path, const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0)
    return errno == ENOENT ? std::nullopt : std::optional(std::string(std::strerror(errno)));
  if (!S_ISSOCK(status.st_mode)) return "there is a file that is no socket";
  const int error = probe(address);
  if (error == 0) return "another kuland is running and answers there";
  if (error != ECONNREFUSED) return std::strerror(error);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return std::strerror(errno);
  return std::nullopt;
}

/// Of this host alone: what else the system would ask brings libraries that stay.
std::optional<gid_t> group_named(const std::string& name) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/etc/group", "re"), std::fclose);
  if (file)
    while (const auto* entry = ::fgetgrent(file.get()))
      if (entry->gr_name == name) return entry->gr_gid;
  return std::nullopt;
}

}  // namespace

bool is_served(const std::string& path) {
  const auto address = address_of(path);
  return address && probe(*address) == 0;
}

std::expected<SocketFile, std::string> make_socket_file(const std::string& path, const std::string& group,
                                                        unsigned mode) {
  const auto named = address_of(path);
  if (!named) return failure(path, "the path is empty or too long");
  const auto& address = *named;

  std::error_code error;
  if (const auto directory = std::filesystem::path(path).parent_path(); !directory.empty())
    std::filesystem::create_directories(directory, error);
  if (const auto obstacle = clear_the_way(path, address)) return failure(path, *obstacle);

  SocketFile file;
  file.descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (file.descriptor < 0) return failure(path, std::strerror(errno));
  const auto fail = [&](int number) {
    ::close(file.descriptor);
    return failure(path, std::strerror(number));
  };
  if (::bind(file.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail(errno);
  // Nobody can connect before listen(), so the mode is right in time.
  file.group = ::getegid();
  if (const auto id = group_named(group); id && ::chown(path.c_str(), static_cast<uid_t>(-1), *id) == 0)
    file.group = *id;
  struct stat status {};
  if (::chmod(path.c_str(), mode) != 0 || ::stat(path.c_str(), &status) != 0) return fail(errno);
  file.device = status.st_dev;
  file.inode = status.st_ino;
  return file;
}

void remove_socket_file(const std::string& path, const SocketFile& file) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0 && status.st_dev == file.device && status.st_ino == file.inode)
    ::unlink(path.c_str());
}

}  // namespace bgpd::api
