/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

#include "audit/view_servers.h"
#include "dns/rrtype.h"

#include <stdio.h>

/* Who a sentence is about: "ns1.example.com at 2001:db8::1", and the question of a row: "AAAA of www.example.com". */
struct words {
	char server[NAME_TEXT_MAX], address[IP_ADDR_TEXT_MAX], other[IP_ADDR_TEXT_MAX];
	char type[RRTYPE_TEXT_MAX], name[NAME_TEXT_MAX];
	char rcode[HEADER_TEXT_MAX], other_rcode[HEADER_TEXT_MAX];
};

static void words_of(const struct check *check, const struct view_server *server, const struct view_address *address,
		     enum reply_row row, struct words *ret)
{
	struct name_buffer buffer;
	struct name name = name_root;
	(void)view_row_name(check->view, row, &buffer, &name);
	view_name_text(server->name, ret->server);
	ip_addr_to_text(&address->endpoint.addr, ret->address);
	rrtype_to_text(view_row_type(row), ret->type);
	view_name_text(name, ret->name);
	rcode_to_text(address->probe->replies[row].message.rcode, ret->rcode);
}

static void other_words(const struct view_address *other, enum reply_row row, struct words *ret)
{
	ip_addr_to_text(&other->endpoint.addr, ret->other);
	rcode_to_text(other->probe->replies[row].message.rcode, ret->other_rcode);
}

/* --- C06: what becomes of a question for AAAA where there is A (RFC 4074) --- */

static bool has_record(const struct view_reply *reply, uint16_t type)
{
	for (size_t i = 0; reply->gathered != NULL && i < reply->gathered->count; i++) {
		if (reply->gathered->sections[i] == SECTION_ANSWER && reply->gathered->types[i] == type)
			return true;
	}
	return false;
}

/* NULL: it is as it should be, or nothing is known. */
static const char *aaaa_fault(const struct view_reply *a, const struct view_reply *aaaa, const char *rcode)
{
	if (a->state != WAY_GOOD || a->message.rcode != RCODE_NOERROR || !has_record(a, RR_A))
		return NULL;
	if (aaaa->state == WAY_SILENT)
		return "is not answered at all";
	if (aaaa->state == WAY_BAD)
		return "is answered by a malformed message";
	if (aaaa->state != WAY_GOOD || aaaa->message.rcode == RCODE_NOERROR)
		return NULL;
	return aaaa->message.rcode == RCODE_NXDOMAIN ? "is answered by NXDOMAIN: no such name" : rcode;
}

static bool has_aaaa_fault(const struct view_probe *probe, enum reply_row row)
{
	return (row == REPLY_APEX_AAAA || row == REPLY_WWW_AAAA) &&
	       aaaa_fault(&probe->replies[row + 1], &probe->replies[row], "") != NULL;
}

static void aaaa_judge(struct check *check, const struct view_server *server, const struct view_address *address)
{
	static const enum reply_row rows[] = {REPLY_APEX_AAAA, REPLY_WWW_AAAA}; /* A is the row behind */
	for (size_t i = 0; address->probe != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct words words;
		char answered[HEADER_TEXT_MAX + 20];
		const struct view_reply *replies = address->probe->replies;
		words_of(check, server, address, rows[i], &words);
		snprintf(answered, sizeof(answered), "is answered by %s", words.rcode);
		const char *fault = aaaa_fault(&replies[rows[i] + 1], &replies[rows[i]], answered);
		if (fault != NULL)
			finding_add(check->findings, FINDING_AAAA_BEHAVIOUR, NOWHERE, check->subject,
				    "replace or mend the server or load balancer: a name without AAAA has an empty "
				    "answer with NOERROR",
				    "At %s (%s) the question for AAAA of %s %s, though the name has A.", words.address,
				    words.server, words.name, fault);
	}
}

void check_aaaa(struct check *check)
{
	check_each_address(check, aaaa_judge);
}

/* --- C02: the same data over both families of a server --- */

static bool is_address_row(enum reply_row row)
{
	return row >= REPLY_APEX_AAAA && row <= REPLY_WWW_A;
}

static void same_judge(struct check *check, const struct view_server *server, const struct view_address *address)
{
	for (enum reply_row row = REPLY_SOA; address->probe != NULL && row <= REPLY_WWW_A; row++) {
		struct words words;
		const struct view_address *first = view_server_first(server, row);
		const struct view_reply *reply = &address->probe->replies[row];
		/* Another serial says it all (C01). */
		if (first == NULL || first == address || first->serial != address->serial || reply->state != WAY_GOOD ||
		    view_reply_equal_answer(&first->probe->replies[row], reply) ||
		    has_aaaa_fault(address->probe, row) || has_aaaa_fault(first->probe, row) ||
		    address->probe->is_turning[row] || first->probe->is_turning[row])
			continue;
		words_of(check, server, address, row, &words);
		other_words(first, row, &words);
		bool is_rcode = reply->message.rcode != first->probe->replies[row].message.rcode;
		/* This host asks from another address over each family, and users of one family from elsewhere. */
		bool is_by_place =
			is_address_row(row) && view_reply_is_by_place(&first->probe->replies[row], reply);
		struct finding *finding =
			finding_add(check->findings, FINDING_DATA_DIFFERS, NOWHERE, check->subject, NULL,
				    "%s answers %s of %s otherwise at %s (%s) than at %s (%s)%s.", words.server,
				    words.type, words.name, words.address, words.rcode, words.other, words.other_rcode,
				    is_by_place ? ": other records, in the same version; it may answer by place"
				    : is_rcode  ? ""
						: ": other records or signers");
		if (finding != NULL && is_by_place)
			finding->severity = SEVERITY_NOTICE;
	}
}

