// Points in time as people type and read them, in the machine's time zone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/show/format.hpp"

namespace cli::show {

/// "90", "90s", "10m", "2h", "3d" in milliseconds; nothing for other text and more than a century.
std::optional<std::uint64_t> parse_age(std::string_view text);

/// How long ago, in milliseconds: of an age, of "03:12[:30]" (today, or yesterday when that lies ahead) and
/// of "2026-11-27T03:12[:30]". Quotes around it are left out. Nothing for other text and for what lies ahead.
std::optional<std::uint64_t> parse_moment(std::string_view text, WallClock now);

/// "2026-11-27 03:12:05.12".
std::string moment_text(WallClock when);

}  // namespace cli::show
