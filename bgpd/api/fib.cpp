#include "bgpd/api/handlers.hpp"

namespace bgpd::api {

void put_audit(const FibView& view, rib::TimePoint now, proto::FibAudit& to) {
  const auto& audit = *view.last_audit;
  to.set_ms(milliseconds_since(view.last_audit_at, now));
  to.set_duration_ms(static_cast<std::uint64_t>(audit.duration.count()));
  to.set_routes(audit.routes);
  to.set_missing(audit.missing);
  to.set_different(audit.different);
  to.set_unwanted(audit.unwanted);
  to.set_failed(audit.failed);
  to.set_overruns(audit.overruns);
  to.set_next_hop_objects(audit.next_hop_objects);
}

proto::Done handle_fib(const proto::GetFib& request, Backend& backend, Replies& replies) {
  const auto view = backend.fib();
  if (request.audit()) backend.audit_fib();
  auto& to = *replies.emplace_back().mutable_fib();
  to.set_audits(view.audits);
  to.set_missing(view.missing);
  to.set_different(view.different);
  to.set_unwanted(view.unwanted);
  to.set_audit_interval_seconds(backend.running_config().fib_audit_seconds);
  if (view.last_audit) put_audit(view, backend.now(), *to.mutable_last_audit());
  for (const auto& table : backend.tables()) {
    auto& row = *to.add_tables();
    row.set_table(table.table);
    row.set_vrf(table.vrf);
    row.set_routes(table.routes);
    row.set_failed(table.failed);
    row.set_missing(table.missing);
    row.set_different(table.different);
    row.set_unwanted(table.unwanted);
    row.set_kept(table.kept);
    row.set_swept(table.swept);
  }
  if (const auto& ledger = view.restart) {
    auto& restart = *to.mutable_restart();
    restart.set_kept(ledger->kept);
    restart.set_changed(ledger->changed);
    restart.set_added(ledger->added);
    restart.set_swept(ledger->swept);
    restart.set_duration_ms(static_cast<std::uint64_t>(view.restart_duration.count()));
  }
  return done();
}

}  // namespace bgpd::api
