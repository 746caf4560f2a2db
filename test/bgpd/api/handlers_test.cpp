#include "bgpd/api/handlers.hpp"

#include <gmock/gmock.h>

#include <random>

#include "test/bgpd/api/fake_backend.hpp"

namespace bgpd::api {
namespace {

const Caller kMayChange{.may_change = true}, kMayLook{.may_change = false};

std::string text(const proto::Prefix& prefix) { return prefix_from(prefix)->to_string(); }

/// One request, answered.
struct Answer {
  proto::Done end;
  Replies replies;
};
Answer ask(Backend& backend, const proto::Request& request, Caller caller = kMayChange) {
  Answer answer;
  answer.end = handle_whole(request, caller, backend, answer.replies);
  return answer;
}

proto::Request routes_of(proto::View view, const char* neighbor = nullptr) {
  proto::Request request;
  auto& list = *request.mutable_routes();
  list.set_family(proto::IPV4_UNICAST);
  list.set_view(view);
  if (neighbor) list.mutable_neighbor()->set_address(octets(neighbor));
  return request;
}

/// The prefixes of all pages.
std::vector<std::string> all_pages(Backend& backend, proto::Request request) {
  std::vector<std::string> prefixes;
  Lookahead ahead;
  for (;;) {
    const auto answer = ask(backend, request, {.may_change = false, .ahead = &ahead});
    EXPECT_EQ(answer.end.code(), proto::Done::OK) << answer.end.message();
    if (answer.replies.empty()) return prefixes;
    const auto& page = answer.replies.front().routes();
    for (const auto& destination : page.destinations()) prefixes.push_back(text(destination.prefix()));
    if (!page.has_next()) return prefixes;
    *request.mutable_routes()->mutable_after() = page.next();
  }
}

TEST(Status, MemoryIsToldByOwnerAndAddsUpToTheProcess) {
  FakeBackend backend;
  proto::Request request;
  request.mutable_status();
  const auto bytes_of = [&](proto::MemoryUse::Owner owner) {
    const auto answer = ask(backend, request);
    const auto& status = answer.replies.front().status();
    std::uint64_t sum = 0, found = 0;
    for (const auto& use : status.memory()) {
      sum += use.bytes();
      if (use.owner() == owner) found = use.bytes();
    }
    EXPECT_EQ(status.memory_size(), proto::MemoryUse::Owner_ARRAYSIZE);
    EXPECT_EQ(sum, status.resident_bytes());
    return found;
  };
  const auto empty = bytes_of(proto::MemoryUse::DESTINATIONS);

  for (int i = 0; i < 25; ++i) backend.originate(("10.1." + std::to_string(i) + ".0/24").c_str());

  EXPECT_GT(bytes_of(proto::MemoryUse::DESTINATIONS), empty);
  EXPECT_GT(bytes_of(proto::MemoryUse::PREFIX_INDEX), 0u);
  EXPECT_GT(bytes_of(proto::MemoryUse::HISTORY), 0u);
}

TEST(Routes, ArePagedWithoutLossOrRepetition) {
  FakeBackend backend;
  for (int i = 0; i < 25; ++i) backend.originate(("10.1." + std::to_string(i) + ".0/24").c_str());

  for (const std::uint32_t limit : {1u, 5u, 24u, 25u, 26u, 1000u}) {
    auto request = routes_of(proto::LOC_RIB);
    request.mutable_routes()->set_limit(limit);
    const auto prefixes = all_pages(backend, request);
    EXPECT_EQ(prefixes.size(), 25u) << limit;
    EXPECT_TRUE(std::ranges::adjacent_find(prefixes) == prefixes.end());
  }
}

TEST(Routes, APageIsNeverLongerThanTheBound) {
  FakeBackend backend;
  const auto peer = backend.establish("192.168.77.2");
  std::vector<std::string> prefixes;
  for (int i = 0; i < 1500; ++i)
    prefixes.push_back("10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".0/24");
  backend.receive(peer, prefixes);
  auto request = routes_of(proto::LOC_RIB);
  request.mutable_routes()->set_limit(UINT32_MAX);

  const auto answer = ask(backend, request);

  EXPECT_EQ(answer.replies.at(0).routes().destinations_size(), static_cast<int>(kPageLimit));
  EXPECT_EQ(all_pages(backend, request).size(), 1500u);
}

/// What a listing has once for a page is what each path has without.
TEST(Routes, SharedAttributesAndPeersAreThoseOfThePaths) {
  FakeBackend backend;
  const auto one = backend.establish("192.168.77.2"), two = backend.establish("192.168.77.3");
  backend.receive(one, {"10.1.0.0/16", "10.2.0.0/16"});
  backend.receive(two, {"10.2.0.0/16", "10.3.0.0/16"});
  auto request = routes_of(proto::LOC_RIB);
  const auto plain = ask(backend, request);
  request.mutable_routes()->set_shared(true);
  const auto shared = ask(backend, request);

  const auto &all = plain.replies.front().routes(), &routes = shared.replies.front().routes();
  ASSERT_EQ(routes.destinations_size(), all.destinations_size());
  EXPECT_EQ(routes.peers_size(), 2);
  EXPECT_LE(routes.attributes_size(), 2);
  for (int i = 0; i < routes.destinations_size(); ++i)
    for (int j = 0; j < routes.destinations(i).paths_size(); ++j) {
      const auto &path = routes.destinations(i).paths(j), &whole = all.destinations(i).paths(j);
      const auto& attributes = routes.attributes(static_cast<int>(path.attributes_number()) - 1);
      EXPECT_FALSE(path.has_attributes());
      EXPECT_EQ(attributes.next_hop(), whole.attributes().next_hop());
      EXPECT_EQ(attributes.as_path_length(), whole.attributes().as_path_length());
      EXPECT_EQ(routes.peers(static_cast<int>(path.peer_number()) - 1).name().address(),
                whole.peer().address());
    }
}

TEST(Routes, LongerPrefixesBeginWithThePrefixItself) {
  FakeBackend backend;
  for (const auto* prefix : {"10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.2.0.0/16", "11.0.0.0/8"})
    backend.originate(prefix);
  auto request = routes_of(proto::LOC_RIB);
  put_prefix(*rib::Prefix::parse("10.1.0.0/16"), *request.mutable_routes()->mutable_prefix());
  request.mutable_routes()->set_longer(true);

  for (const std::uint32_t limit : {1u, 1000u}) {
    request.mutable_routes()->set_limit(limit);
    EXPECT_EQ(all_pages(backend, request), (std::vector<std::string>{"10.1.0.0/16", "10.1.2.0/24"}));
  }
}

TEST(Routes, AnAddressFindsItsLongestPrefix) {
  FakeBackend backend;
  backend.originate("10.0.0.0/8");
  backend.originate("10.1.0.0/16");
  auto request = routes_of(proto::LOC_RIB);
  request.mutable_routes()->set_address(octets("10.1.2.3"));
  EXPECT_EQ(all_pages(backend, request), std::vector<std::string>{"10.1.0.0/16"});

  request.mutable_routes()->set_address(octets("11.0.0.1"));
  const auto answer = ask(backend, request);
  EXPECT_EQ(answer.end.code(), proto::Done::NOT_FOUND);
  EXPECT_EQ(answer.end.message(), "Network not in table");
}

TEST(Routes, Ipv6HasItsOwnTable) {
  FakeBackend backend;
  backend.originate("10.1.0.0/16");
  backend.originate("2001:db8:1::/64");
  auto request = routes_of(proto::LOC_RIB);
  request.mutable_routes()->set_family(proto::IPV6_UNICAST);

  EXPECT_EQ(all_pages(backend, request), std::vector<std::string>{"2001:db8:1::/64"});
}

TEST(Routes, AreShownPerNeighborBothWays) {
  FakeBackend backend;
  backend.connect("192.168.77.0/24");
  backend.originate("10.1.1.0/24");
  const auto peer = backend.establish("192.168.77.2");
  backend.receive(peer, {"10.1.2.0/24", "10.1.1.0/24"});

  EXPECT_EQ(all_pages(backend, routes_of(proto::ADJ_RIB_IN, "192.168.77.2")),
            (std::vector<std::string>{"10.1.1.0/24", "10.1.2.0/24"}));
  EXPECT_EQ(all_pages(backend, routes_of(proto::ADJ_RIB_OUT, "192.168.77.2")),
            std::vector<std::string>{"10.1.1.0/24"});
  const auto answer = ask(backend, routes_of(proto::ADJ_RIB_IN, "192.168.77.2"));
  for (const auto& destination : answer.replies.at(0).routes().destinations()) {
    ASSERT_EQ(destination.paths_size(), 1);
    EXPECT_EQ(destination.paths(0).peer().address(), octets("192.168.77.2"));
  }
}

TEST(Routes, OfANeighborThatIsDownAreEmptyAndOfAStrangerAnError) {
  FakeBackend backend;
  backend.add_neighbor("192.168.77.3");

  EXPECT_TRUE(all_pages(backend, routes_of(proto::ADJ_RIB_IN, "192.168.77.3")).empty());
  EXPECT_TRUE(all_pages(backend, routes_of(proto::ADJ_RIB_OUT, "192.168.77.3")).empty());
  EXPECT_EQ(ask(backend, routes_of(proto::ADJ_RIB_IN, "9.9.9.9")).end.code(), proto::Done::NOT_FOUND);
  EXPECT_EQ(ask(backend, routes_of(proto::ADJ_RIB_IN)).end.code(), proto::Done::INVALID);
}

TEST(Routes, MalformedPrefixesAreRefused) {
  FakeBackend backend;
  for (const auto& [octets_given, length] :
       {std::pair(std::string("abc"), 8u), {octets("10.0.0.0"), 33u}, {"", 0u}}) {
    auto request = routes_of(proto::LOC_RIB);
    request.mutable_routes()->mutable_prefix()->set_address(octets_given);
    request.mutable_routes()->mutable_prefix()->set_length(length);
    EXPECT_EQ(ask(backend, request).end.code(), proto::Done::INVALID);
    request = routes_of(proto::LOC_RIB);
    request.mutable_routes()->mutable_after()->set_address(octets_given);
    request.mutable_routes()->mutable_after()->set_length(length);
    EXPECT_EQ(ask(backend, request).end.code(), proto::Done::INVALID);
  }
}

TEST(RouteTable, IsPagedBetweenPrefixesOnly) {
  FakeBackend backend;
  backend.connect("192.168.77.0/24");
  for (int i = 0; i < 10; ++i) backend.connect(("10.1." + std::to_string(i) + ".0/24").c_str());
  proto::Request request;
  request.mutable_route_table()->set_family(proto::IPV4_UNICAST);
  request.mutable_route_table()->set_limit(3);

  std::vector<std::string> prefixes;
  for (;;) {
    const auto answer = ask(backend, request);
    for (const auto& entry : answer.replies.at(0).route_table().entries())
      prefixes.push_back(text(entry.prefix()));
    if (!answer.replies.at(0).route_table().has_next()) break;
    *request.mutable_route_table()->mutable_after() = answer.replies.at(0).route_table().next();
  }

  EXPECT_EQ(prefixes.size(), 11u);
  EXPECT_EQ(prefixes.front(), "10.1.0.0/24");
  EXPECT_EQ(prefixes.back(), "192.168.77.0/24");
}

TEST(RouteTable, CanBeFilteredBySource) {
  FakeBackend backend;
  backend.connect("192.168.77.0/24");
  backend.receive(backend.establish("192.168.77.2"), {"10.1.2.0/24"});
  proto::Request request;
  request.mutable_route_table()->set_family(proto::IPV4_UNICAST);
  request.mutable_route_table()->set_source(proto::BGP);

  const auto table = ask(backend, request).replies.at(0).route_table();

  ASSERT_EQ(table.entries_size(), 1);
  EXPECT_EQ(text(table.entries(0).prefix()), "10.1.2.0/24");
  EXPECT_EQ(table.entries(0).next_hops(0).interface(), "eth0");
}

TEST(RouteTable, FailedAreThoseThatTheKernelRefused) {
  FakeBackend backend;
  const auto peer = backend.establish("192.168.77.2");
  backend.connect("192.168.77.0/24");
  backend.receive(peer, {"10.1.0.0/16", "10.2.0.0/16"});
  backend.acknowledge("10.1.0.0/16");
  backend.acknowledge("10.2.0.0/16", EPERM, "not permitted");
  proto::Request request;
  request.mutable_route_table()->set_family(proto::IPV4_UNICAST);
  request.mutable_route_table()->set_failed(true);

  const auto table = ask(backend, request).replies.at(0).route_table();

  ASSERT_EQ(table.entries_size(), 1);
  EXPECT_EQ(text(table.entries(0).prefix()), "10.2.0.0/16");
}

TEST(Summary, HasABlockPerFamilyInUse) {
  FakeBackend backend;
  backend.connect("192.168.77.0/24");
  backend.receive(backend.establish("192.168.77.2"), {"10.1.2.0/24"});
  backend.neighbors.front().families[1].negotiated = false;
  proto::Request request;
  request.mutable_summary();

  const auto summary = ask(backend, request).replies.at(0).summary();

  ASSERT_EQ(summary.families_size(), 1);
  EXPECT_EQ(summary.families(0).family(), proto::IPV4_UNICAST);
  EXPECT_EQ(summary.families(0).neighbors(0).received(), 1u);
}

TEST(Neighbors, HostnamesBecomeReadable) {
  FakeBackend backend;
  backend.add_neighbor("192.168.77.2").received.emplace().hostname = "r\x1b[2J\xff\xc3\xa4";
  proto::Request request;
  request.mutable_neighbors();

  const auto neighbors = ask(backend, request).replies.at(0).neighbors();

  EXPECT_EQ(neighbors.neighbors(0).received().hostname(), "r?[2J?\xc3\xa4");
}

TEST(Neighbors, AreFoundByNameAndInterface) {
  FakeBackend backend;
  backend.add_neighbor("fe80::2").interface = "eth0";
  backend.add_neighbor("fe80::2").interface = "eth1";
  proto::Request request;
  auto& name = *request.mutable_neighbors()->mutable_neighbor();
  name.set_address(octets("fe80::2"));
  EXPECT_EQ(ask(backend, request).replies.at(0).neighbors().neighbors_size(), 2);

  name.set_interface("eth1");
  EXPECT_EQ(ask(backend, request).replies.at(0).neighbors().neighbors_size(), 1);

  name.set_interface("eth2");
  EXPECT_EQ(ask(backend, request).end.code(), proto::Done::NOT_FOUND);
}

TEST(Edit, LinesAreOneCommitAndKeepTheirContext) {
  FakeBackend backend;
  proto::Request request;
  for (const auto* line :
       {"router bgp 64512", "neighbor 192.168.77.9 remote-as 64512", "neighbor 192.168.77.9 descr x"})
    request.mutable_edit()->add_lines(line);

  const auto answer = ask(backend, request);

  EXPECT_EQ(answer.end.code(), proto::Done::OK);
  EXPECT_EQ(backend.commits, 1);
  const auto& results = answer.replies.at(0).edit();
  ASSERT_EQ(results.results_size(), 3);
  EXPECT_EQ(results.results(2).context(0), "router bgp 64512");
  EXPECT_EQ(backend.config.bgp->neighbors.size(), 1u);
}

TEST(Edit, AWrongLineIsReportedAndTheOthersAreDone) {
  FakeBackend backend;
  proto::Request request;
  request.mutable_edit()->add_context("router bgp 64512");
  request.mutable_edit()->add_lines("foo");
  request.mutable_edit()->add_lines("neighbor 192.168.77.9 remote-as 64512");

  const auto results = ask(backend, request).replies.at(0).edit();

  EXPECT_EQ(results.results(0).kind(), proto::EditResult::UNKNOWN_COMMAND);
  EXPECT_THAT(results.results(0).text(), testing::StartsWith("% Unknown command: foo"));
  EXPECT_EQ(results.results(1).kind(), proto::EditResult::OK);
  EXPECT_EQ(backend.config.bgp->neighbors.size(), 1u);
}

TEST(Edit, ThatChangesNothingCommitsNothing) {
  FakeBackend backend;
  proto::Request request;
  request.mutable_edit()->add_lines("router bgp 64512");

  EXPECT_EQ(ask(backend, request).end.code(), proto::Done::OK);
  EXPECT_EQ(backend.commits, 0);
}

TEST(Edit, ThatTheDaemonCannotDoSaysWhy) {
  FakeBackend backend;
  backend.refusal = "port 179 is taken";
  proto::Request request;
  request.mutable_edit()->add_lines("hostname other");

  const auto answer = ask(backend, request);

  EXPECT_EQ(answer.end.code(), proto::Done::FAILED);
  EXPECT_EQ(answer.end.message(), "port 179 is taken");
  EXPECT_FALSE(backend.config.hostname);
}

TEST(Generations, HaveWhatWasWrittenAndAreCompared) {
  FakeBackend backend;
  proto::Request write, list, difference;
  write.mutable_write();
  list.mutable_generations();
  ask(backend, write, {.may_change = true, .who = {.name = "anna", .user = 1000, .process = 7}});
  backend.config.hostname = "r2";

  const auto listed = ask(backend, list, kMayLook).replies.front().generations();
  ASSERT_EQ(listed.generations_size(), 1);
  EXPECT_EQ(listed.generations(0).who(), "anna");
  EXPECT_EQ(listed.generations(0).how(), "write memory");

  difference.mutable_config()->mutable_compared_with()->set_kind(proto::ConfigSource::GENERATION);
  EXPECT_EQ(ask(backend, difference).replies.front().config().text(), "+hostname r2\n");
  difference.mutable_config()->mutable_compared_with()->set_generation(7);
  EXPECT_EQ(ask(backend, difference).end.code(), proto::Done::FAILED);
}

TEST(Permission, ToLookIsNotPermissionToChange) {
  FakeBackend backend;
  backend.add_neighbor("192.168.77.2");
  proto::Request clear, edit, write, reload, look;
  clear.mutable_clear();
  edit.mutable_edit()->add_lines("hostname other");
  write.mutable_write();
  reload.mutable_reload();
  look.mutable_summary();

  for (const auto& request : {clear, edit, write, reload})
    EXPECT_EQ(ask(backend, request, kMayLook).end.code(), proto::Done::DENIED);
  EXPECT_EQ(ask(backend, look, kMayLook).end.code(), proto::Done::OK);
  EXPECT_TRUE(backend.orders.empty());
  EXPECT_EQ(backend.commits, 0);
}

TEST(Clear, NamesTheSessionsAndTheAction) {
  FakeBackend backend;
  backend.add_neighbor("192.168.77.2");
  proto::Request request;
  request.mutable_clear()->mutable_neighbor()->set_address(octets("192.168.77.2"));
  request.mutable_clear()->set_direction(proto::ClearSessions::SOFT_IN);

  EXPECT_EQ(ask(backend, request).end.code(), proto::Done::OK);
  ASSERT_EQ(backend.orders.size(), 1u);
  EXPECT_EQ(backend.orders[0].action, ClearOrder::Action::SoftIn);

  request.mutable_clear()->mutable_neighbor()->set_address(octets("9.9.9.9"));
  const auto answer = ask(backend, request);
  EXPECT_EQ(answer.end.code(), proto::Done::NOT_FOUND);
  EXPECT_EQ(answer.end.message(), "BGP: Unknown neighbor - \"9.9.9.9\"");
}

TEST(WithoutBgp, WhatNeedsItSaysSo) {
  FakeBackend backend;
  backend.config.bgp.reset();
  proto::Request summary, neighbors, status;
  summary.mutable_summary();
  neighbors.mutable_neighbors();
  status.mutable_status();

  EXPECT_EQ(ask(backend, summary).end.code(), proto::Done::NO_BGP);
  EXPECT_EQ(ask(backend, neighbors).end.code(), proto::Done::NO_BGP);
  EXPECT_EQ(ask(backend, routes_of(proto::LOC_RIB)).end.code(), proto::Done::NO_BGP);
  EXPECT_EQ(ask(backend, status).end.code(), proto::Done::OK);
}

TEST(AnyRequest, WithWrongOctetsIsAnswered) {
  FakeBackend backend;
  backend.connect("192.168.77.0/24");
  backend.originate("10.1.1.0/24");
  backend.receive(backend.establish("192.168.77.2"), {"10.1.2.0/24"});
  std::vector<proto::Request> samples(6);
  samples[0] = routes_of(proto::ADJ_RIB_IN, "192.168.77.2");
  put_prefix(*rib::Prefix::parse("10.0.0.0/8"), *samples[1].mutable_routes()->mutable_prefix());
  samples[1].mutable_routes()->set_longer(true);
  put_prefix(*rib::Prefix::parse("10.0.0.0/8"), *samples[2].mutable_route_table()->mutable_after());
  samples[2].mutable_route_table()->set_source(proto::BGP);
  samples[3].mutable_edit()->add_context("router bgp 64512");
  samples[3].mutable_edit()->add_lines("neighbor 10.0.0.1 remote-as 1");
  samples[4].mutable_clear()->mutable_neighbor()->set_address(octets("192.168.77.2"));
  samples[5].mutable_summary()->set_family(proto::IPV6_UNICAST);
  std::mt19937 random(4711);

  for (const auto& sample : samples)
    for (int round = 0; round < 1000; ++round) {
      auto changed = sample.SerializeAsString();
      for (unsigned change = random() % 4 + 1; change > 0; --change)
        changed[random() % changed.size()] = static_cast<char>(random());
      proto::Request request;
      if (request.ParseFromString(changed)) ask(backend, request);
    }
}

TEST(Fib, IsShownAndAuditedOnDemand) {
  FakeBackend backend;
  backend.fib_view.missing = 7;
  backend.fib_view.restart = fib::RestartLedger{.kept = 3, .swept = 1};
  proto::Request request;
  request.mutable_fib()->set_audit(true);

  const auto first = ask(backend, request, kMayLook);
  EXPECT_EQ(first.replies.front().fib().missing(), 7u);
  EXPECT_EQ(first.replies.front().fib().restart().kept(), 3u);
  EXPECT_FALSE(first.replies.front().fib().has_last_audit());
  EXPECT_EQ(backend.fib_view.audits, first.replies.front().fib().audits() + 1);
}

TEST(Shutdown, IsForThoseWhoMayChange) {
  FakeBackend backend;
  proto::Request request;
  request.mutable_shutdown()->set_flush(true);

  EXPECT_EQ(ask(backend, request, kMayLook).end.code(), proto::Done::DENIED);
  EXPECT_TRUE(backend.shutdowns.empty());
  EXPECT_EQ(ask(backend, request).end.code(), proto::Done::OK);
  EXPECT_THAT(backend.shutdowns, testing::ElementsAre(true));
}

TEST(UnknownRequest, IsRefusedInWords) {
  FakeBackend backend;
  EXPECT_EQ(ask(backend, {}).end.code(), proto::Done::INVALID);
}

}  // namespace
}  // namespace bgpd::api
