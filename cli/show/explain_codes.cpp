#include <array>

#include "cli/show/explain.hpp"

namespace cli::show {

std::string_view code_of(api::Explanation::Verdict verdict) {
  static constexpr std::array<std::string_view, 15> kWords{
      "reachable",    "own",           "otherSource", "covered",       "notAnnounced",
      "noNeighbor",   "rejected",      "duplicate",   "refused",       "pending",
      "notForKernel", "kernelDiffers", "kernelDrops", "forwardingOff", "notWritten"};
  return word_of(kWords, verdict);
}

std::string_view code_of(api::BestReason reason) {
  static constexpr std::array<std::string_view, 16> kWords{"none",
                                                           "onlyPath",
                                                           "weight",
                                                           "localPref",
                                                           "localRoute",
                                                           "asPathLength",
                                                           "origin",
                                                           "med",
                                                           "externalOverInternal",
                                                           "interiorCost",
                                                           "olderPath",
                                                           "routerId",
                                                           "clusterListLength",
                                                           "peerAddress",
                                                           "pathId",
                                                           "longLivedStale"};
  return word_of(kWords, reason);
}

std::string_view code_of(api::PathState state) {
  static constexpr std::array<std::string_view, 14> kWords{"accepted",         "asLoop",
                                                           "originatorLoop",   "clusterLoop",
                                                           "policyRequired",   "policyDenied",
                                                           "guardPool",        "guardDefaultRoute",
                                                           "guardNodeNetwork", "nextHopUnreachable",
                                                           "nextHopIsSelf",    "duplicateSubnet",
                                                           "routeLeak",        "asSet"};
  return word_of(kWords, state);
}

std::string_view code_of(api::FibState state) {
  static constexpr std::array<std::string_view, 11> kWords{
      "none",          "pending",    "installed",    "failed",    "losesToConnected", "losesToStatic",
      "losesToKernel", "suppressed", "policyDenied", "notForUse", "losesToBgp"};
  return word_of(kWords, state);
}

std::string_view code_of(api::ExportState state) {
  static constexpr std::array<std::string_view, 15> kWords{
      "sent",           "noBestPath",   "fromSamePeer",    "internalToInternal", "noExport",   "noAdvertise",
      "policyRequired", "policyDenied", "nextHopUnusable", "duplicateSubnet",    "suppressed", "roleForbids",
      "notInKernel",    "asSet",        "longLivedStale"};
  return word_of(kWords, state);
}

std::string_view code_of(api::KernelAnswer::Outcome outcome) {
  static constexpr std::array<std::string_view, 7> kWords{"unicast",  "local",   "blackhole", "unreachable",
                                                          "prohibit", "noRoute", "notAsked"};
  return word_of(kWords, outcome);
}

std::string_view code_of(api::RouteSource source) {
  static constexpr std::array<std::string_view, 4> kWords{"connected", "kernel", "static", "bgp"};
  return word_of(kWords, source);
}

std::string_view code_of(FirewallAnswer::Outcome outcome) {
  static constexpr std::array<std::string_view, 4> kWords{"notRead", "passes", "drops", "mayDrop"};
  return word_of(kWords, static_cast<int>(outcome));
}

}  // namespace cli::show
