// A visitor of a variant, made of one lambda for each alternative.
#pragma once

namespace bgpd::session {

template <typename... Handlers>
struct overloaded : Handlers... {
  using Handlers::operator()...;
};

}  // namespace bgpd::session
