#include "test/bench/generator/process_figures.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace bench {
namespace {

std::string process_folder(int id) { return "/proc/" + std::to_string(id); }

std::vector<std::string> tasks_of(int id) {
  std::vector<std::string> tasks;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(process_folder(id) + "/task", error), end;
       !error && entry != end; entry.increment(error))
    tasks.push_back(entry->path().string());
  return tasks;
}

void add_children(int id, std::vector<int>& found) {
  for (const auto& task : tasks_of(id)) {
    std::ifstream file(task + "/children");
    for (int child = 0; file >> child;) {
      found.push_back(child);
      add_children(child, found);
    }
  }
}

/// The scheduler's count in nanoseconds; threads that have ended are missing in it.
double scheduled_seconds(int id) {
  double nanoseconds = 0;
  for (const auto& task : tasks_of(id)) {
    std::ifstream file(task + "/schedstat");
    double value = 0;
    if (file >> value) nanoseconds += value;
  }
  return nanoseconds / 1e9;
}

/// utime and stime of proc(5), in steps of 10 ms, with the threads that have ended.
double accounted_seconds(int id) {
  std::ifstream file(process_folder(id) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / 100;  // USER_HZ is 100 on every Linux of today
}

double cpu_of(int id) {
  const auto accounted = accounted_seconds(id), scheduled = scheduled_seconds(id);
  // Equal but for rounding while no thread has ended; then the finer one is better.
  return accounted > scheduled + 0.05 ? accounted : scheduled;
}

void add_status(const std::string& file_name, ProcessFigures& figures, bool is_task) {
  std::ifstream file(file_name);
  for (std::string key; file >> key;) {
    double value = 0;
    if (!is_task && key == "VmRSS:" && file >> value) figures.resident_mib += value / 1024;
    if (!is_task && key == "VmHWM:" && file >> value) figures.peak_mib += value / 1024;
    if (is_task && key.ends_with("_switches:") && key.find("ctxt") != std::string::npos && file >> value)
      figures.context_switches += static_cast<std::uint64_t>(value);
  }
}

}  // namespace

std::vector<int> ProcessProbe::family() const {
  auto all = ids_;
  for (const auto id : ids_) add_children(id, all);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

ProcessFigures ProcessProbe::read() const {
  ProcessFigures figures;
  for (const auto id : family()) {
    figures.cpu_seconds += cpu_of(id);
    add_status(process_folder(id) + "/status", figures, false);
    for (const auto& task : tasks_of(id)) add_status(task + "/status", figures, true);
    figures.processes += std::filesystem::exists(process_folder(id) + "/status") ? 1 : 0;
  }
  return figures;
}

double ProcessProbe::cpu_seconds() const {
  double seconds = 0;
  for (const auto id : family()) seconds += cpu_of(id);
  return seconds;
}

bool ProcessProbe::all_are_alive() const {
  return std::all_of(ids_.begin(), ids_.end(), [](int id) {
    std::ifstream file(process_folder(id) + "/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto name_end = text.rfind(')');
    return name_end != std::string::npos && text.substr(name_end + 2, 1) != "Z";
  });
}

}  // namespace bench
