// One row for a flag of `router bgp`.
#pragma once

#include "cli/config/command.hpp"

namespace cli {

/// What `members` lead to, one after another, from `value`.
template <auto... members>
auto& member_of(auto& value) {
  return (value.*....*members);
}

/// `<text>` and `no <text>`; written when the flag is not what stands without a line. `members` lead from Bgp
/// to the flag.
template <auto... members>
Command bgp_switch(std::string text, std::vector<std::string_view> help, std::string_view summary) {
  return {.syntax = text,
          .help = std::move(help),
          .scope = Scope::Bgp,
          .set = [](Target& t, const Arguments&) -> Outcome {
            member_of<members...>(*t.bgp) = true;
            return {};
          },
          .unset = [](Target& t, const Arguments&) -> Outcome {
            member_of<members...>(*t.bgp) = false;
            return {};
          },
          .write =
              [text](const Source& s, Lines& lines) {
                const bool on = member_of<members...>(*s.bgp);
                if (on != member_of<members...>(standard_bgp())) lines.push_back(on ? text : "no " + text);
              },
          .summary = summary};
}

}  // namespace cli
