// How the value of each attribute is read and when it is refused. RFC 7606 §7 unless said otherwise; rows in
// attribute_table.cpp name these.
#pragma once

#include "bgpd/wire/attribute_table.hpp"

namespace bgpd::wire::decode {

Verdict origin(Octets value, const DecodeContext&, AttributeValues& values);
Verdict as_path(Octets value, const DecodeContext& context, AttributeValues& values);
Verdict next_hop(Octets value, const DecodeContext&, AttributeValues& values);
Verdict multi_exit_disc(Octets value, const DecodeContext&, AttributeValues& values);
Verdict local_pref(Octets value, const DecodeContext&, AttributeValues& values);
Verdict atomic_aggregate(Octets value, const DecodeContext&, AttributeValues& values);
Verdict aggregator(Octets value, const DecodeContext& context, AttributeValues& values);
Verdict communities(Octets value, const DecodeContext&, AttributeValues& values);
Verdict originator_id(Octets value, const DecodeContext&, AttributeValues& values);
Verdict cluster_list(Octets value, const DecodeContext&, AttributeValues& values);
Verdict extended_communities(Octets value, const DecodeContext&, AttributeValues& values);
Verdict as4_path(Octets value, const DecodeContext&, AttributeValues& values);
Verdict as4_aggregator(Octets value, const DecodeContext&, AttributeValues& values);
Verdict large_communities(Octets value, const DecodeContext&, AttributeValues& values);
Verdict only_to_customer(Octets value, const DecodeContext&, AttributeValues& values);

}  // namespace bgpd::wire::decode
