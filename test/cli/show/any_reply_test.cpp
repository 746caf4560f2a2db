#include <gtest/gtest.h>

#include <random>

#include "test/cli/show/render_everything.hpp"
#include "test/cli/show/replies.hpp"

namespace cli::show {
namespace {

/// One response of each kind with something in it.
std::vector<api::Response> samples() {
  std::vector<api::Response> all(11);
  auto& family = *all[0].mutable_summary()->add_families();
  family.set_family(api::IPV6_UNICAST);
  auto& neighbor = *family.add_neighbors();
  neighbor.mutable_name()->set_address(octets("fe80::1"));
  neighbor.set_state_ms(5);
  add(*all[1].mutable_routes(), "10.0.0.0/8", {best(own_path()), peer_path()}).set_fib(api::FIB_FAILED);
  auto& entry = *all[2].mutable_route_table()->add_entries();
  *entry.mutable_prefix() = prefix("10.0.0.0/8");
  entry.add_next_hops()->set_gateway(octets("10.0.0.1"));
  entry.set_error(5);
  auto& whole = *all[3].mutable_neighbors()->add_neighbors();
  whole.mutable_advertised()->add_families(api::IPV4_UNICAST);
  whole.mutable_last_reset()->set_cause(api::LastReset::NOTIFICATION_SENT);
  whole.mutable_last_reset()->set_code(6);
  whole.add_families()->set_maximum_prefix(1);
  all[4].mutable_interfaces()->add_interfaces()->add_addresses()->set_length(24);
  all[5].mutable_next_hops()->add_next_hops()->add_kernel_next_hops()->set_interface_index(1);
  all[6].mutable_fib()->mutable_last_audit()->set_missing(3);
  all[6].mutable_fib()->mutable_restart()->set_kept(3);
  auto& explanation = *all[7].mutable_explanation();
  *explanation.mutable_destination()->add_paths() = best(peer_path());
  explanation.mutable_destination()->mutable_paths(0)->mutable_tracked()->set_resolved(true);
  explanation.add_routes()->set_error(5);
  explanation.mutable_covered_by()->set_selected(true);
  explanation.add_neighbors()->set_malformed_updates(1);
  explanation.mutable_kernel()->set_reverse_path_filter(1);
  auto& event = *all[9].mutable_events()->add_events();
  *event.mutable_prefix() = prefix("10.0.0.0/8");
  event.set_cause(api::Event::REJECTED);
  event.mutable_reset()->set_code(6);
  all[10].mutable_routes_at()->add_routes()->set_until_ms(5);
  auto& compared = *all[8].mutable_comparison()->add_prefixes();
  compared.set_difference(api::ComparedPrefix::NOT_INSTALLED);
  compared.set_paths(2);
  compared.mutable_route()->add_next_hops()->set_interface("eth0");
  compared.add_kernel_next_hops()->set_gateway(octets("10.0.0.1"));
  return all;
}

TEST(AnyReply, EmptyOrWholeCanBeShown) {
  render_everything({});
  for (const auto& response : samples()) render_everything(response);
}

TEST(AnyReply, WithWrongOctetsCanBeShown) {
  std::mt19937 random(4711);
  for (const auto& sample : samples()) {
    const auto whole = sample.SerializeAsString();
    for (int round = 0; round < 400; ++round) {
      auto octets_changed = whole;
      for (unsigned change = random() % 4 + 1; change > 0; --change)
        octets_changed[random() % octets_changed.size()] = static_cast<char>(random());
      api::Response response;
      if (response.ParseFromString(octets_changed)) render_everything(response);
    }
  }
}

}  // namespace
}  // namespace cli::show
