/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/steps/steps.h"

#include "dns/rrtype.h"
#include "ip/special.h"

/* I-01: what every authoritative address says, asked directly. */

#define STEP STEP_AUTHORITY

/* --- The delegation --- */

/* "ns1.example.com has no glue of the family": the first server of the zone at fault. */
static const char *fault_words(struct diagnosis *diagnosis, const struct chain *culprit, enum family family)
{
	for (unsigned i = 0; i < culprit->server_count; i++) {
		const struct chain_server *server = &culprit->servers[i];
		if (server->cause == culprit->cause)
			return diagnosis_text(diagnosis, "%s %s, and no other server of it is good over %s",
					      name_words(diagnosis, server->name), chain_cause_text(server->cause),
					      family_title(family));
	}
	return diagnosis_text(diagnosis, "%s %s", name_words(diagnosis, culprit->zone),
			      chain_cause_text(culprit->cause));
}

static void family_judge(struct examination *examination, const struct subject *subject, enum family family)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const struct chain *chain = subject->chains[family];
	const char *zone = name_words(diagnosis, subject->zone);
	enum chain_state state = subject->states[family];
	if (state == CHAIN_UNTESTED)
		diagnosis_note(diagnosis, STEP, EVIDENCE_UNSEEN, zone,
			       "not tested over %s: this host does not reach the "
			       "root over it",
			       family_title(family));
	if (state != CHAIN_BROKEN)
		return;
	bool is_reached = name_equal(chain->zone, subject->zone);
	const struct chain *culprit = is_reached ? chain->culprit : chain;
	const char *mended = name_words(diagnosis, culprit->zone), *fault = fault_words(diagnosis, culprit, family);
	diagnosis_note(diagnosis, STEP, EVIDENCE_BAD, zone, "not resolvable over %s alone, because of %s: %s",
		       family_title(family), mended, fault);
	/* Addresses that are silent or lame are blamed one by one, here and by the next step. */
	if (culprit == chain && is_reached && (chain->cause == CAUSE_SILENT || chain->cause == CAUSE_LAME))
		return;
	diagnosis_blame(
		diagnosis, FINDING_DELEGATION_FAMILY, SEVERITY_ERROR,
		diagnosis_text(diagnosis, "zone %s over %s", zone, family_title(family)),
		diagnosis_text(diagnosis, "add what is missing at the parent and in the zone, then: sextant audit %s",
			       mended),
		"%s cannot be resolved over %s alone, because of %s: %s.", zone, family_title(family), mended, fault);
}

/* --- Lame addresses, old versions --- */

static void lame_judge(struct examination *examination, const struct subject *subject,
		       const struct subject_address *address, enum family family)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const char *server = name_words(diagnosis, address->server), *zone = name_words(diagnosis, subject->zone);
	const char *at = endpoint_words(diagnosis, &address->endpoint);
	const char *said = said_words(diagnosis, &address->soa);
	diagnosis_note(diagnosis, STEP, EVIDENCE_BAD, at, "%s does not serve %s: %s", server, zone, said);
	diagnosis_blame(
		diagnosis, FINDING_SERVER_LAME, subject_good(subject, family) > 0 ? SEVERITY_WARNING : SEVERITY_ERROR,
		diagnosis_text(diagnosis, "server %s", server),
		diagnosis_text(diagnosis,
			       "load %s on %s, or take it out of the delegation, then: sextant query %s SOA @%s", zone,
			       server, zone, at),
		"%s (%s) does not serve %s though the delegation names it: it answers %s.", server, at, zone, said);
}

/* The families on which there are addresses that are not as old. */
static const char *stale_where(const struct subject *subject, enum family family)
{
	bool is_fresh[FAMILY_COUNT] = {false}, is_all_old = true;
	for (enum family i = FAMILY_IPV6; i < FAMILY_COUNT; i++) {
		for (unsigned j = 0; j < subject->counts[i]; j++) {
			const struct subject_address *address = &subject->addresses[i][j];
			is_fresh[i] = is_fresh[i] || (address->has_serial && address->serial == subject->serial);
		}
	}
	is_all_old = !is_fresh[family] && is_fresh[family_other(family)];
	return !is_all_old             ? ""
	       : family == FAMILY_IPV6 ? ", and over IPv6 nobody has the new one"
				       : ", and over IPv4 nobody has the new one";
}

static bool is_name_the_same(const struct subject *subject, const struct subject_address *address)
{
	for (unsigned i = 0; i < subject->type_count; i++) {
		if (said_is_answer(&address->answers[i]) && said_is_answer(&subject->best[i]) &&
		    !said_is_same(&address->answers[i], &subject->best[i]))
			return false;
	}
	return true;
}

