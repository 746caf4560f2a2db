"""The decision process, RFC 4271 §9.1.2.2 and RFC 4456 §9: each step, in every order of arrival, and as the best ones leave
one after the other."""

import itertools

import bgp
from bgp import SET, segment
from kit import CLIENT, DAEMON4, EXTERNAL, INTERNAL, Setup, add, equal

COMPARE = Setup("decision", lines=["bgp bestpath compare-routerid"])
ALWAYS_MED = Setup("always-med", lines=["bgp bestpath compare-routerid", "bgp always-compare-med"], bird=None)
MED_WORST = Setup("med-worst", lines=["bgp bestpath compare-routerid", "bgp bestpath med missing-as-worst"], bird=None)


def ranking(name, peers, paths, order, setup=COMPARE, identifiers=None):
    """peers: {letter: Neighbor}; paths: {letter: arguments of Context.good}; order: letters, best first."""
    def play(c):
        o = c.up("o")
        sessions = {letter: c.up(letter, **({"identifier": identifiers[letter]} if identifiers else {}))
                    for letter in paths}
        permutations = list(itertools.permutations(paths))[:24]
        prefixes = [c.prefix(number) for number in range(len(permutations))]
        for prefix, letters in zip(prefixes, permutations):
            for letter in letters:
                more = dict(paths[letter])
                extra = [*more.pop("extra", []), bgp.communities(f"64990:{ord(letter)}")]
                attributes = c.good(sessions[letter], extra=extra, **more)
                sessions[letter].send(bgp.update(attributes, bgp.prefix(prefix)))
                c.barrier(sessions[letter], o, number=25 + list(paths).index(letter))
        for position, letter in enumerate(order):
            for prefix, letters in zip(prefixes, permutations):
                got = o.wait_route(prefix).communities()
                equal(chr(int(got[0].split(":")[1])), letter, f"after {position} withdrawals, arrival {''.join(letters)}")
            sessions[letter].send(bgp.update(withdrawn=bgp.prefixes(*prefixes)))
            c.barrier(sessions[letter], o, number=25 + list(paths).index(letter))
        for prefix in prefixes:
            o.wait_no_route(prefix)
    add(f"decision.{name}", play, setup=setup, o=EXTERNAL(65009), **peers)


def external(*numbers):
    return {letter: EXTERNAL(number) for letter, number in zip("abcd", numbers)}


def internal(count):
    return {letter: INTERNAL() for letter in "abcd"[:count]}


ranking("local_pref", internal(3), {"a": {"lp": 100}, "b": {"lp": 300}, "c": {"lp": 200}}, "bca")
ranking("local_pref_before_path_length", internal(2), {"a": {"lp": 100}, "b": {"lp": 101, "path": (1, 2, 3, 4)}}, "ba")
ranking("local_pref_default_is_100", {"a": EXTERNAL(65001), "b": INTERNAL(), "c": INTERNAL()},
        {"a": {}, "b": {"lp": 101}, "c": {"lp": 99}}, "bac")
ranking("path_length", external(65001, 65002, 65003),
        {"a": {"path": (65001, 1, 2)}, "b": {"path": (65002,)}, "c": {"path": (65003, 1)}}, "bca")
ranking("path_length_before_origin", external(65001, 65002),
        {"a": {"path": (65001, 1)}, "b": {"path": (65002,), "origin": 2}}, "ba")
ranking("path_length_a_set_counts_once", external(65001, 65002, 65003), {
    "a": {"path": (65001, 1, 2)}, "b": {"value": segment(2, 65002) + segment(SET, 1, 2, 3, 4)},
    "c": {"path": (65003, 1, 2, 3)}}, "bac")
ranking("origin", external(65001, 65002, 65003), {"a": {"origin": 2}, "b": {"origin": 0}, "c": {"origin": 1}}, "bca")
ranking("origin_before_med", external(65001, 65001), {"a": {"origin": 1, "extra": [bgp.med(0)]},
                                                      "b": {"origin": 0, "extra": [bgp.med(9)]}}, "ba")
ranking("med_of_one_neighbor_as", external(65001, 65001, 65001), {
    "a": {"extra": [bgp.med(30)]}, "b": {"extra": [bgp.med(10)]}, "c": {"extra": [bgp.med(20)]}}, "bca")
ranking("med_missing_is_0", external(65001, 65001), {"a": {"extra": [bgp.med(1)]}, "b": {}}, "ba")
ranking("med_missing_as_worst", external(65001, 65001), {"a": {}, "b": {"extra": [bgp.med(1)]}}, "ba", MED_WORST)
ranking("med_of_two_neighbor_as", external(65001, 65002), {"a": {"extra": [bgp.med(30)]}, "b": {"extra": [bgp.med(10)]}},
        "ab")
ranking("med_always", external(65001, 65002), {"a": {"extra": [bgp.med(30)]}, "b": {"extra": [bgp.med(10)]}}, "ba",
        ALWAYS_MED)
