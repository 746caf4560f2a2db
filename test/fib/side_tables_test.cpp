// Several kernels of one process, each with its table: needs CAP_SYS_ADMIN, skipped without.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/fib/network_namespace.hpp"

namespace fib::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class SideTables : public testing::TestWithParam<FamilyCase> {
 protected:
  void SetUp() override {
    if (!space_.problem().empty()) GTEST_SKIP() << space_.problem();
    ASSERT_TRUE(
        run("ip link add eth0 type veth peer name far0 && sysctl -qw net.ipv6.conf.eth0.accept_dad=0 && "
            "ip link set eth0 up && ip link set far0 up && ip addr add 192.0.2.1/24 dev eth0 && "
            "ip addr add 2001:db8::1/64 dev eth0 nodad"));
  }
  static KernelOptions side(std::uint32_t table) {
    return {.table = table, .audit_interval = 0s, .is_side_table = true};
  }
  std::string shown_in(const std::string& table, const std::string& prefix) const {
    return output_of(std::string(GetParam().ip) + " route show table " + table + " exact " + prefix +
                     " 2>&1");
  }
  bool stands_in(Owner& owner, const std::string& table, const std::string& prefix) const {
    return owner.wait_for([&] { return shown_in(table, prefix).find("proto 75") != std::string::npos; });
  }

  const std::string prefix_ = GetParam().prefix, other_prefix_ = GetParam().other_prefix;
  const std::string gateway_ = GetParam().gateway, ip_ = GetParam().ip;
  const std::shared_ptr<TableClaims> claims_ = std::make_shared<TableClaims>();

 private:
  NetworkNamespace space_;
};
INSTANTIATE_TEST_SUITE_P(Families, SideTables, testing::Values(kIpv4, kIpv6),
                         [](const auto& parameter) { return parameter.param.name; });

TEST_P(SideTables, EachHoldsItsOwnRoutesAndHealsThem) {
  Owner own({}, kReceiveBufferSize, claims_), small(side(100), kReceiveBufferSize, claims_),
      large(side(70000), kReceiveBufferSize, claims_);
  ASSERT_TRUE(own.start() && small.start() && large.start());
  for (auto* owner : {&own, &small, &large}) owner->kernel.sweep_inherited();
  own.desire(prefix_, {own.via(gateway_, "eth0")});
  small.desire(prefix_, rib::RouteType::Blackhole);
  large.desire(prefix_, rib::RouteType::Unreachable);

  ASSERT_TRUE(own.wait_for([&] { return own.is_installed(prefix_); }));
  ASSERT_TRUE(small.wait_for([&] { return small.is_installed(prefix_); }));
  ASSERT_TRUE(large.wait_for([&] { return large.is_installed(prefix_); }));
  EXPECT_THAT(shown_in("main", prefix_), HasSubstr(gateway_));
  EXPECT_THAT(shown_in("100", prefix_), HasSubstr("blackhole"));
  EXPECT_THAT(shown_in("70000", prefix_), HasSubstr("unreachable"));

  for (const std::string table : {"100", "70000", "main"}) {
    ASSERT_TRUE(run(ip_ + " route flush table " + table + " proto 75"));
    auto& owner = table == "main" ? own : table == "100" ? small : large;
    EXPECT_TRUE(stands_in(owner, table, prefix_)) << "back in " << table << ", by the event";
  }
  small.withdraw(prefix_);
  EXPECT_TRUE(small.wait_for([&] { return shown_in("100", prefix_).find("75") == std::string::npos; }));
  EXPECT_THAT(shown_in("70000", prefix_), HasSubstr("unreachable"));
  EXPECT_THAT(shown_in("main", prefix_), HasSubstr(gateway_));
}

TEST_P(SideTables, TheNextLifeAdoptsItsRoutesThereAndSweepsTheRest) {
  {
    Owner before(side(100), kReceiveBufferSize, claims_);
    ASSERT_TRUE(before.start());
    before.desire(prefix_, {before.via(gateway_, "eth0")});
    before.desire(other_prefix_, rib::RouteType::Blackhole);
    ASSERT_TRUE(stands_in(before, "100", prefix_) && stands_in(before, "100", other_prefix_));
  }
  ASSERT_THAT(shown_in("100", prefix_), HasSubstr(gateway_));

  Owner after(side(100), kReceiveBufferSize, claims_);
  ASSERT_TRUE(after.start());
  after.desire(prefix_, {after.via(gateway_, "eth0")});
  after.kernel.sweep_inherited();

  ASSERT_TRUE(after.wait_for([&] { return after.saw(KernelEvent::Kind::Swept); }));
  const auto swept = std::ranges::find(after.events, KernelEvent::Kind::Swept, &KernelEvent::kind);
  EXPECT_EQ(swept->ledger->kept, 1u);
  EXPECT_EQ(swept->ledger->swept, 1u);
  EXPECT_TRUE(after.wait_for([&] { return shown_in("100", other_prefix_).find("75") == std::string::npos; }));
  EXPECT_THAT(shown_in("100", prefix_), HasSubstr(gateway_));
}

