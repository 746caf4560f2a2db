"""docs/interop.md: which feature works with which other speaker, from what the interop tests saw."""

import os
import re
import subprocess

import harness
import peers

PAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "docs", "interop.md")

# Feature → how the page names it. A test says what it covers by the key.
ROWS = {
    "sessions": "Sessions, IPv4 and IPv6 routes both ways (RFC 4271, 4760)",
    "ipv6_transport": "Session over IPv6, both families (RFC 2545)",
    "collision": "Connection collision (RFC 4271 §6.8)",
    "transit": "From one AS to another through kuland (RFC 4271 §5.1)",
    "reflector": "kuland is the route reflector (RFC 4456)",
    "reflector_client": "kuland is a reflector's client (RFC 4456)",
    "mesh": "Member of the managed mesh",
    "four_octet_as": "Four-octet AS numbers (RFC 6793)",
    "two_octet_peer": "AS4_PATH with a peer of two-octet AS numbers (RFC 6793)",
    "communities": "Standard, extended, large communities (RFC 1997, 4360, 8092)",
    "unknown_attribute": "Unknown transitive attributes are passed on (RFC 4271 §5)",
    "route_refresh": "Route refresh, kuland asks (RFC 2918)",
    "route_refresh_answered": "Route refresh, kuland answers (RFC 2918)",
    "enhanced_refresh": "Enhanced route refresh (RFC 7313)",
    "extended_message": "Extended messages (RFC 8654)",
    "add_path_receive": "ADD-PATH, kuland receives (RFC 7911)",
    "add_path_send": "ADD-PATH, kuland sends (RFC 7911)",
    "graceful_restart_helper": "Graceful restart, kuland helps (RFC 4724)",
    "graceful_restart_restarter": "Graceful restart, kuland restarts (RFC 4724)",
    "long_lived": "Long-lived graceful restart (RFC 9494)",
    "role": "Roles and ONLY_TO_CUSTOMER (RFC 9234)",
    "confederation": "Confederations (RFC 5065)",
    "extended_next_hop": "IPv4 routes with IPv6 next hops (RFC 8950)",
    "unnumbered": "Interface peers by router advertisement",
    "md5": "TCP MD5 (RFC 2385)",
    "ttl_security": "TTL security (RFC 5082)",
    "shutdown_text": "Shutdown communication (RFC 9003)",
    "maximum_prefix": "Maximum prefixes, Cease/1 (RFC 4486)",
    "graceful_shutdown": "Graceful shutdown (RFC 8326)",
    "dynamic": "Dynamic neighbors (`bgp listen range`)",
    "dynamic_md5": "Dynamic neighbors with a password (RFC 2385)",
    "policy": "Route maps decide alike",
    "local_as": "local-as",
    "as_override": "as-override",
    "remove_private_as": "remove-private-AS [all] [replace-AS]",
    "send_community": "send-community by kind",
    "allowas_in": "allowas-in",
    "next_hop_self": "next-hop-self [force]",
    "multipath": "maximum-paths, multipath-relax, maximum-paths ibgp",
    "multihop": "ebgp-multihop and update-source",
    "default_originate": "default-originate",
    "aggregate": "aggregate-address summary-only, unsuppress-map",
    "as_set": "aggregate-address as-set",
    "lists": "prefix-list, filter-list, distribute-list",
    "community_lists": "Community lists, standard, expanded and large",
    "redistribute": "redistribute with a route map",
    "cluster_id": "bgp cluster-id changes on living sessions",
    "requires_policy": "Nothing without a policy (RFC 8212)",
    "first_as": "enforce-first-as",
    "identifier": "Identifiers are unique within an AS (RFC 6286)",
    "extended_open": "Long optional parameters of OPEN (RFC 9072)",
    "weight": "weight",
    "advertisement_interval": "advertisement-interval",
    "peer_group": "Peer groups",
    "passive": "passive, on either side",
    "port": "port",
}

NAMES = {"bird": "BIRD", "frr": "FRR", "gobgp": "GoBGP", "openbgpd": "OpenBGPD", "exabgp": "ExaBGP"}
ASK_VERSION = {"bird": ["/usr/sbin/bird", "--version"], "frr": ["/usr/lib/frr/bgpd", "--version"],
               "gobgp": ["/usr/bin/gobgpd", "--version"], "openbgpd": ["/usr/sbin/bgpd", "-V"],
               "exabgp": ["/usr/sbin/exabgp", "--version"]}


def versions():
    """{speaker: "BIRD 2.0.12"} of those that are installed."""
    found = {}
    for name, words in ASK_VERSION.items():
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=10)
            found[name] = f"{NAMES[name]} {re.search(r'[0-9][0-9.]*', done.stdout + done.stderr).group(0)}"
        except (OSError, AttributeError, subprocess.TimeoutExpired):
            pass
    return found


def cells(outcomes):
    """{row: {speaker: "yes" | "no"}}: a cell is yes when all its tests passed."""
    table = {}
    for test, status in outcomes.items():
        peer = harness.TESTS[test][1].get("peer")
        if not peer or status not in (0, 1):
            continue
        for row in harness.COVERS.get(test, ()):
            cell = table.setdefault(row, {})
            cell[peer.NAME] = "no" if status == 1 or cell.get(peer.NAME) == "no" else "yes"
    return table


def page(outcomes):
    known, table = versions(), cells(outcomes)
    columns = [name for name in NAMES if name in known]
    lines = ["# Interoperation", "",
             "What works between kuland and the other speakers of Debian 12, as the interop tests saw it. Written by",
             "`test/interop/run.py --matrix`, never by hand.", "",
             "| Feature | " + " | ".join(known[name] for name in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    notes = []
    for row, title in ROWS.items():
        if row not in table:
            continue
        texts = []
        for name in columns:
            lacks = peers.ALL[name].LACKS.get(row)
            if lacks and lacks not in notes:
                notes.append(lacks)
            texts.append(table[row].get(name) or (f"– ({notes.index(lacks) + 1})" if lacks else ""))
        lines.append(f"| {title} | " + " | ".join(texts) + " |")
    lines += ["", "An empty cell was not tested. –: the other speaker's release cannot take part:", ""]
    lines += [f"{number}. {note}" for number, note in enumerate(notes, 1)]
    return "\n".join(lines) + "\n"


def write(outcomes):
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page(outcomes))
