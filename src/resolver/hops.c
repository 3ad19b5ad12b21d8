/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/engine.h"

#include "base/random.h"
#include "dns/name_case.h"

/* RFC 10001 5: a question that is forwarded carries the marks of the resolvers it came through. One of ours in it, or
 * too many, is a loop. Others strip the option or ignore it; for them see hops_case and job_waits_for_server. */
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

#define MARK_LETTERS_LEAST 10 /* a client that mixes case by chance hits on it once in 1024 times, or more rarely */

static bool is_letter(uint8_t octet)
{
	return (uint8_t)(octet_lower(octet) - 'a') < 26;
}

bool hops_case(const struct resolver *resolver, struct name name, struct name_buffer *buffer, struct name *ret)
{
	uint8_t key[SIPHASH_KEY_SIZE] = {0}, lower[NAME_MAX];
	unsigned letters = 0;
	for (size_t i = 0; i < name.size; i++) {
		lower[i] = octet_lower(name.wire[i]);
		letters += is_letter(lower[i]);
	}
	if (letters < MARK_LETTERS_LEAST)
		return false;
	memcpy(key, resolver->policy->node_id, sizeof(resolver->policy->node_id));
	/* Neither all of one case nor all of the other, in which most clients ask. */
	uint64_t bits = (siphash(key, lower, name.size) & ~(uint64_t)3) | 1;
	*ret = name_copy(name, buffer);
	for (size_t i = 0, letter = 0; i < name.size; i++) {
		buffer->wire[i] = lower[i];
		if (is_letter(lower[i]) && (bits >> letter++ % 64 & 1))
			buffer->wire[i] ^= 0x20;
	}
	return true;
}

bool hops_is_cased(const struct resolver *resolver, struct name name)
{
	struct name_buffer buffer;
	struct name cased;
	return resolver->policy->fallback_count > 0 && hops_case(resolver, name, &buffer, &cased) &&
	       memcmp(cased.wire, name.wire, name.size) == 0;
}
