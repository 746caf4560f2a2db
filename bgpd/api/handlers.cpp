#include "bgpd/api/handlers.hpp"

namespace bgpd::api {
namespace {

bool changes(proto::Request::CommandCase command) {
  switch (command) {
    case proto::Request::kClear:
    case proto::Request::kEdit:
    case proto::Request::kWrite:
    case proto::Request::kReload:
    case proto::Request::kShutdown:
    case proto::Request::kOpenCandidate:
    case proto::Request::kLoadCandidate:
    case proto::Request::kCheckCandidate:
    case proto::Request::kCommitCandidate:
    case proto::Request::kEndPendingCommit:
    case proto::Request::kDebug:
      return true;
    default:
      return false;
  }
}

}  // namespace

proto::Done done(proto::Done::Code code, std::string message) {
  proto::Done result;
  result.set_code(code);
  result.set_message(std::move(message));
  return result;
}

proto::Done handle(const proto::Request& request, const Caller& caller, Backend& backend, Replies& replies,
                   std::unique_ptr<LongAnswer>& longer) {
  if (changes(request.command_case()) && !caller.may_change)
    return done(
        proto::Done::DENIED,
        "This user may look, but not change anything; root and the members of the socket's group may");
  switch (request.command_case()) {
    case proto::Request::kStatus:
      return handle_status(backend, replies);
    case proto::Request::kVersion:
      return handle_version(backend, replies);
    case proto::Request::kSummary:
      return handle_summary(request.summary(), backend, replies);
    case proto::Request::kNeighbors:
      return handle_neighbors(request.neighbors(), backend, replies);
    case proto::Request::kUpdateGroups:
      return handle_update_groups(request.update_groups(), backend, replies);
    case proto::Request::kRoutes:
      return handle_routes(request.routes(), caller, backend, replies);
    case proto::Request::kRouteTable:
      return handle_route_table(request.route_table(), caller, backend, replies);
    case proto::Request::kNextHops:
      return handle_next_hops(request.next_hops(), backend, replies);
    case proto::Request::kInterfaces:
      return handle_interfaces(backend, replies);
    case proto::Request::kClear:
      return handle_clear(request.clear(), backend);
    case proto::Request::kConfig:
      return handle_config(request.config(), caller, backend, replies);
    case proto::Request::kEdit:
      return handle_edit(request.edit(), caller, backend, replies);
    case proto::Request::kWrite:
      return handle_write(caller, backend);
    case proto::Request::kReload:
      return handle_reload(caller, backend);
    case proto::Request::kFib:
      return handle_fib(request.fib(), backend, replies);
    case proto::Request::kExplain:
      return handle_explain(request.explain(), backend, replies);
    case proto::Request::kCompare:
      return handle_compare(request.compare(), caller, backend, replies);
    case proto::Request::kEvents:
      return handle_events(request.events(), backend, replies);
    case proto::Request::kRoutesAt:
      return handle_routes_at(request.routes_at(), caller, backend, replies);
    case proto::Request::kGenerations:
      return handle_generations(backend, replies);
    case proto::Request::kOpenCandidate:
      return handle_open_candidate(caller, backend, replies);
    case proto::Request::kLoadCandidate:
      return handle_load_candidate(request.load_candidate(), caller, backend);
    case proto::Request::kCloseCandidate:
      return handle_close_candidate(caller, backend);
    case proto::Request::kCheckCandidate:
      return handle_check_candidate(caller, backend, longer);
    case proto::Request::kCommitCandidate:
      return handle_commit_candidate(request.commit_candidate(), caller, backend, replies);
    case proto::Request::kEndPendingCommit:
      return handle_end_pending_commit(request.end_pending_commit(), caller, backend, replies);
    case proto::Request::kConfigStatus:
      return handle_config_status(caller, backend, replies);
    case proto::Request::kLog:
      return handle_log(request.log(), backend, replies);
    case proto::Request::kDebug:
      return handle_debug(request.debug(), caller, backend);
    case proto::Request::kCancel:
      return done();  // what was worked on has ended by the request having come
    case proto::Request::kShutdown:
      backend.shutdown(request.shutdown().flush());
      return done();
    case proto::Request::COMMAND_NOT_SET:
      break;
  }
  return done(proto::Done::INVALID, "kuland does not know this request; is the shell newer?");
}

}  // namespace bgpd::api
