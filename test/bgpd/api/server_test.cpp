#include "bgpd/api/server.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio.hpp>
#include <climits>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "cli/client.hpp"
#include "cli/frame.hpp"
#include "test/bgpd/api/fake_backend.hpp"

namespace bgpd::api {
namespace {

namespace proto = kulan::api;
using testing::HasSubstr;

/// A server on a socket of its own, running in a thread.
class RunningServer {
 public:
  explicit RunningServer(ServerSettings settings = {}) : server_(io_, backend, std::move(settings)) {
    const auto listening = server_.listen(path());
    EXPECT_TRUE(listening) << listening.error();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~RunningServer() {
    boost::asio::post(io_, [this] { server_.stop(); });
    thread_.join();
  }
  std::string path() const { return directory_.path + "/run/kuland.sock"; }
  std::size_t client_count() {
    std::promise<std::size_t> count;
    boost::asio::post(io_, [&] { count.set_value(server_.client_count()); });
    return count.get_future().get();
  }

  FakeBackend backend;

 private:
  TemporaryFolder directory_;
  boost::asio::io_context io_;
  Server server_;
  std::thread thread_;
};

/// A connection without manners.
class RawClient {
 public:
  explicit RawClient(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    connected = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(socket_); }
  void send(std::string_view octets) {
    EXPECT_EQ(::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(octets.size()));
  }
  /// The next octets, as many as come.
  std::string read_some() {
    char chunk[4096];
    const auto n = ::recv(socket_, chunk, sizeof chunk, 0);
    return n > 0 ? std::string(chunk, static_cast<std::size_t>(n)) : std::string();
  }
  /// Everything until the server closes.
  std::string read_all() {
    std::string all;
    char chunk[4096];
    for (ssize_t n; (n = ::recv(socket_, chunk, sizeof chunk, 0)) > 0;)
      all.append(chunk, static_cast<std::size_t>(n));
    return all;
  }
  bool connected = false;

