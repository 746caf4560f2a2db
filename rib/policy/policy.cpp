#include "rib/policy/policy.hpp"

#include <utility>

namespace rib {

struct Policies::Compiled {
  PolicyDefinitions definitions;
};

Policies::Policies() : Policies(PolicyDefinitions{}) {}
Policies::Policies(PolicyDefinitions definitions)
    : compiled_(std::make_unique<const Compiled>(Compiled{std::move(definitions)})) {}
Policies::~Policies() = default;
Policies::Policies(Policies&&) noexcept = default;
Policies& Policies::operator=(Policies&&) noexcept = default;

const PolicyDefinitions& Policies::definitions() const { return compiled_->definitions; }

PolicyVerdict Policies::apply(const PolicyChain& chain, const PolicySubject&, PathAttributes&) const {
  using Decider = PolicyVerdict::Decider;
  PolicyVerdict verdict;
  if (chain.empty()) return verdict;
  verdict.permitted = false;
  verdict.decider = !chain.distribute_list.empty() ? Decider::DistributeList
                    : !chain.prefix_list.empty()   ? Decider::PrefixList
                    : !chain.filter_list.empty()   ? Decider::FilterList
                                                   : Decider::RouteMap;
  return verdict;
}

bool Policies::depends_on_prefix(const PolicyChain&) const { return false; }
bool Policies::depends_on_peer(const PolicyChain&) const { return false; }
bool Policies::differs(const PolicyChain&, const Policies&) const { return false; }

}  // namespace rib
