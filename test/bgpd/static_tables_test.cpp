// `ip route … table N` and `… vrf NAME` from the configuration to what each table's kernel is told.
#include "bgpd/static_tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "cli/config/edit.hpp"
#include "rib/no_output.hpp"
#include "test/support/addresses.hpp"
#include "test/support/temporary_folder.hpp"

namespace bgpd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = fib::KernelEvent::Kind;

using ::test::prefix;

/// What one table was told, as lines.
class FakeKernel final : public fib::Kernel {
 public:
  struct Told {
    fib::KernelEventHandler handler;
    fib::KernelOptions options;
    std::vector<std::string> lines;
    bool is_stopped = false;
  };
  FakeKernel(Told& told, const fib::KernelOptions& options) : told_(told) {
    told_ = {};
    told_.options = options;
  }

  void start(fib::KernelEventHandler handler) override { told_.handler = std::move(handler); }
  void apply(std::vector<rib::FibChange> changes) override {
    for (const auto& change : changes) {
      std::string line = (change.route ? "+" : "-") + change.prefix.to_string();
      if (change.route)
        for (const auto& hop : change.route->next_hops)
          line +=
              " " + (hop.gateway ? hop.gateway->to_string() : "") + "%" + std::to_string(hop.interface_index);
      told_.lines.push_back(line);
    }
  }
  void set_options(const fib::KernelOptions& options) override {
    told_.options = options;
    told_.lines.push_back("options");
  }
  void sweep_inherited() override { told_.lines.push_back("sweep"); }
  void audit() override { told_.lines.push_back("audit"); }
  void flush() override { told_.lines.push_back("flush"); }
  std::size_t stop() override {
    told_.is_stopped = true;
    return 0;
  }

 private:
  Told& told_;
};

class StaticTablesTest : public testing::Test {
 protected:
  StaticTablesTest() {
    links_.apply(link_event(Kind::LinkChanged, 2, "eth0"));
    own_.kernel_route(connected("192.0.2.0/24", 2), {});
    own_.kernel_route(connected("2001:db8::/64", 2), {});
  }

  static fib::KernelEvent link_event(Kind kind, std::uint32_t index, const char* name,
                                     std::uint32_t vrf_table = 0) {
    fib::KernelEvent event{};
    event.kind = kind;
    event.link.index = index;
    event.link.name = name;
    event.link.is_up = event.link.is_running = true;
    event.link.vrf_table = vrf_table;
    return event;
  }
  static rib::KernelRoute connected(const std::string& text, std::uint32_t index) {
    rib::KernelRoute route;
    route.prefix = prefix(text);
    route.source = rib::RouteSource::Connected;
    route.next_hops.push_back({.gateway = {}, .interface_index = index});
    return route;
  }
  static fib::KernelEvent route_event(Kind kind, const rib::KernelRoute& route) {
    fib::KernelEvent event{};
    event.kind = kind;
    event.route = route;
    return event;
  }
  static fib::KernelEvent event_of(Kind kind) {
    fib::KernelEvent event{};
    event.kind = kind;
    return event;
  }

  void type(std::initializer_list<std::string_view> lines) {
    for (const auto line : lines) EXPECT_EQ(cli::edit(config_, {}, line).text, "") << line;
    tables_.configure(config_, options_);
  }
  FakeKernel::Told& kernel(const std::string& name) { return kernels_.at(name); }
  void tell(const std::string& name, std::vector<fib::KernelEvent> events) {
    kernel(name).handler(std::move(events));
  }
  void synchronise(const std::string& name) {
    tell(name, {event_of(Kind::Synchronised)});
    auto swept = event_of(Kind::Swept);
    swept.ledger = std::make_shared<const fib::RestartLedger>();
    tell(name, {swept});
  }
  void answer(const std::string& name, const std::string& text, bool installed) {
    auto event = event_of(Kind::Written);
    event.results = {{.prefix = prefix(text), .installed = installed, .error = 0, .text = {}}};
    tell(name, {event});
  }
  std::vector<std::string> lines_of(const std::string& name) { return std::exchange(kernel(name).lines, {}); }

