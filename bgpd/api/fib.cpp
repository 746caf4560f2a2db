#include "bgpd/api/handlers.hpp"

namespace bgpd::api {

proto::Done handle_fib(const proto::GetFib& request, Backend& backend, Replies& replies) {
  const auto view = backend.fib();
  if (request.audit()) backend.audit_fib();
  auto& to = *replies.emplace_back().mutable_fib();
  to.set_audits(view.audits);
  to.set_missing(view.missing);
  to.set_different(view.different);
  to.set_unwanted(view.unwanted);
  to.set_audit_interval_seconds(backend.running_config().fib_audit_seconds);
  if (const auto& audit = view.last_audit) {
    auto& last = *to.mutable_last_audit();
    last.set_ms(milliseconds_since(view.last_audit_at, backend.now()));
    last.set_duration_ms(static_cast<std::uint64_t>(audit->duration.count()));
    last.set_routes(audit->routes);
    last.set_missing(audit->missing);
    last.set_different(audit->different);
    last.set_unwanted(audit->unwanted);
    last.set_failed(audit->failed);
    last.set_overruns(audit->overruns);
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
