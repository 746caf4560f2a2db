"""Where BIRD 2.0.12 answers otherwise than a case wants, and what the RFC says. Read before changing a case."""

BIRD = {
    "open.version_": "sends the version as 04 00; RFC 4271 §6.2 has a 2-octet unsigned integer",
    "open.parameters_shorter_": "takes octets after the parameters; RFC 4271 §4.2 has none",
    "open.parameters_length_0_but_some": "takes octets after the parameters; RFC 4271 §4.2 has none",
    "open.extended_shorter_": "takes octets after the parameters; RFC 9072 §2 has none",
    "open.capability_fqdn_cut": "refuses it; the FQDN capability is for display only",
    "open.no_common_family": "sends no data; RFC 5492 §5 wants the capabilities that are missing",
    "header.keepalive_length_": "takes a KEEPALIVE of any length; RFC 4271 §6.1",
    "header.keepalive_20": "takes a KEEPALIVE of any length; RFC 4271 §6.1",
    "header.keepalive_4096": "takes a KEEPALIVE of any length; RFC 4271 §6.1",
    "header.update_": "looks at the state before the length; RFC 4271 §6.1 comes first here",
    "header.open_19": "looks at the state before the length; RFC 4271 §6.1 comes first here",
    "fsm.notification_survives_a_flood": "closes without draining, and the reset overtakes the NOTIFICATION",
    "fsm.update_in_open_confirm": "takes an UPDATE as a KEEPALIVE; RFC 6608 §3",
    "fsm.end_of_rib_in_open_confirm": "takes an UPDATE as a KEEPALIVE; RFC 6608 §3",
    "fsm.bad_update_in_open_confirm": "takes an UPDATE as a KEEPALIVE; RFC 6608 §3",
    **{f"fsm.{message}_in_{state}": "sends no data; RFC 6608 §3 wants the type"
       for message in ("open", "bad_open", "keepalive", "update", "end_of_rib", "bad_update", "refresh", "bad_refresh")
       for state in ("open_sent", "open_confirm", "established")},
    "collision.a_thousand": "its own loop of accepting starves the sessions",
    "collision.while_established_": "closes the second connection without a word; RFC 4271 §6.8 has a Cease",
    "update.as_path_as_0": "takes AS 0; RFC 7607 §2",
    "update.aggregator_as_0": "takes AS 0; RFC 7607 §2",
    "update.as_path_first_as_is_another": "has `enforce first as` off; RFC 4271 §6.3 is a MAY",
    "update.as_path_empty_from_outside": "has `enforce first as` off; RFC 4271 §6.3 is a MAY",
    "update.error_withdraws_all_of_the_update": "withdraws only what it had read by then",
    "update.local_pref_missing": "takes it; RFC 4271 §5.1.5, RFC 7606 §3 (d)",
    "update.ipv6_local_pref_missing": "takes it; RFC 4271 §5.1.5, RFC 7606 §3 (d)",
    "update.local_pref_flags_from_outside": "looks at flags before it discards; RFC 7606 §7.5",
    "update.originator_id_flags_from_outside": "looks at flags before it discards; RFC 7606 §7.9",
    "update.cluster_list_flags_from_outside": "looks at flags before it discards; RFC 7606 §7.10",
    "update.mp_reach_next_hop_length_4": "takes an IPv4 next hop for IPv6 prefixes",
    "update.mp_reach_next_hop_": "looks at the next hop's value when it resolves it",
    "update.next_hop_": "looks at the next hop's value when it resolves it",
    "update.nlri_": "says 3/1 where RFC 4271 §6.3 has 3/10",
    "update.nothing_reachable_": "says 3/1 in place of the error's own subcode",
    "update.unknown_well_known_": "discards it; RFC 4271 §6.3 resets",
    "confederation.loop_of_the_identifier": "does not look for the confederation's AS; it is our AS to the outside",
    "propagation.no_export_among_others": "puts NO_EXPORT behind the others",
    "propagation.large_communities_once_each": "passes on what came twice; RFC 8092 §5",
    "propagation.size_40": "keeps some room free; RFC 4271 §4 has 4096 octets",
    "reflection.cluster_list_has_us_from_non_client": "looks for itself in what clients send; RFC 4456 §8",
    "refresh.unknown_subtype": "takes it as a plain request; RFC 7313 §5 ignores it",
    "refresh.subtype_255": "takes it as a plain request; RFC 7313 §5 ignores it",
    "decision.next_hop_": "passes on a route whose next hop is not reachable; RFC 4271 §9.1.2",
    "decision.med_groups_": "compares path with path; with `deterministic med on` it misses shorter paths",
    "replay.random_tables": "as next_hop_ and med_groups_ above, and cluster_list_has_us_from_non_client",
    "addpath.nlri_": "says 3/1 where RFC 4271 §6.3 has 3/10",
    "restart.the_same_routes_make_no_noise": "sends again what is equal",
}


def of_bird(name):
    """The reason, or None."""
    return next((why for start, why in BIRD.items() if name.startswith(start)), None)
