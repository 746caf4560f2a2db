#include "cli/show/compare.hpp"

#include <array>

#include "cli/show/explain.hpp"

namespace cli::show {
namespace {

using Compared = api::ComparedPrefix;

std::string next_hops_cell(const NextHopList& hops) {
  std::string text;
  for (const auto& hop : hops) {
    text += text.empty() ? "" : " + ";
    if (!hop.gateway().empty()) text += address_text(hop.gateway()) + " ";
    text += hop.interface();
  }
  return text;
}

std::string bgp_text(const Compared& compared) {
  if (compared.paths() == 0) return "-";
  if (compared.own()) return "own";
  return (compared.has_best() ? "" : "(") + neighbor_text(compared.peer()) + (compared.has_best() ? "" : ")");
}

std::string route_text(const Compared& compared) {
  if (!compared.has_route()) return "-";
  auto text = std::string(code_of(compared.route().source()));
  if (compared.route().type() != api::UNICAST) return text + " drops";
  return text + " " + next_hops_cell(compared.route().next_hops());
}

std::string kernel_text(const Compared& compared) {
  const auto& kernel = compared.kernel();
  if (kernel.outcome() == api::KernelAnswer::NO_ROUTE) return "-";
  if (kernel.outcome() == api::KernelAnswer::NOT_ASKED) return "?";
  if (compared.kernel_next_hops().empty()) return std::string(code_of(kernel.outcome()));
  return next_hops_cell(compared.kernel_next_hops()) + (kernel.ours() ? " (ours)" : "");
}

/// Why a line differs; "" when it does not.
std::string difference_text(const Compared& compared) {
  const auto fib = std::string(rib::name_of(state_of(compared.fib())));
  switch (compared.difference()) {
    case Compared::NONE:
      return {};
    case Compared::NOT_ACCEPTED: {
      auto text = std::string(rib::name_of(state_of(compared.state())));
      return compared.denied_by().empty() ? text : text + ": " + compared.denied_by();
    }
    case Compared::NOT_SELECTED:
      return fib;
    case Compared::NOT_INSTALLED:
      return compared.route().error_text().empty() ? "pending" : "refused: " + compared.route().error_text();
    case Compared::MISSING:
      return "missing in the kernel";
    case Compared::DIFFERENT:
      return "the kernel has another";
    case Compared::UNWANTED:
      return "the kernel has it without a cause";
    case Compared::HIDDEN:
      return "not seen behind longer prefixes";
    default:
      return "?";
  }
}

Json compared_json(const Compared& compared) {
  Json json{{"difference", code_of(compared.difference())}};
  if (const auto why = difference_text(compared); !why.empty()) json["why"] = why;
  if (compared.paths() > 0) {
    Json bgp{{"paths", compared.paths()}, {"best", compared.has_best()}};
    bgp["peer"] = compared.own() ? "(unspec)" : neighbor_text(compared.peer());
    bgp["nexthop"] = address_text(compared.next_hop());
    bgp["state"] = code_of(compared.state());
    bgp["fib"] = code_of(compared.fib());
    json["bgp"] = std::move(bgp);
  }
  if (compared.has_route())
    json["routingTable"] = {{"protocol", code_of(compared.route().source())},
                            {"distance", compared.route().distance()},
                            {"installed", compared.route().installed()},
                            {"nexthops", next_hop_list_json(compared.route().next_hops())}};
  const auto& kernel = compared.kernel();
  if (kernel.outcome() != api::KernelAnswer::NO_ROUTE)
    json["kernel"] = {{"outcome", code_of(kernel.outcome())},
                      {"protocol", kernel.protocol()},
                      {"metric", kernel.metric()},
                      {"ours", kernel.ours()},
                      {"nexthops", next_hop_list_json(compared.kernel_next_hops())}};
  return json;
}

/// "%-Ns " that never cuts.
std::string column(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text + " ";
}

}  // namespace

std::string_view code_of(Compared::Difference difference) {
  static constexpr std::array<std::string_view, 8> kWords{
      "none", "notAccepted", "notSelected", "notInstalled", "missing", "different", "unwanted", "hidden"};
  return word_of(kWords, difference);
}

void CompareListing::begin() {
  if (std::exchange(has_begun_, true)) return;
  if (choice_.json) {
    json_.open();
    json_.open("prefixes");
    return;
  }
  sink_("   " + column("Network", 20) + column("BGP", 16) + column("Routing table", 28) + "Kernel\n");
}

void CompareListing::page(const api::Comparison& comparison) {
  begin();
  for (const auto& compared : comparison.prefixes()) {
    const bool differs = compared.difference() != Compared::NONE;
    ++prefixes_;
    different_ += differs;
    if (choice_.only_differences && !differs) continue;
    if (choice_.json) {
      json_.member(prefix_text(compared.prefix()), compared_json(compared));
      continue;
    }
    auto line = std::string(differs ? " ! " : "   ") + column(prefix_text(compared.prefix()), 20) +
                column(bgp_text(compared), 16) + column(route_text(compared), 28) + kernel_text(compared);
    if (differs) line += "   <- " + difference_text(compared);
    sink_(line + "\n");
  }
}

void CompareListing::finish() {
  begin();
  if (choice_.json) {
    json_.close();
    json_.members({{"total", prefixes_}, {"different", different_}});
    return json_.close();
  }
  sink_("\n" + std::to_string(prefixes_) + " networks, " + std::to_string(different_) +
        " with a difference\n");
}

}  // namespace cli::show
