// What each request does. One file per noun; a turn is short: tables are answered a page at a time, and what
// must look at all routes at once is a LongAnswer.
#pragma once

#include <memory>
#include <vector>

#include "bgpd/api/backend.hpp"
#include "bgpd/api/convert.hpp"
#include "bgpd/api/lookahead.hpp"
#include "bgpd/api/replies.hpp"
#include "bgpd/api/route_filter.hpp"

namespace bgpd::api {

/// Who asks. Everyone who can connect may look.
struct Caller {
  bool may_change = false;
  Operator who{};
  std::uint64_t connection = 0;  // whose candidate
  // Of the connection; nullptr: each page looks for itself.
  Lookahead* ahead = nullptr;
  PastLookahead* past_ahead = nullptr;
  ListingFilter* filter = nullptr;
};

/// An answer that takes more than one turn of the loop. It may be dropped at any time.
class LongAnswer {
 public:
  virtual ~LongAnswer() = default;
  /// A part of the work, a few milliseconds. False: finish() has it all.
  virtual bool step() = 0;
  virtual proto::Done finish(Replies& replies) = 0;
};

/// Answers one request; the responses (without their ids) go to `replies`, the end of the stream is returned.
/// With `longer` set, responses and end are those of its finish() instead.
proto::Done handle(const proto::Request& request, const Caller& caller, Backend& backend, Replies& replies,
                   std::unique_ptr<LongAnswer>& longer);

/// The next prefixes of the caller's listing. `request`: a ListRoutes, a ListRouteTable or a ListCompared.
template <typename Request, typename Find>
std::vector<rib::Prefix> next_prefixes(Request request, const Caller& caller,
                                       const std::optional<rib::Prefix>& after, std::size_t limit,
                                       const Find& find) {
  if (!caller.ahead) return find(after, limit);
  request.clear_after();
  request.clear_limit();
  return caller.ahead->next(request.GetTypeName() + request.SerializeAsString(), after, limit, find);
}

inline constexpr std::size_t kPageLimit = 1000;       // destinations a turn
inline constexpr std::size_t kPageOctets = 4u << 20;  // a page ends when it is this large
inline constexpr std::size_t kNeighborsPerResponse = 256;

proto::Done done(proto::Done::Code code = proto::Done::OK, std::string message = {});

// neighbors.cpp
proto::Done handle_summary(const proto::GetSummary& request, const Backend& backend, Replies& replies);
proto::Done handle_neighbors(const proto::ListNeighbors& request, const Backend& backend, Replies& replies);
proto::Done handle_clear(const proto::ClearSessions& request, Backend& backend);
// update_groups.cpp
proto::Done handle_update_groups(const proto::ListUpdateGroups& request, const Backend& backend,
                                 Replies& replies);
// routes.cpp
proto::Done handle_routes(const proto::ListRoutes& request, const Caller& caller, const Backend& backend,
                          Replies& replies);
// route_table.cpp
proto::Done handle_route_table(const proto::ListRouteTable& request, const Caller& caller,
                               const Backend& backend, Replies& replies);
proto::Done handle_next_hops(const proto::ListNextHops& request, const Backend& backend, Replies& replies);
// config.cpp
proto::Done handle_config(const proto::GetConfig& request, const Caller& caller, Backend& backend,
                          Replies& replies);
proto::Done handle_edit(const proto::EditConfig& request, const Caller& caller, Backend& backend,
                        Replies& replies);
/// The error is for the operator.
std::expected<std::string, std::string> config_text(const proto::ConfigSource& source, const Caller& caller,
                                                    Backend& backend);
/// Of the caller's connection; nullptr when it has none.
config::Candidate* candidate_of(const Caller& caller, Backend& backend);
proto::Done handle_write(const Caller& caller, Backend& backend);
proto::Done handle_generations(const Backend& backend, Replies& replies);
proto::Done handle_reload(const Caller& caller, Backend& backend);
// candidate.cpp
proto::Done handle_config_status(const Caller& caller, Backend& backend, Replies& replies);
proto::Done handle_open_candidate(const Caller& caller, Backend& backend, Replies& replies);
proto::Done handle_close_candidate(const Caller& caller, Backend& backend);
proto::Done handle_load_candidate(const proto::LoadCandidate& request, const Caller& caller,
                                  Backend& backend);
proto::Done handle_check_candidate(const Caller& caller, Backend& backend,
                                   std::unique_ptr<LongAnswer>& longer);
proto::Done handle_commit_candidate(const proto::CommitCandidate& request, const Caller& caller,
                                    Backend& backend, Replies& replies);
proto::Done handle_end_pending_commit(const proto::EndPendingCommit& request, const Caller& caller,
                                      Backend& backend, Replies& replies);
// fib.cpp
proto::Done handle_fib(const proto::GetFib& request, Backend& backend, Replies& replies);
// explain.cpp
proto::Done handle_explain(const proto::Explain& request, const Backend& backend, Replies& replies);
// compare.cpp
proto::Done handle_compare(const proto::ListCompared& request, const Caller& caller, const Backend& backend,
                           Replies& replies);
// history.cpp
proto::Done handle_events(const proto::ListEvents& request, const Backend& backend, Replies& replies);
proto::Done handle_routes_at(const proto::ListRoutesAt& request, const Caller& caller, const Backend& backend,
                             Replies& replies);
// log.cpp
proto::Done handle_log(const proto::ListLog& request, const Backend& backend, Replies& replies);
proto::Done handle_debug(const proto::SetDebug& request, const Caller& caller, Backend& backend);
// system.cpp
proto::Done handle_status(const Backend& backend, Replies& replies);
proto::Done handle_version(const Backend& backend, Replies& replies);
proto::Done handle_interfaces(const Backend& backend, Replies& replies);

}  // namespace bgpd::api