 private:
  int socket_;
};

proto::Request version_request() {
  proto::Request request;
  request.mutable_version();
  return request;
}

TEST(Server, AnswersOneRequestAfterTheOther) {
  RunningServer server;
  cli::Client client(server.path());

  for (int i = 0; i < 3; ++i) {
    const auto response = client.call(version_request());
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->version().hostname(), "r1");
  }
}

proto::Request request_with(std::uint64_t id, auto fill) {
  proto::Request request;
  request.set_id(id);
  fill(request);
  return request;
}

std::string check_of_a_candidate() {
  std::string octets;
  cli::append_frame(octets, request_with(1, [](auto& request) { request.mutable_open_candidate(); }));
  cli::append_frame(octets, request_with(2, [](auto& request) { request.mutable_check_candidate(); }));
  return octets;
}

TEST(Server, OthersAreAnsweredWhileOneAnswerTakesLong) {
  RunningServer server;
  server.backend.slices = 1'000'000'000;
  RawClient slow(server.path());
  slow.send(check_of_a_candidate());
  cli::Client client(server.path());

  EXPECT_TRUE(client.call(version_request()));
}

/// A server that would be working on this client's answer for ever.
void begin_endless_check(RunningServer& server, RawClient& client) {
  proto::Request open;
  open.mutable_open_candidate();
  std::string octets;
  cli::append_frame(octets, open);
  client.send(octets);
  EXPECT_FALSE(client.read_some().empty());
  server.backend.slices = INT_MAX;
  client.send(check_of_a_candidate());
}

TEST(Server, ALongAnswerIsDroppedWithItsClient) {
  RunningServer server({.sign_of_life_time = std::chrono::hours(1)});
  {
    RawClient client(server.path());
    begin_endless_check(server, client);
  }

  while (server.client_count() > 0) std::this_thread::yield();
}

TEST(Server, CtrlCEndsALongAnswerAndLeavesTheCandidate) {
  RunningServer server;
  cli::Client client(server.path());
  std::atomic<bool> interrupted = false;
  client.set_interrupt(&interrupted);
  proto::Request open, check;
  open.mutable_open_candidate();
  check.mutable_check_candidate();
  ASSERT_TRUE(client.call(open));
  server.backend.slices = INT_MAX;

  interrupted = true;
  const auto cancelled = client.call(check);

  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, proto::Done::CANCELLED);
  EXPECT_EQ(server.client_count(), 1u);
  interrupted = false;
  server.backend.slices = 3;
  EXPECT_TRUE(client.call(check)) << "the candidate is there";
}

TEST(Client, WhatWasAskedForAheadIsAnsweredOnce) {
  RunningServer server;
  cli::Client client(server.path());
  proto::Request version, status;
  version.mutable_version();
  status.mutable_status();
  ASSERT_TRUE(client.call(version));

  client.ask_ahead(status);
  EXPECT_TRUE(client.call(status)->has_status());
  client.ask_ahead(status);
  EXPECT_TRUE(client.call(version)->has_version()) << "asked for something else";
  EXPECT_TRUE(client.call(status)->has_status());
}

TEST(Server, WhoWaitsForALongAnswerHearsThatItIsWorkedOn) {
  RunningServer server({.sign_of_life_time = std::chrono::milliseconds(1)});
  RawClient client(server.path());

  begin_endless_check(server, client);

  for (int i = 0; i < 3; ++i) EXPECT_FALSE(client.read_some().empty());
}

TEST(Server, WhoHangsUpIsNotWorkedFor) {
  RunningServer server;
  server.backend.slices = 1'000'000'000;
  {
    RawClient slow(server.path());
    slow.send(check_of_a_candidate());
    while (server.client_count() < 1) continue;
  }

  while (server.client_count() > 0) continue;
  cli::Client client(server.path());
  EXPECT_TRUE(client.call(version_request()));
}

TEST(Server, RequestsSentTogetherAreAnsweredInOrder) {
  RunningServer server;
  RawClient client(server.path());
  std::string octets;
  for (const std::uint64_t id : {7u, 8u}) {
    auto request = version_request();
    request.set_id(id);
    cli::append_frame(octets, request);
  }
  client.send(octets + std::string("\xff\xff\xff\xff", 4));  // and nonsense, which ends the connection

  std::vector<std::uint64_t> ids;
  auto answer = client.read_all();
  for (std::string_view rest = answer; rest.size() >= 4;) {
    const auto length = static_cast<std::size_t>(static_cast<unsigned char>(rest[2]) << 8 |
                                                 static_cast<unsigned char>(rest[3]));
    proto::Response response;
    ASSERT_TRUE(response.ParseFromArray(rest.data() + 4, static_cast<int>(length)));
    ids.push_back(response.id());
    rest.remove_prefix(4 + length);
  }

  EXPECT_EQ(ids, (std::vector<std::uint64_t>{7, 7, 8, 8}));
}

TEST(Server, ServesAWholeTablePageByPage) {
  RunningServer server;
  for (int i = 0; i < 200; ++i) server.backend.originate(("10.1." + std::to_string(i) + ".0/24").c_str());
  cli::Client client(server.path());
  proto::Request request;
  request.mutable_routes()->set_family(proto::IPV4_UNICAST);
  request.mutable_routes()->set_limit(50);

  int pages = 0, destinations = 0;
  for (;; ++pages) {
    const auto response = client.call(request);
    ASSERT_TRUE(response);
    destinations += response->routes().destinations_size();
    if (!response->routes().has_next()) break;
    *request.mutable_routes()->mutable_after() = response->routes().next();
  }

  EXPECT_EQ(destinations, 200);
  EXPECT_GE(pages, 3);
}

class BadFrame : public testing::TestWithParam<std::string> {};

TEST_P(BadFrame, ClosesThatConnectionOnly) {
  RunningServer server;
  cli::Client good(server.path());
  ASSERT_TRUE(good.call(version_request()));
  RawClient bad(server.path());

  bad.send(GetParam());

  EXPECT_EQ(bad.read_all(), "");
  EXPECT_TRUE(good.call(version_request()));
}

INSTANTIATE_TEST_SUITE_P(Each, BadFrame,
                         testing::Values(std::string("\x01\x00\x00\x01", 4),  // one octet beyond 16 MiB
                                         std::string("\xff\xff\xff\xff garbage", 12),  //
                                         std::string("\x00\x00\x00\x04\xff\xff\xff\xff", 8),
                                         std::string("GET / HTTP/1.1\r\n\r\n")));

TEST(Server, AnEmptyFrameIsAnUnknownRequest) {
  RunningServer server;
  RawClient client(server.path());

  client.send(std::string(4, '\0') + std::string(4, '\xff'));

  EXPECT_THAT(client.read_all(), HasSubstr("does not know this request"));
}

TEST(Server, AHalfFrameDoesNotHoldOthersUpAndEndsInTime) {
  using namespace std::chrono_literals;
  RunningServer server({.frame_time = 50ms});
  RawClient slow(server.path());
  slow.send(std::string("\x00\x00\x10\x00half", 8));

  cli::Client good(server.path());
  EXPECT_TRUE(good.call(version_request()));
  EXPECT_EQ(slow.read_all(), "");
}

TEST(Server, RefusesTooManyClientsInWords) {
  RunningServer server({.maximum_clients = 1});
  cli::Client first(server.path()), second(server.path());
  ASSERT_TRUE(first.call(version_request()));

  const auto refused = second.call(version_request());

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, proto::Done::BUSY);
  EXPECT_TRUE(first.call(version_request()));
}

