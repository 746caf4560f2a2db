#include "bgpd/config/generations.hpp"

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "bgpd/atomic_file.hpp"

namespace bgpd::config {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using std::chrono::system_clock;

constexpr std::string_view kMark = "! generation ";
constexpr std::string_view kSuffix = ".conf";

/// "! generation 1795757966 +3 -1 root: write memory"
std::string head_of(const Generation& generation) {
  const auto time = std::chrono::duration_cast<seconds>(generation.time.time_since_epoch()).count();
  return std::string(kMark) + std::to_string(time) + " +" + std::to_string(generation.size.added) + " -" +
         std::to_string(generation.size.removed) + " " + generation.who + ": " + generation.how + "\n";
}

/// Says nothing more than the file when somebody changed its head.
Generation parsed_head(const std::string& head) {
  Generation generation;
  std::int64_t time = 0;
  int length = 0;
  if (std::sscanf(head.c_str(), "! generation %" SCNd64 " +%zu -%zu %n", &time, &generation.size.added,
                  &generation.size.removed, &length) != 3)
    return generation;
  generation.time = system_clock::time_point(seconds(time));
  const auto rest = head.substr(static_cast<std::size_t>(length));
  const auto colon = rest.find(": ");
  generation.who = rest.substr(0, colon);
  if (colon != std::string::npos) generation.how = rest.substr(colon + 2);
  return generation;
}

/// The number in "000012.conf"; 0 for other names.
std::uint64_t number_of(const fs::path& file) {
  const auto name = file.filename().string();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc{} && std::string_view(end) == kSuffix ? number : 0;
}

/// Newest first.
std::vector<fs::path> files_in(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (number_of(at->path()) > 0) files.push_back(at->path());
  std::ranges::sort(files, std::greater{}, number_of);
  return files;
}

std::expected<std::string, std::string> text_in(const fs::path& file) {
  auto content = read_file(file.string(), 17u << 20);
  if (content && content->starts_with(kMark)) content->erase(0, content->find('\n') + 1);
  return content;
}

}  // namespace

std::expected<void, std::string> Generations::keep(std::string_view text, std::string_view who,
                                                   std::string_view how, system_clock::time_point time) {
  const auto files = files_in(folder_);
  const auto newest = files.empty() ? std::string() : text_in(files.front()).value_or("");
  if (!files.empty() && newest == text) return {};
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return std::unexpected("cannot create " + folder_ + ": " + error.message());

  const auto size = cli::size_of(cli::line_differences(newest, text));
  const auto head =
      head_of({.time = time, .who = std::string(who), .how = std::string(how), .size = size, .file = {}});
  char name[32];
  std::snprintf(name, sizeof name, "%06" PRIu64 ".conf", files.empty() ? 1 : number_of(files.front()) + 1);
  const auto path = (fs::path(folder_) / name).string();
  if (auto written = write_atomically(path, head + std::string(text), 0600); !written) return written;
  for (std::size_t i = kKeptGenerations; i < files.size(); ++i) fs::remove(files[i], error);
  return {};
}

std::vector<Generation> Generations::list() const {
  std::vector<Generation> all;
  for (const auto& file : files_in(folder_)) {
    std::ifstream stream(file);
    std::string head;
    std::getline(stream, head);
    auto& generation = all.emplace_back(parsed_head(head));
    generation.file = file.string();
  }
  return all;
}

std::expected<std::string, std::string> Generations::text(std::size_t number) const {
  const auto files = files_in(folder_);
  if (number < files.size()) return text_in(files[number]);
  if (files.empty()) return std::unexpected("No configuration of the past is kept in " + folder_);
  return std::unexpected("There is no generation " + std::to_string(number) + "; the oldest is " +
                         std::to_string(files.size() - 1));
}

}  // namespace bgpd::config
