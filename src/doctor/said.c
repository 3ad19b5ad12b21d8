/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/said.h"

#include "dns/rrtype.h"
#include "resolver/gather.h"

/* --- Reading --- */

static enum said_kind kind_without_reply(const struct fact *fact)
{
	if (fact_is_open(fact))
		return SAID_OPEN;
	return fact->state == FACT_SILENT ? SAID_SILENT : fact->state == FACT_REFUSED ? SAID_REFUSED : SAID_UNTESTED;
}

static void head_take(const struct message *message, struct said *ret)
{
	ret->rcode = message->rcode;
	ret->is_recursive = (message->flags & HEADER_RA) != 0;
	if (message->edns.ede_count > 0) {
		ret->ede = message->edns.ede[0].code;
		ret->ede_text = message->edns.ede[0].text;
	}
}

static const struct rrset_view *set_at(const struct gathered *gathered, struct name name, uint16_t type)
{
	const struct rrset_view *set = gathered_find(gathered, SECTION_ANSWER, name, type);
	return set != NULL && set->rrset != NULL ? set : NULL;
}

/* Behind aliases, wherever they lead. */
static const struct rrset_view *set_anywhere(const struct gathered *gathered, uint16_t type)
{
	for (size_t i = 0; i < gathered->count; i++) {
		if (gathered->sections[i] == SECTION_ANSWER && gathered->types[i] == type &&
		    gathered->sets[i].rrset != NULL)
			return &gathered->sets[i];
	}
	return NULL;
}

static bool alias_take(const struct gathered *gathered, struct name name, uint16_t type, struct said *ret)
{
	const struct rrset_view *alias = type != RR_CNAME ? set_at(gathered, name, RR_CNAME) : NULL;
	size_t position = 0;
	struct span rdata;
	if (alias != NULL && rrset_next(alias->rrset, &position, &rdata))
		ret->alias = name_of(rdata.data);
	if (alias != NULL || set_anywhere(gathered, RR_DNAME) != NULL)
		ret->kind = SAID_ALIAS;
	return ret->kind == SAID_ALIAS;
}

/* NULL: ret is filled already. */
static const struct gathered *said_begin(struct walk *walk, const struct fact *fact, struct said *ret)
{
	struct message message;
	*ret = (struct said){.fact = fact, .ede = -1};
	if (fact_is_open(fact) || fact->state != FACT_REPLY) {
		ret->kind = kind_without_reply(fact);
		return NULL;
	}
	const struct gathered *gathered = walk_gather(walk, fact, &message);
	ret->kind = SAID_MALFORMED;
	if (gathered != NULL)
		head_take(&message, ret);
	return gathered;
}

static enum said_kind kind_of_authority(const struct message *message)
{
	bool is_authority = (message->flags & HEADER_AA) != 0;
	if (message->rcode == RCODE_REFUSED || message->rcode == RCODE_NOTAUTH)
		return SAID_LAME;
	if (message->rcode == RCODE_NXDOMAIN)
		return is_authority ? SAID_ABSENT : SAID_LAME;
	if (message->rcode != RCODE_NOERROR)
		return SAID_FAILED;
	return is_authority ? SAID_NODATA : SAID_LAME;
}

void said_by_authority(struct walk *walk, const struct fact *fact, struct name name, uint16_t type, struct said *ret)
{
	struct message message;
	const struct gathered *gathered = said_begin(walk, fact, ret);
	if (gathered == NULL || message_read(fact->message, &message) != ERR_OK)
		return;
	ret->kind = message.flags & HEADER_TC ? SAID_TRUNCATED : kind_of_authority(&message);
	if (ret->kind != SAID_NODATA && ret->kind != SAID_ABSENT)
		return;
	ret->set = set_at(gathered, name, type);
	if (ret->set != NULL)
		ret->kind = SAID_RECORDS;
	else
		(void)alias_take(gathered, name, type, ret); /* NXDOMAIN may be said of where it leads (RFC 6604) */
}

