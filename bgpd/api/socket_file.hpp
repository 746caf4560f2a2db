// The file of the API's Unix socket: making it without harming a living daemon, removing it without harming a
// successor.
#pragma once

#include <sys/types.h>

#include <expected>
#include <string>

namespace bgpd::api {

struct SocketFile {
  int descriptor = -1;  // bound, not yet listening; the caller's
  gid_t group = 0;
  dev_t device = 0;
  ino_t inode = 0;
};

/// Errors are sentences that name the path.
std::expected<SocketFile, std::string> make_socket_file(const std::string& path, const std::string& group,
                                                        unsigned mode = 0660);
/// Whether a daemon answers there.
bool is_served(const std::string& path);
/// Only if the file there is still this one.
void remove_socket_file(const std::string& path, const SocketFile& file);

}  // namespace bgpd::api
