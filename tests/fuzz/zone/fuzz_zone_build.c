/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Octets become records for a builder, then names to look up. Whatever zone comes of it must keep the promises of
 * zone.h and search.h. RDATA is what rdata_check lets pass, as the builder may expect.
 */
#include "dns/rdata.h"
#include "zone/builder.h"
#include "zone/search.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RECORDS_MAX 400

static const uint16_t types[] = {RR_A, RR_AAAA, RR_NS, RR_CNAME, RR_DNAME, RR_SOA, RR_MX, RR_SRV, RR_HTTPS, RR_TXT,
                                 RR_DS, RR_RRSIG, RR_NSEC, RR_NSEC3, RR_NSEC3PARAM, RR_DNSKEY};

/* Names are a few octets that pick labels, so that they meet often. The longest is the NSEC3 hash of z.test. */
static bool name_make(struct span *in, struct name apex, struct name_buffer *buffer, struct name *ret)
{
	static const char *const labels[] = {"\1a",   "\1A",  "\1b",    "\1*",
	                                     "\2ns", "\1\0", "\2\1x", "\040b8ggmnqt5nm5vdb4p7fedck13mc56mmf"};
	static const uint8_t label_sizes[] = {2, 2, 2, 2, 3, 2, 3, 33};
	struct name_buffer relative;
	uint8_t depth, pick;
	size_t at = 0;
	if (!span_take_u8(in, &depth))
		return false;
	unsigned count = depth % 7;
	for (unsigned i = 0; i < count && span_take_u8(in, &pick); i++) {
		memcpy(relative.wire + at, labels[pick % 8], label_sizes[pick % 8]);
		at += label_sizes[pick % 8];
	}
	relative.wire[at] = 0;
	return name_concatenate(name_of(relative.wire), apex, buffer, ret) == ERR_OK;
}

static size_t rdata_make(struct span *in, uint16_t type, struct name apex, uint8_t *out)
{
	struct name_buffer buffer;
	struct name target;
	struct span front;
	uint8_t shape;
	if (!span_take_u8(in, &shape))
		return 0;
	size_t size = shape & 0x3f;
	if (!span_take(in, size, &front))
		return 0;
	memcpy(out, front.data, size);
	if (shape & 0x40 && name_make(in, apex, &buffer, &target)) {
		memcpy(out + size, target.wire, target.size);
		size += target.size;
	}
	/* What is commonest is made right. */
	if (shape & 0x80 && type == RR_SOA) {
		memset(out, 0, 22);
		size = 22;
	}
	return rdata_check(type, span_of(out, size)) == ERR_OK ? size : 0;
}

static void records_add(struct span *in, struct name apex, struct zone_builder *builder)
{
	uint8_t choice, rdata[NAME_MAX + 64];
	for (uint32_t i = 1; i < RECORDS_MAX && span_take_u8(in, &choice) && choice != 0xff; i++) {
		struct name_buffer buffer;
		struct name owner;
		uint16_t type = types[choice % 16];
		if (!name_make(in, apex, &buffer, &owner))
			return;
		size_t size = rdata_make(in, type, apex, rdata);
		uint32_t ttl = choice & 0x10 ? 300 : 0xfffffff0u + choice;
		if (size > 0 && zone_builder_add(builder, owner, type, ttl, span_of(rdata, size), 0, i) != ERR_OK)
			abort();
	}
}

static void node_check(const struct zone *zone, const struct zone_places *places, const struct zone_node *node)
{
	for (const struct rrset *rrset = zone_node_rrset_next(node, NULL); rrset != NULL;
	     rrset = zone_node_rrset_next(node, rrset)) {
		size_t position = 0, count = 0, addresses;
		struct span rdata;
		while (rrset_next(rrset, &position, &rdata)) {
			assert(rdata_check(rrset->type, rdata) == ERR_OK);
			assert(zone_place(places, rrset, count).line > 0);
			count++;
		}
		assert(count == rrset->count && position == rrset->size);
		const struct zone_address *found = zone_additional(zone, node, rrset, &addresses);
		for (size_t i = 0; i < addresses; i++) {
			assert(zone_node_find(zone, found[i].name) == found[i].node);
			assert(found[i].a == zone_node_rrset(found[i].node, RR_A));
		}
	}
}

/* What each outcome promises. */
static void search_check(const struct zone *zone, struct name name)
{
	struct zone_match match;
	zone_search(zone, name, &match);
	struct name at = match.node != NULL ? zone_node_name(match.node) : zone_apex(zone);
	bool is_match = true;
	switch (match.outcome) {
	case ZONE_EXACT:
		is_match = name_equal(at, name);
		break;
	case ZONE_CUT:
		is_match = name_is_at_or_below(name, at) && zone_node_is_cut(match.node);
		break;
	case ZONE_DNAME:
		is_match = name_is_at_or_below(name, at) && zone_node_rrset(match.node, RR_DNAME) != NULL;
		break;
	case ZONE_WILDCARD:
		is_match = name_is_wildcard(at) && name_equal(name_parent(at), zone_node_name(match.encloser));
		break;
	case ZONE_ABSENT:
		is_match = zone_node_find(zone, name) == NULL &&
		           name_is_at_or_below(name, zone_node_name(match.encloser));
		break;
	}
	assert(is_match);
	const struct zone_node *covering = zone_nsec_covering(zone, name);
	assert(covering == NULL || name_compare(zone_node_name(covering), name) <= 0);
	uint8_t hash[ZONE_NSEC3_HASH_SIZE];
	bool is_exact;
	zone_nsec3_hash(zone, name, hash);
	assert((zone_nsec3_find(zone, hash, &is_exact) != NULL) == (zone_denial(zone) == ZONE_DENIAL_NSEC3));
}

static void zone_check(struct span *in, const struct zone *zone, const struct zone_places *places)
{
	struct name before = {0};
	size_t count = 0;
	for (const struct zone_node *node = zone_node_first(zone); node != NULL; node = zone_node_next(zone, node)) {
		struct name name = zone_node_name(node);
		assert(count == 0 || name_compare(before, name) < 0);
		before = name;
		assert(zone_node_find(zone, name) == node);
		assert(count == 0 || zone_node_find(zone, name_parent(name)) != NULL);
		node_check(zone, places, node);
		search_check(zone, name);
		count++;
	}
	assert(count == zone_node_count(zone));
	for (const struct zone_node *node = zone_nsec3_first(zone); node != NULL; node = zone_nsec3_next(zone, node))
		node_check(zone, places, node);
	struct name_buffer buffer;
	struct name name;
	while (in->size > 0 && name_make(in, zone_apex(zone), &buffer, &name))
		search_check(zone, name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t apexes[2][9] = {"", "\1z\4test"};
	struct span in = span_of(data, size);
	uint8_t choice;
	uint16_t file;
	struct zone_builder *builder;
	struct zone_places *places = NULL;
	struct zone *zone = NULL;
	if (!span_take_u8(&in, &choice) || zone_builder_new(name_of(apexes[choice & 1]), &builder) != ERR_OK)
		return 0;
	struct finding_list *findings = finding_list_new();
	if (findings == NULL || zone_builder_add_file(builder, "fuzz", &file) != ERR_OK)
		abort();
	records_add(&in, name_of(apexes[choice & 1]), builder);
	if (zone_builder_finish(builder, findings, &zone, &places) == ERR_OK)
		zone_check(&in, zone, places);
	zone_free(zone);
	zone_places_free(places);
	finding_list_free(findings);
	return 0;
}
