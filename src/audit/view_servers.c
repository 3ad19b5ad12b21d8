/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/view_servers.h"

#include "dns/rrtype.h"

#include <stdlib.h>

#define EDNS_SIZE 1232
#define EDNS_SMALL 512

enum place_of { AT_APEX, AT_WWW, AT_ABSENT, AT_ID_SERVER, AT_VERSION_BIND };

/* Rows that are followed go on over TCP where UDP is truncated, and without EDNS where the server knows none. */
static const struct {
	enum place_of at;
	uint16_t type, qclass;
	bool is_followed, is_edns, is_in_any_case;
	uint8_t version, options;
} rows[REPLY_COUNT] = {
	[REPLY_SOA] = {AT_APEX, RR_SOA, .is_followed = true, .is_in_any_case = true},
	[REPLY_KEYS] = {AT_APEX, RR_DNSKEY, .is_followed = true, .is_in_any_case = true},
	[REPLY_APEX_AAAA] = {AT_APEX, RR_AAAA, .is_followed = true, .is_in_any_case = true},
	[REPLY_APEX_A] = {AT_APEX, RR_A, .is_followed = true, .is_in_any_case = true},
	[REPLY_WWW_AAAA] = {AT_WWW, RR_AAAA, .is_followed = true, .is_in_any_case = true},
	[REPLY_WWW_A] = {AT_WWW, RR_A, .is_followed = true, .is_in_any_case = true},
	[REPLY_NO_NAME] = {AT_ABSENT, RR_AAAA, .is_followed = true, .is_in_any_case = true},
	[REPLY_NO_TYPE] = {AT_APEX, RR_SRV, .is_followed = true, .is_in_any_case = true},
	[REPLY_ID_SERVER] = {AT_ID_SERVER, RR_TXT, CLASS_CH, .is_in_any_case = true},
	[REPLY_VERSION_BIND] = {AT_VERSION_BIND, RR_TXT, CLASS_CH, .is_in_any_case = true},
	[REPLY_EDNS_ONE] = {AT_APEX, RR_SOA, .is_edns = true, .is_in_any_case = true, .version = 1},
	[REPLY_OPTIONS] = {AT_APEX, RR_SOA, .is_edns = true, .is_in_any_case = true,
			   .options = FACT_OPTION_NSID | FACT_OPTION_COOKIE | FACT_OPTION_UNKNOWN},
	[REPLY_NSID] = {AT_APEX, RR_SOA, .is_edns = true, .options = FACT_OPTION_NSID},
	[REPLY_COOKIE] = {AT_APEX, RR_SOA, .is_edns = true, .options = FACT_OPTION_COOKIE},
	[REPLY_UNKNOWN] = {AT_APEX, RR_SOA, .is_edns = true, .options = FACT_OPTION_UNKNOWN},
	[REPLY_SHORT] = {AT_APEX, 0}, /* what the largest is, is seen first */
};

bool view_row_name(const struct view *view, enum reply_row row, struct name_buffer *buffer, struct name *ret)
{
	static const struct {
		const char *text;
		bool is_absolute;
	} places[] = {[AT_APEX] = {NULL, false},
		      [AT_WWW] = {"www", false},
		      [AT_ABSENT] = {"sextant-asks-for-no-name", false},
		      [AT_ID_SERVER] = {"id.server.", true},
		      [AT_VERSION_BIND] = {"version.bind.", true}};
	*ret = view->zone;
	const char *text = places[rows[row].at].text;
	struct name origin = places[rows[row].at].is_absolute ? name_root : view->zone;
	return text == NULL || name_from_text(span_text(text), origin, buffer, ret, NULL) == ERR_OK;
}

uint16_t view_row_type(enum reply_row row)
{
	return rows[row].type;
}

/* --- Asking --- */

static const struct fact *row_ask(struct walk *walk, const struct view *view, const struct view_address *address,
				  enum reply_row row)
{
	struct name_buffer buffer;
	struct name name;
	if (!view_row_name(view, row, &buffer, &name) || (rows[row].is_edns && !address->has_edns))
		return NULL;
	if (rows[row].is_followed)
		return walk_ask(walk, &address->endpoint, name, rows[row].type);
	const struct fact_question question = {.server = address->endpoint,
					       .qname = name,
					       .qtype = rows[row].type,
					       .qclass = rows[row].qclass,
					       .edns_size = address->has_edns ? EDNS_SIZE : 0,
					       .edns_version = rows[row].version,
					       .options = rows[row].options};
	return walk_want(walk, &question);
}

