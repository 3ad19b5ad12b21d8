/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/steps/steps.h"

#include "dns/reverse.h"
#include "dns/rrtype.h"
#include "ip/special.h"

#define STEP STEP_AUTHORITY

/* The PTR as the reverse zone's own servers give it, over whichever family they are reached, IPv6 first. */
static void ptr_ask(struct walk *walk, const struct ip_addr *addr, struct said *ret)
{
	struct name_buffer buffer;
	struct name name = reverse_from_addr(addr, &buffer);
	const uint8_t *wire = arena_copy(walk->arena, name.wire, name.size, 1);
	*ret = (struct said){.kind = SAID_UNTESTED, .ede = -1};
	if (wire == NULL)
		return;
	name.wire = wire;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct chain *chain = chain_to(walk, name, family);
		if (chain->state == CHAIN_OPEN)
			return;
		if (chain->state != CHAIN_GOOD)
			continue;
		said_by_authority(walk, chain_ask(walk, chain, name, RR_PTR), name, RR_PTR, ret);
		if (ret->kind == SAID_OPEN || said_is_answer(ret))
			return;
	}
}

static bool has_target(const struct said *said, struct name name)
{
	size_t position = 0;
	struct span rdata;
	while (rrset_next(said->set->rrset, &position, &rdata)) {
		if (name_equal(name_of(rdata.data), name))
			return true;
	}
	return false;
}

static void ptr_judge(struct examination *examination, const struct ip_addr *addr, const struct said *said)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const char *name = name_words(diagnosis, examination_end(examination)->name);
	char text[IP_ADDR_TEXT_MAX];
	size_t position = 0;
	struct span rdata;
	ip_addr_to_text(addr, text);
	const char *label = diagnosis_text(diagnosis, "%s PTR", text);
	if (said->kind == SAID_RECORDS && rrset_next(said->set->rrset, &position, &rdata)) {
		bool is_back = has_target(said, examination_end(examination)->name);
		diagnosis_note(diagnosis, STEP, is_back ? EVIDENCE_OK : EVIDENCE_NOTE, label, "%s%s",
			       name_words(diagnosis, name_of(rdata.data)), is_back ? "" : ", another name");
	} else if (said->kind == SAID_NODATA || said->kind == SAID_ABSENT) {
		diagnosis_note(diagnosis, STEP, EVIDENCE_BAD, label, "there is none");
		diagnosis_blame(
			diagnosis, FINDING_REVERSE_ABSENT, SEVERITY_WARNING, diagnosis_text(diagnosis, "%s", text),
			diagnosis_text(diagnosis,
				       "add the PTR record at the name that this gives: sextant reverse name %s", text),
			"%s of %s has no PTR record.", text, name);
	} else if (said->kind == SAID_ALIAS) { /* RFC 2317 */
		diagnosis_note(diagnosis, STEP, EVIDENCE_NOTE, label, "%s", said_words(diagnosis, said));
	} else {
		diagnosis_note(diagnosis, STEP, EVIDENCE_UNSEEN, label, "no server of its reverse zone answered");
	}
}

/* The reverse zones of private addresses are a network's own: the world's servers do not know them (RFC 6303). */
static bool is_private(const struct ip_addr *addr)
{
	enum ip_kind kind = ip_addr_kind(addr);
	return kind == IP_KIND_ULA || kind == IP_KIND_PRIVATE || kind == IP_KIND_SHARED;
}

static void private_note(struct examination *examination, const struct ip_addr *addr)
{
	char text[IP_ADDR_TEXT_MAX];
	ip_addr_to_text(addr, text);
	diagnosis_note(examination->diagnosis, STEP, EVIDENCE_NOTE,
		       diagnosis_text(examination->diagnosis, "%s PTR", text),
		       "a private address: its reverse zone is this network's own, not looked at");
}

void authority_reverse(struct examination *examination)
{
	struct ip_addr found[INCIDENT_REVERSES_MAX];
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		size_t count = examination_addresses(examination, family, found, INCIDENT_REVERSES_MAX);
		for (size_t i = 0; i < count; i++) {
			struct said said;
			if (!chain_is_usable(&found[i]))
				continue;
			if (is_private(&found[i])) {
				private_note(examination, &found[i]);
				continue;
			}
			ptr_ask(&examination->walk, &found[i], &said);
			ptr_judge(examination, &found[i], &said);
		}
	}
}