TEST(Server, ForgetsClientsThatLeave) {
  RunningServer server({.maximum_clients = 1});
  for (int i = 0; i < 5; ++i) {
    cli::Client client(server.path());
    while (!client.call(version_request())) std::this_thread::yield();  // until the last one's place is free
  }
}

TEST(SocketFile, IsForItsGroupOnly) {
  RunningServer server;
  struct stat status {};

  ASSERT_EQ(::stat(server.path().c_str(), &status), 0);

  EXPECT_EQ(status.st_mode & 0777, 0660u);
}

TEST(SocketFile, OfADeadDaemonIsReplaced) {
  TemporaryFolder directory;
  const auto path = directory.path + "/kuland.sock";
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(dead);  // the file stays
  boost::asio::io_context io;
  FakeBackend backend;
  Server server(io, backend);

  EXPECT_TRUE(server.listen(path));
}

TEST(SocketFile, OfALivingDaemonIsAnError) {
  RunningServer running;
  boost::asio::io_context io;
  FakeBackend backend;
  Server second(io, backend);

  const auto result = second.listen(running.path());

  ASSERT_FALSE(result);
  EXPECT_THAT(result.error(), HasSubstr("another kuland is running"));
  cli::Client client(running.path());
  EXPECT_TRUE(client.call(version_request()));
}

TEST(SocketFile, IsNeverMadeOverAnotherFile) {
  TemporaryFolder directory;
  const auto path = directory.path + "/precious";
  std::ofstream(path) << "text";
  boost::asio::io_context io;
  FakeBackend backend;
  Server server(io, backend);

  EXPECT_FALSE(server.listen(path));
  EXPECT_EQ(std::filesystem::file_size(path), 4u);
}

TEST(SocketFile, GoesWithTheServerUnlessASuccessorHasItsOwn) {
  TemporaryFolder directory;
  const auto path = directory.path + "/kuland.sock";
  boost::asio::io_context io;
  FakeBackend backend;
  auto first = std::make_unique<Server>(io, backend);
  ASSERT_TRUE(first->listen(path));
  std::filesystem::remove(path);
  Server second(io, backend);
  ASSERT_TRUE(second.listen(path));

  first.reset();
  EXPECT_TRUE(std::filesystem::exists(path));

  second.stop();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(MayChange, IsRootTheDaemonsUserAndTheSocketsGroup) {
  constexpr uid_t kDaemon = 100, kSomebody = 1000;
  constexpr gid_t kSocketGroup = 50;
  const std::vector<gid_t> member{1000, kSocketGroup}, stranger{1000};

  EXPECT_TRUE(may_change({0, stranger}, kDaemon, kSocketGroup));
  EXPECT_TRUE(may_change({kDaemon, stranger}, kDaemon, kSocketGroup));
  EXPECT_TRUE(may_change({kSomebody, member}, kDaemon, kSocketGroup));
  EXPECT_FALSE(may_change({kSomebody, stranger}, kDaemon, kSocketGroup));
}

TEST(Client, SaysThatThereIsNoDaemon) {
  cli::Client client("/tmp/there-is-no-such-socket");

  const auto result = client.call(version_request());

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message,
            "kuland is not running (socket /tmp/there-is-no-such-socket: No such file or directory)");
}

TEST(Client, SpeaksToTheNextDaemonOnTheSamePath) {
  TemporaryFolder directory;
  const auto path = directory.path + "/kuland.sock";
  cli::Client client(path);
  for (const auto* name : {"first", "second"}) {
    boost::asio::io_context io;
    FakeBackend backend;
    backend.view.hostname = name;
    Server server(io, backend);
    ASSERT_TRUE(server.listen(path));
    std::thread thread([&] { io.run(); });

    const auto response = client.call(version_request());

    boost::asio::post(io, [&] { server.stop(); });
    thread.join();
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->version().hostname(), name);
  }
}

}  // namespace
}  // namespace bgpd::api
