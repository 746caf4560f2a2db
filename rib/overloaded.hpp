// A visitor of a variant, made of one lambda for each alternative.
#pragma once

namespace rib {

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

}  // namespace rib
