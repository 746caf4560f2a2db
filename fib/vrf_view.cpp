#include "fib/vrf_view.hpp"

#include <algorithm>
#include <utility>

#include "fib/kernel_event.hpp"

namespace fib {

namespace {

using Kind = KernelEvent::Kind;

}  // namespace

std::uint32_t VrfView::table() const {
  for (const auto& [index, link] : links_)
    if (link.name == name_) return link.vrf_table;
  return 0;
}

bool VrfView::is_inside(const Link& link) const {
  if (name_.empty()) return true;
  const Link* at = &link;
  for (int depth = 0; depth < kMaximumMasterDepth; ++depth) {
    if (at->name == name_ && at->vrf_table != 0) return true;
    const auto master = links_.find(at->master);
    if (master == links_.end()) return false;
    at = &master->second;
  }
  return false;
}

void VrfView::pass(std::vector<KernelEvent> events, std::vector<KernelEvent>& told) {
  for (auto& event : events) {
    const auto index = event.address.interface_index;
    switch (event.kind) {
      case Kind::LinkChanged:
        link_changed(std::move(event), told);
        break;
      case Kind::LinkGone:
        link_gone(std::move(event), told);
        break;
      case Kind::AddressAdded:
        std::erase_if(addresses_[index],
                      [&](const auto& known) { return known.address == event.address.address; });
        addresses_[index].push_back(event.address);
        if (told_.contains(index)) told.push_back(std::move(event));
        break;
      case Kind::AddressGone:
        std::erase_if(addresses_[index],
                      [&](const auto& known) { return known.address == event.address.address; });
        if (told_.contains(index)) told.push_back(std::move(event));
        break;
      default:
        told.push_back(std::move(event));
    }
  }
}

void VrfView::link_changed(KernelEvent&& event, std::vector<KernelEvent>& told) {
  const auto& link = links_[event.link.index] = event.link;
  if (told_.contains(link.index) && is_inside(link)) told.push_back(std::move(event));
  look_again(told);
}

void VrfView::link_gone(KernelEvent&& event, std::vector<KernelEvent>& told) {
  const auto index = event.link.index;
  links_.erase(index);
  addresses_.erase(index);
  if (told_.erase(index) > 0) told.push_back(std::move(event));
  look_again(told);
}

void VrfView::set_name(std::string name, std::vector<KernelEvent>& told) {
  name_ = std::move(name);
  look_again(told);
}

/// A link comes in or goes out with its master, whose own change may be told before or after.
void VrfView::look_again(std::vector<KernelEvent>& told) {
  for (const auto& [index, link] : links_) {
    const bool is_in = is_inside(link);
    if (is_in == told_.contains(index)) continue;
    const auto& addresses = addresses_[index];
    if (is_in) {
      told_.insert(index);
      told.push_back(link_event(Kind::LinkChanged, link));
      for (const auto& address : addresses) told.push_back(address_event(Kind::AddressAdded, address));
    } else {
      told_.erase(index);
      for (const auto& address : addresses) told.push_back(address_event(Kind::AddressGone, address));
      Link gone;
      gone.index = index;
      gone.name = link.name;
      told.push_back(link_event(Kind::LinkGone, std::move(gone)));
    }
  }
}

}  // namespace fib