void check_same(struct check *check)
{
	check_each_address(check, same_judge);
}

/* --- C03: denials --- */

/* The address of the zone that others are held against: the server's own first one, else the zone's. */
static const struct view_address *zone_first(const struct view *view, enum reply_row row)
{
	const struct view_address *first = NULL;
	for (unsigned i = 0; first == NULL && i < view->server_count; i++)
		first = view_server_first(&view->servers[i], row);
	return first;
}

/* A wildcard or the like: what it answers may depend on the place, and it denies nothing. */
static bool is_no_denial(const struct view_reply *reply)
{
	return reply->message.rcode == RCODE_NOERROR && reply->message.counts[SECTION_ANSWER] > 0;
}

static void denial_judge(struct check *check, const struct view_server *server, const struct view_address *address)
{
	for (enum reply_row row = REPLY_NO_NAME; address->probe != NULL && row <= REPLY_NO_TYPE; row++) {
		struct words words;
		const struct view_address *own = view_server_first(server, row);
		const struct view_address *first = own == address ? zone_first(check->view, row) : own;
		const struct view_reply *reply = &address->probe->replies[row];
		if (first == NULL || first == address || first->serial != address->serial || reply->state != WAY_GOOD ||
		    view_reply_equal(&first->probe->replies[row], reply) ||
		    (is_no_denial(reply) && is_no_denial(&first->probe->replies[row])))
			continue;
		words_of(check, server, address, row, &words);
		other_words(first, row, &words);
		bool is_rcode = reply->message.rcode != first->probe->replies[row].message.rcode;
		struct finding *finding =
			finding_add(check->findings, FINDING_DENIAL_DIFFERS, NOWHERE, check->subject, NULL,
				    is_rcode ? "Asked for %s of %s, %s at %s answers %s, and %s answers %s."
					     : "Asked for %s of %s, %s at %s answers %s with other NSEC or NSEC3 "
					       "records than %s (%s).",
				    words.type, words.name, words.server, words.address, words.rcode, words.other,
				    words.other_rcode);
		/* Servers of several providers may each deny in a way of their own (RFC 8901). */
		if (finding != NULL && !is_rcode && own == address)
			finding->severity = SEVERITY_WARNING;
	}
}

void check_denial(struct check *check)
{
	check_each_address(check, denial_judge);
}

/* --- C05: which of several hosts answers --- */

/* The first TXT string of an answer in class CH. */
static struct span chaos_text(const struct view_reply *reply)
{
	struct message_place place = {0};
	struct message_item item;
	if (reply->state != WAY_GOOD)
		return (struct span){0};
	while (message_next(&reply->message, &place, &item) == ERR_OK) {
		if (item.section == SECTION_ANSWER && item.type == RR_TXT && item.class == CLASS_CH &&
		    item.rdata.size > 1 && item.rdata.data[0] < item.rdata.size)
			return span_of(item.rdata.data + 1, item.rdata.data[0]);
	}
	return (struct span){0};
}

static struct span nsid_of(const struct view_probe *probe)
{
	const struct view_reply *together = &probe->replies[REPLY_OPTIONS], *alone = &probe->replies[REPLY_NSID];
	if (together->state == WAY_GOOD && together->message.edns.nsid.size > 0)
		return together->message.edns.nsid;
	return alone->state == WAY_GOOD ? alone->message.edns.nsid : (struct span){0};
}

/* Octets from outside as text. */
static const char *shown(struct span octets, char ret_text[80])
{
	size_t size = 0;
	for (size_t i = 0; i < octets.size && size < 64; i++) {
		uint8_t octet = octets.data[i];
		bool is_plain = octet >= 0x20 && octet < 0x7f && octet != '\\' && octet != '"';
		size += (size_t)snprintf(ret_text + size, 80 - size, is_plain ? "%c" : "\\%03u", octet);
	}
	ret_text[size] = '\0';
	return ret_text;
}

static void identity_judge(struct check *check, const struct view_server *server, const char *what, struct span six,
			   struct span four)
{
	char name[NAME_TEXT_MAX], one[80], two[80];
	if (six.size == 0 || four.size == 0 || span_equal(six, four))
		return;
	finding_add(check->findings, FINDING_IDENTITY_DIFFERS, NOWHERE, check->subject, NULL,
		    "%s says over IPv6 that its %s is \"%s\", and over IPv4 \"%s\": two hosts, or two instances.",
		    view_name_text(server->name, name), what, shown(six, one), shown(four, two));
}

void check_identity(struct check *check)
{
	for (unsigned i = 0; i < check->view->server_count; i++) {
		const struct view_server *server = &check->view->servers[i];
		const struct view_probe *six = server->families[FAMILY_IPV6].addresses[0].probe;
		const struct view_probe *four = server->families[FAMILY_IPV4].addresses[0].probe;
		if (six == NULL || four == NULL)
			continue;
		identity_judge(check, server, "NSID", nsid_of(six), nsid_of(four));
		identity_judge(check, server, "id.server", chaos_text(&six->replies[REPLY_ID_SERVER]),
			       chaos_text(&four->replies[REPLY_ID_SERVER]));
		identity_judge(check, server, "version.bind", chaos_text(&six->replies[REPLY_VERSION_BIND]),
			       chaos_text(&four->replies[REPLY_VERSION_BIND]));
	}
}