  cli::Config config_;
  fib::KernelOptions options_{.next_hop_objects = true};
  rib::NoOutput nobody_;
  rib::Engine own_{nobody_};
  fib::Links links_;
  std::map<std::string, FakeKernel::Told> kernels_;
  std::vector<std::string> warnings_, debugged_;
  StaticTables::Hooks hooks() {
    return {.open =
                [this](const fib::KernelOptions& options) {
                  auto& told = kernels_[options.vrf.empty() ? std::to_string(options.table) : options.vrf];
                  return std::make_unique<FakeKernel>(told, options);
                },
            .now = [] { return rib::TimePoint{}; },
            .warn = [this](const std::string& text) { warnings_.push_back(text); },
            .failed = [](const std::string&) { FAIL(); },
            .told =
                [this](const std::string& place, std::span<const rib::FibChange> changes) {
                  for (const auto& change : changes)
                    debugged_.push_back(place + (change.route ? " +" : " -") + change.prefix.to_string());
                },
            .heard =
                [this](const std::string& place, const fib::KernelEvent& event) {
                  const char* what = event.kind == Kind::LinkChanged    ? " link"
                                     : event.kind == Kind::RouteChanged ? " route"
                                     : event.kind == Kind::Written      ? " written"
                                                                        : "";
                  if (*what) debugged_.push_back(place + what);
                }};
  }
  const TemporaryFolder folder_;
  const std::string file_ = folder_.path + "/tables";
  StaticTables tables_{own_, links_, file_, hooks()};
};

TEST_F(StaticTablesTest, ATableFindsItsGatewaysWhereTheDaemonsOwnRoutesDo) {
  tables_.begin();
  type({"ip route 10.1.0.0/16 192.0.2.9 table 100", "ipv6 route 2001:db8:1::/48 2001:db8::9 table 100",
        "ip route 10.2.0.0/16 203.0.113.9 table 100", "ip route 10.3.0.0/16 192.0.2.9"});
  EXPECT_THAT(lines_of("100"), IsEmpty()) << "what stands there is not known yet";
  synchronise("100");

  EXPECT_EQ(kernels_.size(), 1u) << "the daemon's own line is none of its business";
  EXPECT_TRUE(kernel("100").options.is_side_table);
  EXPECT_FALSE(kernel("100").options.next_hop_objects);
  EXPECT_THAT(lines_of("100"),
              ElementsAre("+10.1.0.0/16 192.0.2.9%2", "+2001:db8:1::/48 2001:db8::9%2", "sweep"));

  own_.kernel_route(connected("203.0.113.0/24", 2), {});
  tables_.own_route_changed(prefix("203.0.113.0/24"));
  tables_.settle();
  EXPECT_THAT(lines_of("100"), ElementsAre("+10.2.0.0/16 203.0.113.9%2"));
  own_.kernel_route_gone(connected("203.0.113.0/24", 2), {});
  tables_.own_route_changed(prefix("203.0.113.0/24"));
  tables_.settle();
  EXPECT_THAT(lines_of("100"), ElementsAre("-10.2.0.0/16"));
}

TEST_F(StaticTablesTest, ALinkOfTheDaemonsOwnThatGoesTakesTheRoutesOverIt) {
  tables_.begin();
  type({"ip route 10.1.0.0/16 eth0 table 100", "ipv6 route 2001:db8:1::/48 eth0 table 100"});
  synchronise("100");
  ASSERT_THAT(lines_of("100"), ElementsAre("+10.1.0.0/16 %2", "+2001:db8:1::/48 %2", "sweep"));

  links_.apply(link_event(Kind::LinkGone, 2, "eth0"));
  tables_.own_links_changed();
  tables_.settle();
  EXPECT_THAT(lines_of("100"), ElementsAre("-10.1.0.0/16", "-2001:db8:1::/48"));

  links_.apply(link_event(Kind::LinkChanged, 2, "eth0"));
  tables_.own_links_changed();
  tables_.settle();
  EXPECT_THAT(lines_of("100"), ElementsAre("+10.1.0.0/16 %2", "+2001:db8:1::/48 %2"));
}

