/* SPDX-License-Identifier: BSD-2-Clause */
#include "transfer/serve.h"

static bool is_transfer(uint16_t type)
{
	return type == RR_AXFR || type == RR_IXFR;
}

bool transfer_is_asked(struct span message)
{
	size_t at = HEADER_SIZE;
	while (at < message.size && message.data[at] != 0 && message.data[at] < 64)
		at += 1u + message.data[at];
	return at + 3 <= message.size && message.data[at] == 0 && is_transfer(load_u16(message.data + at + 1));
}

static enum transfer_decision refuse(struct transfer_asked *asked, const char *reason)
{
	asked->reason = reason;
	return TRANSFER_REFUSE;
}

static bool has_address(const struct transfer_peer *peer, const struct ip_addr *client)
{
	for (size_t i = 0; i < peer->address_count; i++) {
		if (ip_addr_equal(&peer->addresses[i], client))
			return true;
	}
	return false;
}

/* The peer with that address whose key, where it has one, has signed. ret_near: one with the address alone. */
static const struct transfer_peer *peer_find(const struct transfer_policy *policy, const struct transfer_asked *asked,
                                             const struct ip_addr *client, const struct transfer_peer **ret_near)
{
	*ret_near = NULL;
	for (size_t i = 0; i < policy->peer_count; i++) {
		const struct transfer_peer *peer = &policy->peers[i];
		if (!has_address(peer, client))
			continue;
		if (peer->key == NULL || (asked->is_signed && asked->tsig.key == peer->key))
			return peer;
		*ret_near = peer;
	}
	return NULL;
}

static enum transfer_decision signature_judge(const struct transfer_policy *policy, struct span message, uint64_t now_s,
                                              struct transfer_asked *asked)
{
	if (asked->query.tsig_offset == 0)
		return TRANSFER_GRANT;
	switch (tsig_verify_request(policy->keys, policy->key_count, message, asked->query.tsig_offset, now_s, &asked->tsig)) {
	case TSIG_GOOD:
		asked->is_signed = true;
		return TRANSFER_GRANT;
	case TSIG_BAD:
		return refuse(asked, asked->tsig.error == RCODE_BADKEY    ? "it is signed with a key that is not known here"
		                     : asked->tsig.error == RCODE_BADTIME ? "its TSIG is of another time: one of the two clocks is wrong"
		                                                          : "its TSIG does not verify: the secrets differ");
	default:
		return TRANSFER_LEAVE;
	}
}

static enum transfer_decision zone_judge(const struct zoneset *zones, struct transfer_asked *asked)
{
	const struct zoneset_entry *entry = zoneset_find(zones, asked->query.qname, false);
	if (entry == NULL || !name_equal(entry->apex, asked->query.qname))
		return refuse(asked, "there is no such zone here");
	if (entry->zone == NULL)
		return refuse(asked, "the zone is not loaded");
	asked->zone = entry->zone;
	asked->history = entry->history;
	return TRANSFER_GRANT;
}

enum transfer_decision transfer_judge(const struct transfer_policy *policy, const struct zoneset *zones,
                                      struct span message, const struct ip_addr *client, uint64_t now_s,
                                      struct transfer_asked *ret)
{
	const struct transfer_peer *near;
	*ret = (struct transfer_asked){0};
	if (query_parse(message, &ret->query) != QUERY_OK || ret->query.opcode != OPCODE_QUERY || !ret->query.has_question ||
	    !is_transfer(ret->query.qtype) || ret->query.qclass != CLASS_IN)
		return TRANSFER_LEAVE;
	enum transfer_decision decision = signature_judge(policy, message, now_s, ret);
	if (decision != TRANSFER_GRANT)
		return decision;
	ret->peer = peer_find(policy, ret, client, &near);
	if (ret->peer == NULL)
		return refuse(ret, near != NULL ? "it is not signed with the peer's key" : "no peer of transfer-to has this address");
	return zone_judge(zones, ret);
}