/* Zones that answer by place, or in turn, do this by design. */
static void uneven_judge(struct examination *examination, const struct subject *subject,
			 const struct subject_address *address)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const char *server = name_words(diagnosis, address->server), *name = name_words(diagnosis, subject->name);
	const char *at = endpoint_words(diagnosis, &address->endpoint);
	diagnosis_note(diagnosis, STEP, EVIDENCE_NOTE, at, "%s has other records for the name, in the same version",
		       server);
	diagnosis_blame(
		diagnosis, FINDING_SERVER_STALE, SEVERITY_NOTICE,
		diagnosis_text(diagnosis, "server %s at %s", server, at),
		diagnosis_text(diagnosis, "compare: sextant query %s AAAA A @%s", name, at),
		"%s (%s) gives other records for %s in the same version of the zone: answers by place or in turn, or "
		"servers that are out of step.",
		server, at, name);
}

static void stale_judge(struct examination *examination, const struct subject *subject,
			const struct subject_address *address, enum family family)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	bool is_same = is_name_the_same(subject, address);
	const char *server = name_words(diagnosis, address->server), *zone = name_words(diagnosis, subject->zone);
	const char *at = endpoint_words(diagnosis, &address->endpoint);
	if (!address->has_serial)
		return;
	if (address->serial == subject->serial) {
		if (!is_same)
			uneven_judge(examination, subject, address);
		return;
	}
	diagnosis_note(diagnosis, STEP, is_same ? EVIDENCE_NOTE : EVIDENCE_BAD, at,
		       "%s has serial %u, the newest is %u%s", server, address->serial, subject->serial,
		       is_same ? "" : "; it has other records for the name");
	diagnosis_blame(
		diagnosis, FINDING_SERVER_STALE, is_same ? SEVERITY_WARNING : SEVERITY_ERROR,
		diagnosis_text(diagnosis, "server %s at %s", server, at),
		diagnosis_text(diagnosis,
			       "see in the log of %s why it does not get the zone, then: sextant query %s SOA @%s",
			       server, zone, at),
		"%s (%s, over %s) has an old version of %s%s%s.", server, at, family_title(family), zone,
		is_same ? "" : ": clients get other records there", stale_where(subject, family));
}

/* --- Types that are answered wrongly --- */

/* It serves the zone and answers another type. */
static bool has_other_type(const struct subject_address *address, unsigned but, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (i != but && (address->answers[i].kind == SAID_RECORDS || address->answers[i].kind == SAID_ALIAS))
			return true;
	}
	return false;
}

/* Wrong is a failure, silence that is no question of size, and a name that is there for one type alone (RFC 4074). */
static bool is_type_unanswered(const struct subject *subject, const struct subject_address *address, unsigned index)
{
	const struct said *said = &address->answers[index];
	if (said_is_dead(said))
		return said->fact->question.transport == QUESTION_UDP && said_is_dead(&address->retries[index]);
	if (said->kind == SAID_FAILED || said->kind == SAID_LAME || said->kind == SAID_MALFORMED)
		return true;
	return said->kind == SAID_ABSENT && has_other_type(address, index, subject->type_count);
}

static void type_judge(struct examination *examination, const struct subject *subject,
		       const struct subject_address *address, unsigned index)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const char *type = type_words(diagnosis, subject->types[index]), *name = name_words(diagnosis, subject->name);
	const char *at = endpoint_words(diagnosis, &address->endpoint);
	const char *said = said_words(diagnosis, &address->answers[index]);
	if (!is_type_unanswered(subject, address, index))
		return;
	diagnosis_note(diagnosis, STEP, EVIDENCE_BAD, at, "%s: %s, though it serves the zone", type, said);
	diagnosis_blame(diagnosis, FINDING_TYPE_UNANSWERED, SEVERITY_ERROR,
			diagnosis_text(diagnosis, "%s %s", name, type),
			diagnosis_text(diagnosis, "mend the server, then: sextant query %s AAAA A @%s", name, at),
			"%s (%s) serves the zone and answers questions for %s of %s with: %s.",
			name_words(diagnosis, address->server), at, type, name, said);
}

static void address_judge(struct examination *examination, const struct subject *subject,
			  const struct subject_address *address, enum family family)
{
	if (address->state == ADDRESS_LAME)
		lame_judge(examination, subject, address, family);
	if (address->state != ADDRESS_GOOD)
		return;
	stale_judge(examination, subject, address, family);
	for (unsigned i = 0; i < subject->type_count; i++)
		type_judge(examination, subject, address, i);
}

/* --- What the zone says of the name --- */

static void counts_note(struct examination *examination, const struct subject *subject, unsigned index)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const struct said *best = &subject->best[index];
	unsigned same = 0, all = 0;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (unsigned i = 0; i < subject->counts[family]; i++) {
			const struct said *said = &subject->addresses[family][i].answers[index];
			same += said_is_answer(said) && said_is_same(said, best);
			all++;
		}
	}
	const char *label = diagnosis_text(diagnosis, "%s %s", name_words(diagnosis, subject->name),
					   type_words(diagnosis, subject->types[index]));
	if (best->kind == SAID_NOTHING)
		diagnosis_note(diagnosis, STEP, EVIDENCE_UNSEEN, label, "no server of the zone answered");
	else
		diagnosis_note(diagnosis, STEP, same == all ? EVIDENCE_OK : EVIDENCE_NOTE, label,
			       "%s (%u of %u addresses)", said_words(diagnosis, best), same, all);
}