TEST_F(StaticTablesTest, AVrfFindsThemInItself) {
  tables_.begin();
  type({"ip route 10.1.0.0/16 192.0.2.9 vrf red", "ip route 10.2.0.0/16 eth7 vrf red"});
  tell("red", {link_event(Kind::LinkChanged, 5, "red", 10), link_event(Kind::LinkChanged, 7, "eth7"),
               event_of(Kind::Synchronised)});
  EXPECT_THAT(lines_of("red"), ElementsAre("+10.2.0.0/16 %7", "sweep")) << "eth0's subnet is elsewhere";

  tell("red", {route_event(Kind::RouteChanged, connected("192.0.2.0/24", 7))});
  EXPECT_THAT(lines_of("red"), ElementsAre("+10.1.0.0/16 192.0.2.9%7"));
  const auto view = tables_.views().front();
  EXPECT_EQ(std::tuple(view.table, view.vrf, view.vrf_index, view.routes),
            std::tuple(10u, std::string("red"), 5u, 2u));
  EXPECT_EQ(tables_.interface_name(7), "eth7");

  tell("red", {route_event(Kind::RouteGone, connected("192.0.2.0/24", 7))});
  EXPECT_THAT(lines_of("red"), ElementsAre("-10.1.0.0/16"));
}

TEST_F(StaticTablesTest, DebugHearsOfAllOfThem) {
  tables_.begin();
  type({"ip route 10.1.0.0/16 Null0 table 100", "ip route 10.2.0.0/16 Null0 vrf red"});
  synchronise("100");
  synchronise("red");
  answer("100", "10.1.0.0/16", true);
  tell("100", {link_event(Kind::LinkChanged, 7, "eth7")});  // of the daemon's own, which tells of it
  tell("red", {link_event(Kind::LinkChanged, 7, "eth7")});

  EXPECT_THAT(debugged_, ElementsAre("table 100 +10.1.0.0/16", "VRF red +10.2.0.0/16", "table 100 written",
                                     "VRF red link"));
}

TEST_F(StaticTablesTest, AConnectedRouteThereWins) {
  tables_.begin();
  type({"ip route 10.1.0.0/16 192.0.2.9 table 100"});
  synchronise("100");
  EXPECT_THAT(lines_of("100"), ElementsAre("+10.1.0.0/16 192.0.2.9%2", "sweep"));

  tell("100", {route_event(Kind::RouteChanged, connected("10.1.0.0/16", 2))});
  EXPECT_THAT(lines_of("100"), ElementsAre("-10.1.0.0/16"));
  tell("100", {route_event(Kind::RouteGone, connected("10.1.0.0/16", 2))});
  EXPECT_THAT(lines_of("100"), ElementsAre("+10.1.0.0/16 192.0.2.9%2"));
}

TEST_F(StaticTablesTest, NothingIsWrittenBeforeTheDaemonsOwnTableIsWhole) {
  type({"ip route 10.1.0.0/16 192.0.2.9 table 100"});
  synchronise("100");
  EXPECT_THAT(lines_of("100"), IsEmpty());

  tables_.begin();
  EXPECT_THAT(lines_of("100"), ElementsAre("+10.1.0.0/16 192.0.2.9%2", "sweep"));
}

TEST_F(StaticTablesTest, ATableIsLeftWhenTheLastOfItsRoutesHasGone) {
  tables_.begin();
  type({"ip route 10.1.0.0/16 192.0.2.9 table 100", "ip route 10.2.0.0/16 Null0 table 100"});
  synchronise("100");
  for (const auto* text : {"10.1.0.0/16", "10.2.0.0/16"}) answer("100", text, true);
  lines_of("100");

  type({"no ip route 10.1.0.0/16 192.0.2.9 table 100"});
  EXPECT_THAT(lines_of("100"), ElementsAre("-10.1.0.0/16"));
  answer("100", "10.1.0.0/16", false);
  EXPECT_FALSE(kernel("100").is_stopped);

  type({"no ip route 10.2.0.0/16 Null0 table 100"});
  EXPECT_THAT(lines_of("100"), ElementsAre("-10.2.0.0/16"));
  EXPECT_FALSE(kernel("100").is_stopped) << "the kernel has not said that it is gone";
  answer("100", "10.2.0.0/16", false);
  EXPECT_TRUE(kernel("100").is_stopped);
  EXPECT_THAT(tables_.views(), IsEmpty());

  type({"ip route 10.2.0.0/16 Null0 table 100"});
  synchronise("100");
  EXPECT_THAT(lines_of("100"), ElementsAre("+10.2.0.0/16", "sweep")) << "and comes back";
}

