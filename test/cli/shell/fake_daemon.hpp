// The daemon's end of the socket for tests of the shell: canned answers, and a configuration that is really
// edited.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cli/config/edit.hpp"
#include "cli/config/writer.hpp"
#include "cli/frame.hpp"
#include "cli/proto/kulan.pb.h"

namespace cli {

namespace api = kulan::api;

class FakeDaemon {
 public:
  FakeDaemon() {
    char name[] = "/tmp/kulan-shell-XXXXXX";
    directory_ = ::mkdtemp(name);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
    if (::listen(listener_, 8) != 0) std::abort();
    thread_ = std::thread([this] { accept_all(); });
  }
  ~FakeDaemon() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    std::filesystem::remove_all(directory_);
  }
  std::string path() const { return directory_ + "/kuland.sock"; }

  /// The lines that reached the configuration, e.g. for `EXPECT_THAT(…, HasSubstr("neighbor"))`.
  std::string running_config() {
    const std::lock_guard lock(mutex_);
    return write_config(config_);
  }
  /// Sessions that are up.
  std::atomic<std::uint32_t> established = 0;
  /// What was asked, in order.
  std::vector<api::Request> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void accept_all() {
    for (int client; (client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ::close(client))
      while (serve(client)) {
      }
  }

  static bool read(int client, char* to, std::size_t size) {
    return ::recv(client, to, size, MSG_WAITALL) == static_cast<ssize_t>(size);
  }

  bool serve(int client) {
    std::array<std::uint8_t, kFrameHeaderSize> header{};
    if (!read(client, reinterpret_cast<char*>(header.data()), header.size())) return false;
    std::string octets(*frame_length(header), '\0');
    if (!read(client, octets.data(), octets.size())) return false;
    api::Request request;
    if (!request.ParseFromString(octets)) return false;

    api::Response response, last;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      *last.mutable_done() = answer(request, response);
    }
    response.set_id(request.id());
    last.set_id(request.id());
    octets.clear();
    if (last.done().code() == api::Done::OK) append_frame(octets, response);
    append_frame(octets, last);
    return ::send(client, octets.data(), octets.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(octets.size());
  }

  api::Done answer(const api::Request& request, api::Response& response) {
    api::Done done;
    switch (request.command_case()) {
      case api::Request::kVersion:
        response.mutable_version()->set_hostname("node1");
        response.mutable_version()->set_version("0.1.0");
        break;
      case api::Request::kConfig:
        response.mutable_config()->set_text(write_config(config_));
        break;
      case api::Request::kStatus:
        response.mutable_status()->set_established(established);
        break;
      case api::Request::kSummary: {
        auto& family = *response.mutable_summary()->add_families();
        family.set_family(api::IPV4_UNICAST);
        family.set_local_as(64512);
        family.add_neighbors()->mutable_name()->set_address(std::string("\xc0\xa8\x4d\x02", 4));
        break;
      }
      case api::Request::kRoutes:
        done.set_code(api::Done::NOT_FOUND);
        done.set_message("Network not in table");
        break;
      case api::Request::kNeighbors:
        if (!request.neighbors().has_neighbor())
          response.mutable_neighbors()->add_neighbors()->mutable_name()->set_address(
              std::string("\xc0\xa8\x4d\x02", 4));
        break;
      case api::Request::kRouteTable:
        add_route(*response.mutable_route_table(), std::string("\x0a\0\0\0", 4), 7, 0);
        add_route(*response.mutable_route_table(), std::string("\x0a\x09\0\0", 4), 16, 5);
        break;
      case api::Request::kFib: {
        auto& fib = *response.mutable_fib();
        fib.add_tables()->set_table(254);
        for (const auto* name : {"red", "blue"}) fib.add_tables()->set_vrf(name);
        fib.mutable_tables(1)->set_table(10);
        break;
      }
      case api::Request::kInterfaces: {
        auto& red = *response.mutable_interfaces()->add_interfaces();
        red.set_name("red");
        red.set_index(7);
        break;
      }
      case api::Request::kEdit:
        edit_config(request.edit(), *response.mutable_edit());
        break;
      case api::Request::kWrite:
        done.set_code(api::Done::DENIED);
        done.set_message("This user may look, but not change anything");
        break;
      default:
        break;
    }
    return done;
  }

  static void add_route(api::RouteTable& table, const std::string& address, std::uint32_t length,
                        std::uint32_t tag) {
    auto& entry = *table.add_entries();
    entry.mutable_prefix()->set_address(address);
    entry.mutable_prefix()->set_length(length);
    entry.set_source(api::STATIC);
    entry.set_tag(tag);
  }

  void edit_config(const api::EditConfig& request, api::EditResults& results) {
    Context context(request.context().begin(), request.context().end());
    for (const auto& line : request.lines()) {
      const auto result = edit(config_, context, line);
      context = result.context;
      auto& to = *results.add_results();
      to.set_kind(result.status == EditStatus::Done ? api::EditResult::OK : api::EditResult::REFUSED);
      to.set_text(result.text);
      for (const auto& opened : context) to.add_context(opened);
      to.set_leaves_configure(result.leaves_configure);
    }
  }

  std::string directory_;
  int listener_ = -1;
  std::thread thread_;
  std::mutex mutex_;
  Config config_;
  std::vector<api::Request> requests_;
};

}  // namespace cli
