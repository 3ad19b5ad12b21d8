/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/engine.h"

/* RFC 10001 5: a question that is forwarded carries the marks of the resolvers it came through. One of ours in it, or
 * too many, is a loop. Others strip the option or ignore it; for them see job_waits_for_server. */
bool hops_take(const struct resolver *resolver, struct span octets, struct spending *spending)
{
	struct message message;
	size_t position = 0;
	uint16_t code;
	struct span value;
	if (message_read(octets, &message) != ERR_OK || !message.has_edns)
		return true;
	while (edns_next_option(message.edns_rdata, &position, &code, &value) == ERR_OK) {
		if (code != QUESTION_HOP_OPTION)
			continue;
		if (value.size % HOP_SIZE != 0 || value.size >= sizeof(spending->hops))
			return false;
		for (size_t at = 0; at < value.size; at += HOP_SIZE) {
			if (memcmp(value.data + at, resolver->policy->node_id, HOP_SIZE) == 0)
				return false;
		}
		memcpy(spending->hops, value.data, value.size);
		spending->hop_size = (uint8_t)value.size;
	}
	return true;
}

struct span hops_mark(const struct resolver *resolver, struct spending *spending)
{
	/* Our mark goes in once, behind those that came. */
	if (spending->hop_size < HOP_SIZE ||
	    memcmp(spending->hops + spending->hop_size - HOP_SIZE, resolver->policy->node_id, HOP_SIZE) != 0) {
		if (spending->hop_size + (size_t)HOP_SIZE > sizeof(spending->hops))
			return span_of(spending->hops, spending->hop_size);
		memcpy(spending->hops + spending->hop_size, resolver->policy->node_id, HOP_SIZE);
		spending->hop_size += HOP_SIZE;
	}
	return span_of(spending->hops, spending->hop_size);
}
