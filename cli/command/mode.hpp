// The modes of the shell: what they are called at the prompt and which mode lies around which. Data only.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cli {

enum class Mode : std::uint8_t {
  View,
  Enable,
  Config,
  RouterBgp,
  AddressFamilyIpv4,
  AddressFamilyIpv6,
  RouteMap,
  Vrf,
  // Blocks that kulan does not have; what is typed in them is kept.
  Interface,
  Line,
  KeyChain,
  Bfd,
  Rpki,
  OtherRouter,
  // Blocks within those.
  LinkParameters,
  KeyChainKey,
  BfdPeer,
  BfdProfile,
  OtherAddressFamily,
  BgpBmp,
};

inline bool is_foreign(Mode mode) { return mode >= Mode::Interface; }

struct ModeRow {
  Mode mode;
  Mode parent;              // itself at the outermost
  std::string_view prompt;  // what follows the host name
  std::string_view name;    // for documentation
};

std::span<const ModeRow> all_modes();
const ModeRow& row_of(Mode mode);
inline Mode parent_of(Mode mode) { return row_of(mode).parent; }
/// "host(config-router)# ".
std::string prompt_of(Mode mode, std::string_view hostname);

}  // namespace cli
