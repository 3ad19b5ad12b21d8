/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/subject.h"

#include "dns/rrtype.h"
#include "dns/svcb.h"
#include "resolver/gather.h"

#define EDNS_SIZE 1232
#define EDNS_SMALL 512
#define SOA_NUMBERS 20 /* octets behind the two names */
#define SVCPARAM_PORT 3

bool serial_is_older(uint32_t a, uint32_t b)
{
	return a != b && (uint32_t)(b - a) < UINT32_C(0x80000000);
}

unsigned subject_good(const struct subject *subject, enum family family)
{
	unsigned count = 0;
	for (unsigned i = 0; i < subject->counts[family]; i++)
		count += subject->addresses[family][i].state == ADDRESS_GOOD;
	return count;
}

/* --- The zone --- */

/* Two walks: the first finds the zone that the name is in, the second looks at all its servers. */
static void chains_take(struct walk *walk, struct subject *subject)
{
	struct walk finding = {.facts = walk->facts, .arena = walk->arena, .options = walk->options};
	subject->zone = name_root;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct chain *chain = chain_to(&finding, subject->name, family);
		/* A chain that is open ends at the name itself, provisionally. */
		if (chain->state != CHAIN_OPEN && chain->zone.labels > subject->zone.labels)
			subject->zone = chain->zone;
	}
	walk->target = subject->zone;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct chain *chain = chain_to(walk, subject->zone, family);
		subject->chains[family] = chain;
		subject->states[family] = chain->state;
		if (chain->state == CHAIN_GOOD && !name_equal(chain->zone, subject->zone))
			subject->states[family] = finding.open > 0 ? CHAIN_OPEN : CHAIN_BROKEN;
	}
	walk->open += finding.open;
}

/* --- One address --- */

static void serial_take(struct subject_address *address)
{
	size_t position = 0;
	struct span rdata;
	if (address->soa.kind != SAID_RECORDS || !rrset_next(address->soa.set->rrset, &position, &rdata) ||
	    rdata.size < SOA_NUMBERS + 2)
		return;
	address->has_serial = true;
	address->serial = load_u32(rdata.data + rdata.size - SOA_NUMBERS);
}

/* Is it the size, or the question? */
static void size_take(struct walk *walk, const struct subject *subject, struct subject_address *address)
{
	const struct fact *fact = walk_get(walk, &address->endpoint, subject->zone, RR_DNSKEY, QUESTION_UDP, EDNS_SIZE);
	said_by_authority(walk, fact, subject->zone, RR_DNSKEY, &address->large);
	if (!said_is_dead(&address->large))
		return;
	fact = walk_get(walk, &address->endpoint, subject->zone, RR_DNSKEY, QUESTION_UDP, EDNS_SMALL);
	said_by_authority(walk, fact, subject->zone, RR_DNSKEY, &address->small);
}

static void answers_take(struct walk *walk, const struct subject *subject, struct subject_address *address)
{
	for (unsigned i = 0; i < subject->type_count; i++) {
		uint16_t type = subject->types[i];
		const struct fact *fact = walk_ask(walk, &address->endpoint, subject->name, type);
		said_by_authority(walk, fact, subject->name, type, &address->answers[i]);
		if (said_is_answer(&address->answers[i]) && fact->message.size > EDNS_SIZE) {
			fact = walk_probe(walk, &address->endpoint, subject->name, type, PROBE_SEGMENTS, EDNS_SIZE, 0);
			said_by_authority(walk, fact, subject->name, type, &address->segments[i]);
		}
		if (!said_is_dead(&address->answers[i]) || fact->question.transport == QUESTION_TCP)
			continue;
		fact = walk_get(walk, &address->endpoint, subject->name, type, QUESTION_UDP, EDNS_SMALL);
		said_by_authority(walk, fact, subject->name, type, &address->retries[i]);
		if (address->retries[i].kind != SAID_TRUNCATED)
			continue;
		fact = walk_get(walk, &address->endpoint, subject->name, type, QUESTION_TCP, EDNS_SIZE);
		said_by_authority(walk, fact, subject->name, type, &address->streams[i]);
	}
}

static void address_take(struct walk *walk, const struct subject *subject, struct subject_address *address)
{
	if (address->state == ADDRESS_EMBEDDED)
		return;
	const struct fact *fact = walk_ask(walk, &address->endpoint, subject->zone, RR_SOA);
	said_by_authority(walk, fact, subject->zone, RR_SOA, &address->soa);
	fact = walk_get(walk, &address->endpoint, subject->zone, RR_SOA, QUESTION_TCP, EDNS_SIZE);
	said_by_authority(walk, fact, subject->zone, RR_SOA, &address->tcp);
	serial_take(address);
	if (address->state != ADDRESS_GOOD)
		return;
	size_take(walk, subject, address);
	answers_take(walk, subject, address);
}

