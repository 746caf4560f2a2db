#include <map>

#include "bgpd/api/handlers.hpp"

namespace bgpd::api {

proto::Done handle_update_groups(const proto::ListUpdateGroups& request, const Backend& backend,
                                 Replies& replies) {
  if (!backend.running_config().bgp) return done(proto::Done::NO_BGP, "No BGP process is configured");
  std::map<std::uint32_t, proto::NeighborName> names;
  backend.visit_neighbors([&](const NeighborView& neighbor) {
    if (neighbor.handle) put_name(neighbor, names[neighbor.handle->index]);
  });
  for (const auto family : families_from(request.family())) {
    for (const auto& view : backend.engine().update_groups(family)) {
      auto& group = *replies.emplace_back().mutable_update_groups()->add_groups();
      group.set_id(view.id);
      group.set_family(family_of(family));
      group.set_type(view.profile.type == rib::PeerType::External ? proto::EXTERNAL : proto::INTERNAL);
      group.set_sent(view.sent);
      group.set_walking(view.is_walking);
      group.set_add_path(view.profile.add_path_send);
      group.set_reflector_client(view.profile.is_route_reflector_client);
      group.set_route_map(readable_text(view.profile.policy.route_map));
      group.set_next_hop(view.profile.local_address.to_string());
      for (const auto& member : view.members)
        if (const auto name = names.find(member.index); name != names.end())
          *group.add_members() = name->second;
    }
  }
  return done();
}

}  // namespace bgpd::api