# a and c are of one AS: c beats a by MED, b beats c by identifier... which pairwise comparison alone cannot order.
ranking("med_groups_first", external(65001, 65002, 65001), {
    "a": {"extra": [bgp.med(30)]}, "b": {"extra": [bgp.med(50)]}, "c": {"extra": [bgp.med(10)]}}, "bca")
ranking("med_groups_of_four", external(65001, 65002, 65001, 65002), {
    "a": {"extra": [bgp.med(30)]}, "b": {"extra": [bgp.med(50)]}, "c": {"extra": [bgp.med(10)]},
    "d": {"extra": [bgp.med(40)]}}, "cadb")
ranking("med_inside_the_as", internal(2), {"a": {"path": (7,), "extra": [bgp.med(9)]}, "b": {"path": (7,), "extra": [bgp.med(1)]}},
        "ba")
ranking("med_of_different_paths_inside", internal(2), {"a": {"path": (7,), "extra": [bgp.med(9)]},
                                                       "b": {"path": (8,), "extra": [bgp.med(1)]}}, "ab")
# Both are of our own AS.
ranking("med_of_empty_paths_inside", internal(2), {"a": {"extra": [bgp.med(9)]}, "b": {"extra": [bgp.med(1)]}}, "ba")
ranking("med_of_sets_inside", internal(3), {
    "a": {"value": segment(SET, 11, 12), "extra": [bgp.med(9)]}, "b": {"value": segment(SET, 11, 12), "extra": [bgp.med(1)]},
    "c": {"value": segment(SET, 13), "extra": [bgp.med(5)]}}, "bca")
ranking("external_before_internal", {"a": INTERNAL(), "b": EXTERNAL(65001)}, {"a": {"path": (65001,)}, "b": {}}, "ba")
ranking("med_before_external", {"a": INTERNAL(), "b": EXTERNAL(65001)},
        {"a": {"path": (65001,), "extra": [bgp.med(1)]}, "b": {"extra": [bgp.med(2)]}}, "ab")
ranking("identifier", internal(3), {"a": {}, "b": {}, "c": {}}, "bca",
        identifiers={"a": "9.0.0.3", "b": "9.0.0.1", "c": "9.0.0.2"})
ranking("identifier_external", external(65001, 65002, 65003), {"a": {}, "b": {}, "c": {}}, "bca",
        identifiers={"a": "9.0.0.3", "b": "9.0.0.1", "c": "9.0.0.2"})
ranking("identifier_is_unsigned", internal(2), {"a": {}, "b": {}}, "ba", identifiers={"a": "200.0.0.1", "b": "9.0.0.1"})
ranking("originator_id_in_its_place", internal(3), {
    "a": {}, "b": {"extra": [bgp.originator_id("9.0.0.2")]}, "c": {"extra": [bgp.originator_id("9.0.0.9")]}}, "bac",
    identifiers={"a": "9.0.0.5", "b": "9.0.0.7", "c": "9.0.0.1"})
ranking("cluster_list_length", internal(3), {
    "a": {"extra": [bgp.originator_id("9.0.0.2"), bgp.cluster_list("1.1.1.1", "2.2.2.2", "3.3.3.3")]},
    "b": {"extra": [bgp.originator_id("9.0.0.2"), bgp.cluster_list("1.1.1.1")]},
    "c": {"extra": [bgp.originator_id("9.0.0.2"), bgp.cluster_list("1.1.1.1", "4.4.4.4")]}}, "bca")
ranking("cluster_list_absent_is_shortest", internal(2), {
    "a": {"extra": [bgp.originator_id("9.0.0.2"), bgp.cluster_list("1.1.1.1")]},
    "b": {"extra": [bgp.originator_id("9.0.0.2")]}}, "ba")
ranking("identifier_before_cluster_list", internal(2), {
    "a": {"extra": [bgp.originator_id("9.0.0.1"), bgp.cluster_list("1.1.1.1", "2.2.2.2")]},
    "b": {"extra": [bgp.originator_id("9.0.0.2")]}}, "ab")
ranking("peer_address", external(65001, 65002, 65003), {"a": {}, "b": {}, "c": {}}, "abc",
        identifiers=dict.fromkeys("abc", "9.0.0.1"))
ranking("peer_address_internal", internal(3), {letter: {"extra": [bgp.originator_id("9.0.0.2")]} for letter in "abc"}, "abc")
ranking("clients_are_no_better", {"a": INTERNAL(), "b": CLIENT()}, {"a": {}, "b": {}}, "ab")
ranking("next_hop_unreachable_loses", internal(2), {"a": {"lp": 999, "hop": "99.9.9.9"}, "b": {}}, "b")
ranking("next_hop_is_ours_loses", internal(2), {"a": {"lp": 999, "hop": DAEMON4}, "b": {}}, "b")
ranking("looped_loses", external(65001, 65002), {"a": {"path": (65001, 65000)}, "b": {"path": (65002, 1, 2, 3)}}, "b")