static void family_take(struct walk *walk, struct subject *subject, enum family family)
{
	const struct chain *chain = subject->chains[family];
	subject->addresses[family] = arena_alloc_zeroed(
		walk->arena, SUBJECT_ADDRESSES_MAX * sizeof(struct subject_address), _Alignof(struct subject_address));
	if (subject->addresses[family] == NULL || !name_equal(chain->zone, subject->zone))
		return;
	for (unsigned i = 0; i < chain->server_count; i++) {
		for (unsigned j = 0; j < chain->servers[i].address_count; j++) {
			const struct chain_address *from = &chain->servers[i].addresses[j];
			if (subject->counts[family] == SUBJECT_ADDRESSES_MAX)
				return;
			struct subject_address *address = &subject->addresses[family][subject->counts[family]++];
			address->server = chain->servers[i].name;
			address->endpoint = from->endpoint;
			address->state = from->state;
			address_take(walk, subject, address);
		}
	}
}

/* --- The whole --- */

/* However it was had. */
static const struct said *answer_of(const struct subject_address *address, unsigned index)
{
	const struct said *ways[] = {&address->answers[index], &address->streams[index], &address->retries[index]};
	unsigned way = 0;
	while (way < 2 && !said_is_answer(ways[way]))
		way++;
	return ways[way];
}

static void best_take(struct subject *subject)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (unsigned i = 0; i < subject->counts[family]; i++) {
			const struct subject_address *address = &subject->addresses[family][i];
			bool is_newer = address->has_serial &&
					(!subject->has_serial || serial_is_older(subject->serial, address->serial));
			if (is_newer)
				subject->serial = address->serial;
			subject->has_serial = subject->has_serial || address->has_serial;
			for (unsigned j = 0; j < subject->type_count; j++) {
				const struct said *said = answer_of(address, j);
				if (said_is_answer(said) && (is_newer || !said_is_answer(&subject->best[j])))
					subject->best[j] = *said;
			}
		}
	}
}

bool subject_alias(const struct subject *subject, struct name *ret)
{
	for (unsigned i = 0; i < subject->type_count; i++) {
		if (subject->best[i].kind == SAID_ALIAS && subject->best[i].alias.wire != NULL) {
			*ret = subject->best[i].alias;
			return true;
		}
	}
	return false;
}

static void secure_take(struct walk *walk, struct subject *subject)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (unsigned i = 0; i < subject->type_count && subject->states[family] == CHAIN_GOOD; i++)
			secure_judge(walk, subject->chains[family], subject->name, subject->types[i],
				     &subject->secure[family][i]);
	}
}

/* RFC 9460 2.2: priority, target, parameters. Where the target is another name, its port is that name's matter. */
static void port_take(struct walk *walk, struct subject *subject)
{
	struct said said;
	size_t position = 0;
	struct span rdata, value;
	struct name target;
	uint16_t key;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (subject->states[family] != CHAIN_GOOD)
			continue;
		const struct fact *fact = chain_ask(walk, subject->chains[family], subject->name, RR_HTTPS);
		said_by_authority(walk, fact, subject->name, RR_HTTPS, &said);
		if (said.kind != SAID_RECORDS || !rrset_next(said.set->rrset, &position, &rdata) || rdata.size < 3 ||
		    load_u16(rdata.data) == 0)
			return;
		rdata = span_of(rdata.data + 2, rdata.size - 2);
		if (name_take(&rdata, &target) != ERR_OK ||
		    !(name_is_root(target) || name_equal(target, subject->name)))
			return;
		while (svcparam_take(&rdata, &key, &value) == ERR_OK) {
			if (key == SVCPARAM_PORT && value.size == 2 && load_u16(value.data) != 0) {
				subject->has_port = true;
				subject->port = load_u16(value.data);
			}
		}
		return;
	}
}

struct subject *subject_fill(struct walk *walk, struct name name, const uint16_t *types, unsigned type_count)
{
	struct subject *subject = arena_alloc_zeroed(walk->arena, sizeof(*subject), _Alignof(struct subject));
	if (subject == NULL)
		return NULL;
	subject->name = name;
	subject->types = types;
	subject->type_count = type_count;
	chains_take(walk, subject);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		family_take(walk, subject, family);
	if (subject->addresses[FAMILY_IPV6] == NULL || subject->addresses[FAMILY_IPV4] == NULL)
		return NULL;
	best_take(subject);
	secure_take(walk, subject);
	port_take(walk, subject);
	return subject;
}