static uint16_t header_of(const struct fact *fact)
{
	return fact != NULL && fact->state == FACT_REPLY && fact->message.size >= HEADER_SIZE
		       ? load_u16(fact->message.data + 2)
		       : 0;
}

/* The row whose answer over UDP is the largest, or was truncated already. COUNT: none is over 512 octets, or not all
 * are known yet. */
static enum reply_row largest(struct walk *walk, const struct view *view, const struct view_address *address,
			      const struct fact **ret_full)
{
	size_t most = EDNS_SMALL;
	enum reply_row best = REPLY_COUNT;
	for (enum reply_row row = REPLY_SOA; row <= REPLY_NO_TYPE; row++) {
		struct name_buffer buffer;
		struct name name;
		if (!view_row_name(view, row, &buffer, &name))
			continue;
		const struct fact *fact =
			walk_get(walk, &address->endpoint, name, rows[row].type, QUESTION_UDP, EDNS_SIZE);
		if (fact_is_open(fact))
			return REPLY_COUNT;
		size_t size = header_of(fact) & HEADER_TC ? SIZE_MAX : fact->message.size;
		if (size <= most)
			continue;
		most = size;
		best = row;
		*ret_full = fact;
	}
	return best;
}

static const struct fact *short_ask(struct walk *walk, const struct view *view, const struct view_address *address,
				    const struct fact **ret_full)
{
	struct name_buffer buffer;
	struct name name;
	enum reply_row row = address->has_edns ? largest(walk, view, address, ret_full) : REPLY_COUNT;
	if (row == REPLY_COUNT || !view_row_name(view, row, &buffer, &name))
		return NULL;
	return walk_get(walk, &address->endpoint, name, rows[row].type, QUESTION_UDP, EDNS_SMALL);
}

/* Together they were not answered as any question is. */
static bool has_options_failed(const struct fact *fact)
{
	return fact != NULL && !fact_is_open(fact) && fact->state != FACT_UNKNOWN && fact->state != FACT_NO_ROUTE &&
	       (fact->state != FACT_REPLY || (header_of(fact) & HEADER_RCODE_MASK) != RCODE_NOERROR);
}

static void address_want(struct walk *walk, const struct view *view, const struct view_address *address)
{
	const struct fact *full = NULL;
	for (enum reply_row row = REPLY_SOA; row < REPLY_COUNT; row++) {
		if (!rows[row].is_in_any_case)
			continue;
		const struct fact *fact = row_ask(walk, view, address, row);
		for (enum reply_row each = REPLY_NSID; row == REPLY_OPTIONS && each <= REPLY_UNKNOWN; each++) {
			if (has_options_failed(fact))
				(void)row_ask(walk, view, address, each);
		}
	}
	(void)short_ask(walk, view, address, &full);
}

typedef void address_fn(struct walk *walk, struct view *view, struct view_server *server, struct view_address *address);

static void each_serving(struct walk *walk, struct view *view, address_fn *take)
{
	for (unsigned i = 0; i < view->server_count; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			struct view_family *side = &view->servers[i].families[family];
			for (unsigned j = 0; j < side->count; j++) {
				if (side->addresses[j].udp == WAY_GOOD)
					take(walk, view, &view->servers[i], &side->addresses[j]);
			}
		}
	}
}

void view_servers_want(struct walk *walk, const struct view *view)
{
	for (unsigned i = 0; i < view->server_count; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const struct view_family *side = &view->servers[i].families[family];
			for (unsigned j = 0; j < side->count; j++) {
				if (side->addresses[j].udp == WAY_GOOD)
					address_want(walk, view, &side->addresses[j]);
			}
		}
	}
}

/* --- Taking apart --- */

void view_reply_take(struct walk *walk, const struct fact *fact, struct view_reply *ret)
{
	*ret = (struct view_reply){.fact = fact, .state = WAY_UNTESTED};
	if (fact == NULL)
		return;
	bool is_read = fact->state == FACT_REPLY && message_read(fact->message, &ret->message) == ERR_OK &&
		       ret->message.error == ERR_OK;
	ret->state = view_way(fact, is_read);
	if (ret->state != WAY_GOOD || fact->question.qclass != 0)
		return;
	ret->gathered = walk_gather(walk, fact, &ret->message);
	if (ret->gathered == NULL)
		ret->state = WAY_BAD;
}

