// Files that survive a power cut: the old content or the new, never half of either.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace bgpd {

/// Writes `content` beside `path`, syncs it, renames it over `path` and syncs the folder. An existing file
/// keeps its mode; a new one gets `mode`. The error names the step and the system's reason; `path` is then as
/// it was. What a writer that was killed left beside it is removed. A file that is a mount point cannot be
/// renamed over and is written where it stands, which a power cut may leave half done.
std::expected<void, std::string> write_atomically(const std::string& path, std::string_view content,
                                                  unsigned mode = 0640);

/// The whole file, at most `limit` octets. The error names the file and the system's reason.
std::expected<std::string, std::string> read_file(const std::string& path, std::size_t limit = 16u << 20);

}  // namespace bgpd