TEST_P(SideTables, ItsAuditLeavesTheNextHopObjectsOfTheDaemonsOwnTable) {
  Owner own({.audit_interval = 0s, .next_hop_objects = true}, kReceiveBufferSize, claims_),
      beside(side(100), kReceiveBufferSize, claims_);
  ASSERT_TRUE(own.start() && beside.start());
  own.kernel.sweep_inherited();
  beside.kernel.sweep_inherited();
  own.desire(prefix_, {own.via(gateway_, "eth0")});
  beside.desire(prefix_, {beside.via(gateway_, "eth0")});
  ASSERT_TRUE(stands_in(own, "main", prefix_) && stands_in(beside, "100", prefix_));
  ASSERT_THAT(shown_in("main", prefix_), HasSubstr("nhid"));
  EXPECT_THAT(shown_in("100", prefix_), Not(HasSubstr("nhid")));
  const auto objects = output_of("ip nexthop show proto 75");

  for (auto* owner : {&beside, &own}) {
    owner->kernel.audit();
    ASSERT_TRUE(owner->wait_for([&] { return owner->saw(KernelEvent::Kind::Audited); }));
    const auto audited = std::ranges::find(owner->events, KernelEvent::Kind::Audited, &KernelEvent::kind);
    EXPECT_EQ(audited->audit->routes, 1u);
    EXPECT_EQ(audited->audit->missing + audited->audit->different + audited->audit->unwanted, 0u);
  }
  EXPECT_EQ(output_of("ip nexthop show proto 75"), objects);
  EXPECT_NE(objects, "");
}

TEST_P(SideTables, AForeignRouteInTheTableIsToldAndLeftAlone) {
  ASSERT_TRUE(run(ip_ + " route add " + prefix_ + " via " + gateway_ + " proto 4 metric 20 table 100"));
  ASSERT_TRUE(run(ip_ + " route add " + other_prefix_ + " via " + gateway_ + " proto 4 metric 20"));
  Owner beside(side(100), kReceiveBufferSize, claims_);
  ASSERT_TRUE(beside.start());

  EXPECT_TRUE(beside.route(prefix_)) << "of its table";
  EXPECT_FALSE(beside.route(other_prefix_)) << "the main table's are another's business";
  beside.desire(prefix_, rib::RouteType::Blackhole);
  ASSERT_TRUE(beside.wait_for([&] { return beside.is_refused(prefix_, EEXIST); }));
  EXPECT_THAT(shown_in("100", prefix_), HasSubstr(gateway_));

  ASSERT_TRUE(run(ip_ + " route del " + prefix_ + " proto 4 table 100"));
  EXPECT_TRUE(beside.wait_for([&] { return beside.is_installed(prefix_); }));
  EXPECT_THAT(shown_in("100", prefix_), HasSubstr("blackhole"));
}

TEST_P(SideTables, ATableHasOneWriterAtATime) {
  Owner first(side(100), kReceiveBufferSize, claims_);
  ASSERT_TRUE(first.start());
  first.kernel.sweep_inherited();
  first.desire(prefix_, rib::RouteType::Blackhole);
  ASSERT_TRUE(first.wait_for([&] { return first.is_installed(prefix_); }));

  Owner second(side(100), kReceiveBufferSize, claims_);
  ASSERT_TRUE(second.start());
  second.kernel.sweep_inherited();
  second.desire(other_prefix_, rib::RouteType::Blackhole);
  ASSERT_TRUE(second.wait_for([&] { return second.saw(KernelEvent::Kind::Warning); }));
  const auto warning = std::ranges::find(second.events, KernelEvent::Kind::Warning, &KernelEvent::kind);
  EXPECT_THAT(warning->text, HasSubstr("table 100 is written by another part of this daemon"));
  EXPECT_EQ(shown_in("100", other_prefix_).find("75"), std::string::npos);
  EXPECT_THAT(shown_in("100", prefix_), HasSubstr("blackhole"));

  first.kernel.flush();
  EXPECT_EQ(first.kernel.stop(), 0u);
  EXPECT_TRUE(second.wait_for([&] { return second.is_installed(other_prefix_); })) << "the table is free";
}

TEST_P(SideTables, ManyRoutesOfTheDaemonsOwnTableAreNothingToIt) {
  constexpr int kCount = 20'000;
  Owner own({.audit_interval = 0s}, kReceiveBufferSize, claims_),
      beside(side(100), 1 << 15, claims_);  // a receive buffer that their echoes would overrun
  ASSERT_TRUE(own.start() && beside.start());
  std::vector<rib::FibChange> changes;
  const rib::FibRoute route{rib::RouteType::Unicast, {own.via(gateway_, "eth0")}};
  const bool is_v6 = prefix_.find(':') != std::string::npos;
  for (int i = 0; i < kCount; ++i) {
    const auto high = std::to_string(1 + i / 200), low = std::to_string(i % 200);
    changes.push_back({*rib::Prefix::parse(is_v6 ? "2001:db8:" + high + ":" + low + "::/64"
                                                 : "10." + high + "." + low + ".0/24"),
                       route});
  }
  const auto last = changes.back().prefix.to_string();
  own.kernel.apply(std::move(changes));
  ASSERT_TRUE(own.wait_for([&] { return own.is_installed(last); }));

  beside.desire(prefix_, rib::RouteType::Blackhole);
  ASSERT_TRUE(beside.wait_for([&] { return beside.is_installed(prefix_); }));
  beside.kernel.audit();
  ASSERT_TRUE(beside.wait_for([&] { return beside.saw(KernelEvent::Kind::Audited); }));
  const auto audited = std::ranges::find(beside.events, KernelEvent::Kind::Audited, &KernelEvent::kind);
  EXPECT_EQ(audited->audit->overruns, 0u);
}

}  // namespace
}  // namespace fib::test