static void address_take(struct walk *walk, struct view *view, struct view_server *server, struct view_address *address)
{
	(void)server;
	struct view_probe *probe = arena_alloc_zeroed(walk->arena, sizeof(*probe), _Alignof(struct view_probe));
	if (probe == NULL)
		return;
	address->probe = probe;
	for (enum reply_row row = REPLY_SOA; row < REPLY_COUNT; row++) {
		const struct fact *fact = NULL;
		if (rows[row].is_in_any_case ||
		    (rows[row].is_edns && has_options_failed(probe->replies[REPLY_OPTIONS].fact)))
			fact = row_ask(walk, view, address, row);
		else if (row == REPLY_SHORT)
			fact = short_ask(walk, view, address, &probe->short_full);
		view_reply_take(walk, fact, &probe->replies[row]);
	}
}

/* --- What turns by itself --- */

/* An address that answers otherwise than the server's first one is asked once more over TCP, and so is the first:
 * servers that turn answers around do so over one family, too. */
static void turning_take(struct walk *walk, const struct view *view, const struct view_address *address,
			 enum reply_row row)
{
	struct name_buffer buffer;
	struct name name;
	struct view_reply again;
	struct view_probe *probe = address->probe;
	if (!view_row_name(view, row, &buffer, &name) || probe->replies[row].fact->question.transport == QUESTION_TCP)
		return;
	const struct fact *fact = walk_get(walk, &address->endpoint, name, rows[row].type, QUESTION_TCP,
					   address->has_edns ? EDNS_SIZE : 0);
	view_reply_take(walk, fact, &again);
	probe->is_turning[row] = again.state == WAY_GOOD && !view_reply_equal_answer(&again, &probe->replies[row]);
}

static void server_compare(struct walk *walk, struct view *view, struct view_server *server,
			   struct view_address *address)
{
	for (enum reply_row row = REPLY_APEX_AAAA; row <= REPLY_WWW_A; row++) {
		const struct view_address *first = view_server_first(server, row);
		if (first == NULL || address->probe == NULL || address == first ||
		    address->probe->replies[row].state != WAY_GOOD ||
		    view_reply_equal_answer(&first->probe->replies[row], &address->probe->replies[row]))
			continue;
		turning_take(walk, view, first, row);
		turning_take(walk, view, address, row);
	}
}

/* --- Serials that differ, once more --- */

static void later_take(struct walk *walk, struct view *view, struct view_server *server, struct view_address *address)
{
	(void)server;
	const struct fact_question question = {.server = address->endpoint,
					       .qname = view->zone,
					       .qtype = RR_SOA,
					       .edns_size = address->has_edns ? EDNS_SIZE : 0,
					       .again = 1};
	const struct fact *fact = walk_want(walk, &question);
	address->has_serial_later = view_serial(walk, view, fact, &address->serial_later);
	if (!address->has_serial_later || view->has_serial_later || address->serial != view->serial)
		return;
	view->has_serial_later = true;
	view->serial_later = address->serial_later;
}

static bool is_one_serial(const struct view *view)
{
	bool is_one = true;
	for (unsigned i = 0; i < view->server_count; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const struct view_family *side = &view->servers[i].families[family];
			for (unsigned j = 0; j < side->count; j++)
				is_one = is_one && (side->addresses[j].udp != WAY_GOOD ||
						    side->addresses[j].serial == view->serial);
		}
	}
	return is_one;
}

void view_servers_take(struct walk *walk, struct view *view)
{
	each_serving(walk, view, address_take);
	each_serving(walk, view, server_compare);
	if (!is_one_serial(view))
		each_serving(walk, view, later_take);
}

/* --- Comparing --- */

const struct view_address *view_server_first(const struct view_server *server, enum reply_row row)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct view_family *side = &server->families[family];
		for (unsigned i = 0; i < side->count; i++) {
			const struct view_address *address = &side->addresses[i];
			if (address->probe != NULL && address->probe->replies[row].state == WAY_GOOD)
				return address;
		}
	}
	return NULL;
}