void said_by_resolver(struct walk *walk, const struct fact *fact, struct name name, uint16_t type, struct said *ret)
{
	struct message message;
	const struct gathered *gathered = said_begin(walk, fact, ret);
	if (gathered == NULL || message_read(fact->message, &message) != ERR_OK)
		return;
	ret->set = set_anywhere(gathered, type);
	if (message.flags & HEADER_TC)
		ret->kind = SAID_TRUNCATED;
	else if (ret->rcode == RCODE_NXDOMAIN)
		ret->kind = SAID_ABSENT;
	else if (ret->rcode != RCODE_NOERROR)
		ret->kind = SAID_FAILED;
	else if (ret->set != NULL)
		ret->kind = SAID_RECORDS;
	else if (!alias_take(gathered, name, type, ret))
		ret->kind = SAID_NODATA;
}

/* --- Judging --- */

bool said_is_reply(const struct said *said)
{
	return said->kind >= SAID_RECORDS && said->kind <= SAID_MALFORMED;
}

bool said_is_answer(const struct said *said)
{
	return said->kind >= SAID_RECORDS && said->kind <= SAID_ABSENT;
}

bool said_is_dead(const struct said *said)
{
	return said->kind == SAID_SILENT || said->kind == SAID_REFUSED;
}

/* Records are in canonical order, without duplicates. */
static bool is_same_set(const struct rrset *a, const struct rrset *b)
{
	size_t position_a = 0, position_b = 0;
	struct span rdata_a, rdata_b;
	if (a->count != b->count)
		return false;
	while (rrset_next(a, &position_a, &rdata_a)) {
		if (!rrset_next(b, &position_b, &rdata_b) || rdata_a.size != rdata_b.size ||
		    memcmp(rdata_a.data, rdata_b.data, rdata_a.size) != 0)
			return false;
	}
	return true;
}

bool said_is_same(const struct said *a, const struct said *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == SAID_ALIAS && a->alias.wire != NULL && b->alias.wire != NULL)
		return name_equal(a->alias, b->alias);
	return a->kind != SAID_RECORDS || is_same_set(a->set->rrset, b->set->rrset);
}

size_t said_addresses(const struct said *said, struct ip_addr *ret, size_t size)
{
	size_t position = 0, count = 0;
	struct span rdata;
	if (said->kind != SAID_RECORDS)
		return 0;
	while (count < size && rrset_next(said->set->rrset, &position, &rdata)) {
		if (said->set->rrset->type == RR_AAAA && rdata.size == 16)
			ret[count++] = ip_addr_v6(rdata.data);
		else if (said->set->rrset->type == RR_A && rdata.size == 4)
			ret[count++] = ip_addr_v4(rdata.data);
	}
	return count;
}

/* --- Words --- */

static void ede_add(const struct said *said, struct text *out)
{
	if (said->ede < 0)
		return;
	text_addf(out, " EDE %d (%s)", (int)said->ede, ede_text((uint16_t)said->ede));
	if (said->ede_text.size > 0)
		text_add(out, ": ");
	for (size_t i = 0; i < said->ede_text.size; i++) {
		uint8_t octet = said->ede_text.data[i];
		text_add_char(out, octet >= 0x20 && octet < 0x7f ? (char)octet : '?');
	}
}

void said_to_text(const struct said *said, struct text *out)
{
	static const char *const texts[SAID_KIND_COUNT] = {
		[SAID_NOTHING] = "not asked",
		[SAID_OPEN] = "not known",
		[SAID_NODATA] = "no such record",
		[SAID_ABSENT] = "no such name (NXDOMAIN)",
		[SAID_TRUNCATED] = "truncated",
		[SAID_MALFORMED] = "a malformed reply",
		[SAID_SILENT] = "no answer",
		[SAID_REFUSED] = "nothing listens there",
		[SAID_UNTESTED] = "not tested: no way there from this host",
	};
	char text[NAME_TEXT_MAX];
	if (said->kind == SAID_RECORDS) {
		text_addf(out, "%u record%s", said->set->rrset->count, said->set->rrset->count == 1 ? "" : "s");
	} else if (said->kind == SAID_ALIAS) {
		(void)(said->alias.wire != NULL ? name_to_display(said->alias, text) : 0);
		text_addf(out, "an alias%s%s", said->alias.wire != NULL ? " of " : "",
			  said->alias.wire != NULL ? text : "");
	} else if (said->kind == SAID_LAME || said->kind == SAID_FAILED) {
		rcode_to_text(said->rcode, text);
		text_add(out, text);
		text_add(out, said->kind == SAID_LAME && said->rcode == RCODE_NOERROR ? " without authority" : "");
	} else {
		text_add(out, texts[said->kind]);
	}
	ede_add(said, out);
}