TEST_F(StaticTablesTest, ALineThatComesBackMeanwhileKeepsTheTable) {
  tables_.begin();
  type({"ip route 10.2.0.0/16 Null0 table 100"});
  synchronise("100");
  type({"no ip route 10.2.0.0/16 Null0 table 100"});
  type({"ip route 10.2.0.0/16 Null0 table 100"});

  EXPECT_THAT(lines_of("100"), ElementsAre("+10.2.0.0/16", "sweep", "-10.2.0.0/16", "+10.2.0.0/16"));
  answer("100", "10.2.0.0/16", true);
  EXPECT_FALSE(kernel("100").is_stopped);
}

TEST_F(StaticTablesTest, TheDaemonsOwnTableByItsNumberOrNameIsItsOwn) {
  tables_.begin();
  type({"ip route 10.1.0.0/16 192.0.2.9 table 254"});
  EXPECT_TRUE(kernels_.empty());
  type({"fib table 100", "ip route 10.2.0.0/16 192.0.2.9 table 100"});
  EXPECT_TRUE(kernels_.contains("254")) << "now the main table is another";
  EXPECT_FALSE(kernels_.contains("100"));
  type({"fib vrf red", "ip route 10.3.0.0/16 192.0.2.9 vrf red"});
  EXPECT_FALSE(kernels_.contains("red"));
}

TEST_F(StaticTablesTest, WhatAFormerLifeWroteElsewhereIsSweptWhenNobodyWantsItAnyMore) {
  tables_.begin();
  type({"ip route 10.1.0.0/16 Null0 table 100", "ip route 10.1.0.0/16 Null0 vrf red"});
  synchronise("100");
  kernels_.clear();

  cli::Config config;  // the lines went while the daemon was down
  StaticTables next(own_, links_, file_, hooks());
  next.begin();
  next.configure(config, options_);
  ASSERT_TRUE(kernels_.contains("100") && kernels_.contains("red"));
  synchronise("100");
  EXPECT_THAT(lines_of("100"), ElementsAre("sweep"));
  EXPECT_TRUE(kernel("100").is_stopped);
  synchronise("red");
  EXPECT_TRUE(kernel("red").is_stopped);

  kernels_.clear();
  StaticTables last(own_, links_, file_, hooks());
  last.configure(config, options_);
  EXPECT_TRUE(kernels_.empty()) << "that is done";
}

TEST_F(StaticTablesTest, OptionsReachEachTableWhenTheyChange) {
  tables_.begin();
  type({"ip route 10.1.0.0/16 Null0 table 100"});
  synchronise("100");
  lines_of("100");

  type({"ip route 10.2.0.0/16 Null0"});
  EXPECT_THAT(lines_of("100"), IsEmpty());
  options_.metric = 30;
  type({});
  EXPECT_THAT(lines_of("100"), ElementsAre("options"));
  EXPECT_EQ(std::tuple(kernel("100").options.metric, kernel("100").options.table), std::tuple(30u, 100u));
}

TEST_F(StaticTablesTest, WhatTheKernelRefusesIsToldAndShown) {
  tables_.begin();
  type({"ip route 10.1.0.0/16 192.0.2.9 table 100"});
  synchronise("100");
  auto event = event_of(Kind::Written);
  event.results = {{.prefix = prefix("10.1.0.0/16"), .installed = false, .error = 101, .text = "why"}};
  tell("100", {event});

  EXPECT_THAT(warnings_, ElementsAre("the kernel refused 10.1.0.0/16 in table 100: why"));
  const auto routes = tables_.views().front().engine->routes_for(prefix("10.1.0.0/16"));
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].fib, rib::FibState::Failed);
  EXPECT_EQ(routes[0].error_text, "why");
}

TEST_F(StaticTablesTest, AuditsAndAFlushReachEachTable) {
  tables_.begin();
  type({"ip route 10.1.0.0/16 Null0 table 100", "ip route 10.1.0.0/16 Null0 vrf red"});
  synchronise("100");
  synchronise("red");
  lines_of("100");
  lines_of("red");

  tables_.audit();
  tables_.flush();
  type({"ip route 10.2.0.0/16 Null0 table 100"});

  EXPECT_THAT(lines_of("100"), ElementsAre("audit", "flush")) << "and nothing after it";
  EXPECT_THAT(lines_of("red"), ElementsAre("audit", "flush"));
  EXPECT_EQ(tables_.stop(), 0u);
  EXPECT_TRUE(kernel("100").is_stopped && kernel("red").is_stopped);
}

}  // namespace
}  // namespace bgpd
