/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message from anybody. The first octet picks transport and options; with its top bit the rest is the message as it
 * is, without it the rest makes a well-formed question for one of the zones and then changes a few octets of it.
 * The answer must keep its limit, belong to the query, and be readable by another library.
 */
#include "auth/auth.h"
#include "dns/header.h"
#include "dns/rrtype.h"
#include "dns/tsig.h"
#include "finding/finding.h"
#include "tests/fuzz/auth/fuzz_auth_zones.h"
#include "zone/zonefile.h"

#include <ldns/ldns.h>
#include <stdlib.h>

struct target {
	struct zoneset *zones;
	struct auth_scratch *scratch;
	struct tsig_key *key;
};

static struct zone *zone_of(const char *text, struct name apex)
{
	struct zonefile_options options = {.path = "zone", .origin = apex};
	struct finding_list *findings = finding_list_new();
	struct zone_builder *builder;
	struct zone *zone;
	if (zone_builder_new(apex, &builder) != ERR_OK ||
	    zonefile_parse_text(&options, span_text(text), builder, findings) != ERR_OK ||
	    zone_builder_finish(builder, findings, &zone, NULL) != ERR_OK)
		abort();
	finding_list_free(findings);
	return zone;
}

static const struct target *target_get(void)
{
	static struct target target;
	if (target.zones != NULL)
		return &target;
	static const uint8_t a[] = "\001a", b[] = "\001b", c[] = "\001c", key[] = "\003key";
	struct zoneset_entry entries[] = {{.apex = name_of(a)}, {.apex = name_of(b)}, {.apex = name_of(c)}};
	entries[0].zone = zone_of(zone_a, entries[0].apex);
	entries[1].zone = zone_of(zone_b, entries[1].apex);
	target.scratch = auth_scratch_new();
	if (zoneset_new(entries, 3, &target.zones) != ERR_OK ||
	    tsig_key_new(name_of(key), TSIG_HMAC_SHA256, span_text("secret"), &target.key) != ERR_OK)
		abort();
	return &target;
}

static uint8_t octet_take(struct span *from)
{
	uint8_t octet = 0;
	return span_take_u8(from, &octet) ? octet : 0;
}

static void question_write(struct span *choices, struct writer *out)
{
	static const char *const names[] = {
		"\001@", "\003www", "\003ns1", "\001x\003ent", "\003ent", "\001w", "\001x\001w", "\001x\001c", "\005alias",
		"\001x\001d", "\001d", "\003sub", "\001x\003sub", "\003sec", "\001x\003sec", "\003opt", "\001i\003opt",
		"\001x\001i\003opt", "\004nope", "\001*\001w", "\004loop", "\002NS\003Sub",
	};
	static const uint16_t types[] = {RR_A, RR_AAAA, RR_NS, RR_SOA, RR_DS, RR_CNAME, RR_ANY, RR_RRSIG, RR_MX, RR_NSEC,
	                                 RR_HTTPS, RR_DNAME, RR_AXFR, RR_IXFR, RR_TXT, RR_OPT};
	/* Labels of any kind in front, up to the whole room of a name. */
	for (unsigned labels = octet_take(choices) % 8; labels > 0; labels--) {
		struct span label;
		uint8_t size = octet_take(choices) % (NAME_LABEL_MAX + 1);
		if (size == 0 || !span_take(choices, size, &label))
			continue;
		writer_u8(out, size);
		writer_bytes(out, label.data, label.size);
	}
	const char *name = names[octet_take(choices) % (sizeof(names) / sizeof(*names))];
	if (name[1] != '@')
		writer_bytes(out, name, strlen(name));
	writer_u8(out, 1);
	writer_u8(out, (uint8_t)('a' + octet_take(choices) % 4));
	writer_u8(out, 0);
	uint8_t type = octet_take(choices);
	writer_u16(out, type < 200 ? types[type % 16] : type);
	writer_u16(out, type % 32 == 31 ? CLASS_CH : CLASS_IN);
}

static size_t query_make(struct span choices, uint8_t *buffer, size_t capacity)
{
	struct writer out = writer_of(buffer, capacity);
	uint8_t edns = octet_take(&choices);
	writer_bytes(&out, "\0\1\1\0\0\1\0\0\0\0\0", 11);
	writer_u8(&out, edns & 1);
	question_write(&choices, &out);
	if (edns & 1) {
		writer_bytes(&out, "\0\0\x29", 3);
		writer_u16(&out, (uint16_t)(octet_take(&choices) * 8));
		writer_u32(&out, edns & 2 ? 0x8000 : 0);
		struct span options = {.data = choices.data, .size = edns & 4 ? choices.size % 64 : 0};
		writer_u16(&out, (uint16_t)options.size);
		writer_bytes(&out, options.data, options.size);
	}
	for (unsigned changes = edns >> 6; changes > 0 && out.size > 0; changes--)
		buffer[octet_take(&choices) % out.size] ^= octet_take(&choices);
	return out.size;
}

static void answer_check(struct span query, const uint8_t *answer, size_t size, size_t limit)
{
	if (size == 0)
		return;
	ldns_pkt *pkt = NULL;
	if (size > limit || query.size < HEADER_SIZE || size < HEADER_SIZE || (query.data[2] & 0x80) ||
	    !(answer[2] & 0x80) || memcmp(query.data, answer, 2) != 0)
		abort();
	if (ldns_wire2pkt(&pkt, answer, size) != LDNS_STATUS_OK)
		abort();
	ldns_pkt_free(pkt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t query[2048], answer[65535];
	const struct target *target = target_get();
	struct span rest = span_of(data, size);
	uint8_t mode = octet_take(&rest);
	const struct tsig_key *keys[] = {target->key};
	struct auth_options options = {.udp_size = mode & 1 ? AUTH_UDP_SIZE_MIN : AUTH_UDP_SIZE_DEFAULT,
	                               .is_minimal = !(mode & 2), .is_any_full = mode & 4, .is_cookie_on = mode & 8,
	                               .identity = mode & 16 ? "identity" : NULL, .keys = keys, .key_count = 1};
	struct auth_request request = {.transport = mode & 32 ? TRANSPORT_TCP : TRANSPORT_UDP, .now_s = 1800000000,
	                               .message = rest};
	if (!(mode & 128))
		request.message = span_of(query, query_make(rest, query, sizeof(query)));
	size_t limit = request.transport == TRANSPORT_TCP ? sizeof(answer) : options.udp_size;
	struct writer out = writer_of(answer, limit);
	struct query_event event;
	size_t answered =
		auth_answer(&options, target->zones, &request, target->scratch, &out, &event);
	answer_check(request.message, answer, answered, limit);
	return 0;
}