static bool is_best(const struct subject *subject, uint16_t type, enum said_kind kind)
{
	for (unsigned i = 0; i < subject->type_count; i++) {
		if (subject->types[i] == type)
			return subject->best[i].kind == kind;
	}
	return false;
}

/* A name of one network alone: its resolver knows it, the world does not. */
static bool is_local_name(const struct examination *examination)
{
	for (unsigned i = 0; i < examination->resolver_count; i++) {
		for (unsigned j = 0; j < examination->incident->type_count; j++) {
			if (examination->resolvers[i]->plain[j].kind == SAID_RECORDS)
				return true;
		}
	}
	return false;
}

static void absence_judge(struct examination *examination, const struct subject *subject)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const char *name = name_words(diagnosis, subject->name), *zone = name_words(diagnosis, subject->zone);
	bool is_absent = true, is_known = true, is_nxdomain = false;
	for (unsigned i = 0; i < subject->type_count; i++) {
		enum said_kind kind = subject->best[i].kind;
		is_known = is_known && said_is_answer(&subject->best[i]);
		is_absent = is_absent && (kind == SAID_ABSENT || kind == SAID_NODATA);
		is_nxdomain = is_nxdomain || kind == SAID_ABSENT;
	}
	if (!is_known)
		return;
	if (is_absent && is_local_name(examination))
		diagnosis_note(diagnosis, STEP, EVIDENCE_NOTE, name,
			       "a resolver has it, the world's %s has not: a name of this "
			       "network alone",
			       zone);
	else if (is_absent)
		diagnosis_blame(diagnosis, FINDING_NAME_ABSENT, SEVERITY_ERROR, name,
				diagnosis_text(diagnosis, "correct the name, or add its records to %s", zone),
				is_nxdomain ? "There is no %s: the servers of %s say so."
					    : "%s has no records of the types asked for: the servers of %s say so.",
				name, zone);
	bool has_no_aaaa = is_best(subject, RR_AAAA, SAID_NODATA) && is_best(subject, RR_A, SAID_RECORDS);
	bool has_no_a = is_best(subject, RR_A, SAID_NODATA) && is_best(subject, RR_AAAA, SAID_RECORDS);
	if (has_no_aaaa || has_no_a)
		diagnosis_blame(diagnosis, FINDING_NAME_ONE_FAMILY, SEVERITY_NOTICE, name,
				diagnosis_text(diagnosis, "publish %s once the service answers over %s",
					       has_no_aaaa ? "AAAA" : "A", has_no_aaaa ? "IPv6" : "IPv4"),
				"%s has no %s records: over %s alone it is reached through a translator or not at all.",
				name, has_no_aaaa ? "AAAA" : "A", has_no_aaaa ? "IPv6" : "IPv4");
}

/* Documentation addresses and ULA may be right where the name is used. */
static bool is_unreachable(const struct ip_addr *addr)
{
	return !chain_is_usable(addr);
}

static void records_judge(struct examination *examination)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	struct ip_addr found[16];
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		size_t count = examination_addresses(examination, family, found, 16);
		for (size_t i = 0; i < count; i++) {
			char text[IP_ADDR_TEXT_MAX];
			ip_addr_to_text(&found[i], text);
			if (!is_unreachable(&found[i]))
				continue;
			const char *name = name_words(diagnosis, examination_end(examination)->name);
			diagnosis_note(diagnosis, STEP, EVIDENCE_BAD, name, "%s is %s", text,
				       ip_kind_text(ip_addr_kind(&found[i])));
			diagnosis_blame(diagnosis, FINDING_ADDRESS_UNREACHABLE, SEVERITY_ERROR,
					diagnosis_text(diagnosis, "%s %s", name, text),
					diagnosis_text(diagnosis,
						       "put the service's own address there, or take the record out"),
					"%s has the address %s, which is %s: nobody reaches it there.", name, text,
					ip_kind_text(ip_addr_kind(&found[i])));
		}
	}
}

static void subject_judge(struct examination *examination, const struct subject *subject)
{
	for (unsigned i = 0; i < subject->type_count; i++)
		counts_note(examination, subject, i);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		family_judge(examination, subject, family);
		for (unsigned i = 0; i < subject->counts[family]; i++)
			address_judge(examination, subject, &subject->addresses[family][i], family);
	}
	absence_judge(examination, subject);
}

void step_authority(struct examination *examination)
{
	if (!examination->incident->has_name) {
		diagnosis_note(examination->diagnosis, STEP, EVIDENCE_NOTE, "name",
			       "none was given: sextant doctor NAME");
		return;
	}
	for (unsigned i = 0; i < examination->subject_count; i++)
		subject_judge(examination, examination->subjects[i]);
	records_judge(examination);
	authority_reverse(examination);
}
