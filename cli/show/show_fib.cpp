#include <chrono>
#include <thread>

#include "cli/show/commands.hpp"
#include "cli/show/fib.hpp"

namespace cli::show {
namespace {

using namespace std::chrono_literals;

std::expected<api::Fib, ClientError> ask(const Console& console, bool audit) {
  api::Request request;
  request.mutable_fib()->set_audit(audit);
  auto response = console.client.call(std::move(request));
  if (!response) return std::unexpected(response.error());
  return response->fib();
}

/// Asks for an audit and waits for it.
std::expected<api::Fib, ClientError> audited(const Console& console) {
  constexpr auto kPatience = 15s;
  constexpr auto kPause = 20ms;
  const auto until = std::chrono::steady_clock::now() + kPatience;
  auto fib = ask(console, true);
  for (const auto before = fib ? fib->audits() : 0; fib && fib->audits() == before;) {
    if (console.is_interrupted() || std::chrono::steady_clock::now() > until) break;
    std::this_thread::sleep_for(kPause);
    fib = ask(console, false);
  }
  return fib;
}

Status show_audit(const Console& console, const Arguments& arguments) {
  const auto fib = audited(console);
  if (!fib) return console.report(fib.error());
  console.out(arguments.has("json") ? fib_audit_json(*fib) : fib_audit_text(*fib));
  return Status::Done;
}

/// An audit counts the routes.
Status show_tables(const Console& console, const Arguments& arguments) {
  auto fib = ask(console, false);
  if (fib && !fib->has_last_audit()) fib = audited(console);
  if (!fib) return console.report(fib.error());
  console.out(arguments.has("json") ? fib_tables_json(*fib) : fib_tables_text(*fib));
  return Status::Done;
}

Status show_restart(const Console& console, const Arguments& arguments) {
  const auto fib = ask(console, false);
  if (!fib) return console.report(fib.error());
  console.out(arguments.has("json") ? fib_restart_json(*fib) : fib_restart_text(*fib));
  return Status::Done;
}

}  // namespace

std::vector<Command> fib_commands() {
  constexpr std::string_view kFib = "Our routes in the kernel";
  return {
      {.syntax = "show fib [json]", .help = {kShow, kFib, kJson}, .run = show_tables},
      {.syntax = "show fib audit [json]",
       .help = {kShow, kFib, "Compare them with the kernel, and repair", kJson},
       .run = show_audit},
      {.syntax = "show fib restart [json]",
       .help = {kShow, kFib, "What became of those of a former life", kJson},
       .run = show_restart},
  };
}

}  // namespace cli::show
