#include "cli/show/fib.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace cli::show {
namespace {

using testing::HasSubstr;

TEST(ShowFib, AnAuditIsALineForEachCause) {
  api::Fib fib;
  fib.set_audits(9);
  fib.set_audit_interval_seconds(30);
  fib.set_missing(12);
  fib.mutable_last_audit()->set_routes(500'000);
  fib.mutable_last_audit()->set_duration_ms(310);
  fib.mutable_last_audit()->set_missing(2);

  EXPECT_THAT(fib_audit_text(fib), HasSubstr("Last audit: 00:00:00 ago, 500000 routes in 310 ms\n"));
  EXPECT_THAT(fib_audit_text(fib), HasSubstr("  Missing          2    12   gone without a word"));
  EXPECT_THAT(fib_audit_text(fib), HasSubstr("Audits: 9, every 30 seconds\n"));
  EXPECT_THAT(fib_audit_text(fib), testing::Not(HasSubstr("objects")));
  fib.mutable_last_audit()->set_next_hop_objects(3);
  EXPECT_THAT(fib_audit_text(fib), HasSubstr("Next-hop objects: 3\n"));
  const auto json = nlohmann::json::parse(fib_audit_json(fib));
  EXPECT_EQ(json["last"]["nextHopObjects"], 3);
  EXPECT_EQ(json["last"]["missing"], 2);
  EXPECT_EQ(json["missing"], 12);
}

TEST(ShowFib, ARestartIsALedger) {
  api::Fib fib;
  EXPECT_THAT(fib_restart_text(fib), HasSubstr("No restart"));
  EXPECT_EQ(nlohmann::json::parse(fib_restart_json(fib)).size(), 0u);

  fib.mutable_restart()->set_kept(4);
  fib.mutable_restart()->set_swept(1);
  fib.mutable_restart()->set_duration_ms(6'250);
  EXPECT_THAT(fib_restart_text(fib), HasSubstr("over after 6.2 seconds\n  Kept           4"));
  EXPECT_EQ(nlohmann::json::parse(fib_restart_json(fib))["swept"], 1);
}

}  // namespace
}  // namespace cli::show