/* The RDATA alone: a TTL that counts down is no other data. */
static bool is_same_data(const struct rrset *a, const struct rrset *b)
{
	size_t at_a = 0, at_b = 0;
	struct span one, two;
	if (a == NULL || b == NULL)
		return a == b;
	while (rrset_next(a, &at_a, &one)) {
		if (!rrset_next(b, &at_b, &two) || !span_equal(one, two))
			return false;
	}
	return !rrset_next(b, &at_b, &two);
}

/* Signers that sign while they answer give other octets and times each time: who signs and what is compared.
 * RFC 4034 3.1: type, algorithm, labels, TTL; two times; key tag, name. */
static bool is_same_signer(struct span a, struct span b)
{
	return a.size >= 18 && b.size >= 18 && memcmp(a.data, b.data, 8) == 0 &&
	       memcmp(a.data + 16, b.data + 16, 2) == 0;
}

static bool has_each_signer(const struct rrset *a, const struct rrset *b)
{
	size_t at_a = 0;
	struct span one, two;
	while (rrset_next(a, &at_a, &one)) {
		bool is_there = false;
		for (size_t at_b = 0; !is_there && rrset_next(b, &at_b, &two);)
			is_there = is_same_signer(one, two);
		if (!is_there)
			return false;
	}
	return true;
}

static bool is_same_signed(const struct rrset *a, const struct rrset *b)
{
	return a == NULL || b == NULL ? a == b : has_each_signer(a, b) && has_each_signer(b, a);
}

static bool is_compared(const struct gathered *gathered, size_t index, bool is_denial)
{
	uint16_t type = gathered->types[index];
	if (gathered->sections[index] == SECTION_ANSWER)
		return true;
	return is_denial && gathered->sections[index] == SECTION_AUTHORITY && (type == RR_NSEC || type == RR_NSEC3);
}

/* Each set of a that is compared is in b. */
static bool has_each_set(const struct gathered *a, const struct gathered *b, bool is_denial)
{
	for (size_t i = 0; i < a->count; i++) {
		if (!is_compared(a, i, is_denial))
			continue;
		const struct rrset_view *other = gathered_find(b, a->sections[i], a->sets[i].owner, a->types[i]);
		if (other == NULL || !is_same_data(a->sets[i].rrset, other->rrset) ||
		    !is_same_signed(a->sets[i].signatures, other->signatures))
			return false;
	}
	return true;
}

static bool is_equal(const struct view_reply *a, const struct view_reply *b, bool is_denial)
{
	return a->message.rcode == b->message.rcode && has_each_set(a->gathered, b->gathered, is_denial) &&
	       has_each_set(b->gathered, a->gathered, is_denial);
}

bool view_reply_equal(const struct view_reply *a, const struct view_reply *b)
{
	return is_equal(a, b, true);
}

bool view_reply_equal_answer(const struct view_reply *a, const struct view_reply *b)
{
	return is_equal(a, b, false);
}

/* How many sets the answer has, and how many of them are signed. */
static size_t answer_count(const struct view_reply *reply, size_t *ret_signed)
{
	size_t count = 0;
	*ret_signed = 0;
	for (size_t i = 0; i < reply->gathered->count; i++) {
		const struct rrset_view *set = &reply->gathered->sets[i];
		if (reply->gathered->sections[i] != SECTION_ANSWER || set->rrset == NULL)
			continue;
		count++;
		*ret_signed += set->signatures != NULL;
	}
	return count;
}

static bool has_other_data(const struct gathered *a, const struct gathered *b)
{
	for (size_t i = 0; i < a->count; i++) {
		if (a->sections[i] != SECTION_ANSWER)
			continue;
		const struct rrset_view *other = gathered_find(b, SECTION_ANSWER, a->sets[i].owner, a->types[i]);
		if (other == NULL || !is_same_data(a->sets[i].rrset, other->rrset))
			return true;
	}
	return false;
}

bool view_reply_is_by_place(const struct view_reply *a, const struct view_reply *b)
{
	size_t signed_a, signed_b, count_a = answer_count(a, &signed_a), count_b = answer_count(b, &signed_b);
	return a->message.rcode == b->message.rcode && count_a > 0 && count_b > 0 && (signed_a > 0) == (signed_b > 0) &&
	       (has_other_data(a->gathered, b->gathered) || has_other_data(b->gathered, a->gathered));
}
