/* SPDX-License-Identifier: BSD-2-Clause */
#include "advise/reverse_request.h"

#include "base/encoding.h"
#include "dns/reverse.h"
#include "dnssec/delegated.h"
#include "dnssec/records.h"

#include <string.h>

#define DS_SHA256 2        /* RFC 8624 3.3: the one digest type to use */
#define DNSKEY_PROTOCOL 3  /* RFC 4034 2.1.2 */

/* One zone to be delegated. */
struct cut {
	struct ip_prefix prefix;
	struct name_buffer buffer;
	struct name name;
	const struct zone *zone; /* NULL: no file was given */
	bool is_classless;
};

static struct cut cut_at(const struct reverse_request *request, const struct ip_prefix *prefix, unsigned index)
{
	struct cut cut = {0};
	struct name name = reverse_delegation(prefix, index, &cut.prefix, &cut.buffer);
	for (size_t i = 0; i < request->zone_count; i++) {
		if (name_equal(zone_apex(request->zones[i]), name))
			cut.zone = request->zones[i];
	}
	cut.is_classless = prefix->addr.family == FAMILY_IPV4 && prefix->length % 8 != 0 && prefix->length > 24;
	return cut;
}

/* Calls visit for every zone, until one fails. */
static int each_cut(const struct reverse_request *request, void *state,
		    int (*visit)(const struct reverse_request *request, const struct cut *cut, void *state))
{
	int err = ERR_OK;
	for (size_t p = 0; p < request->prefix_count; p++) {
		for (unsigned i = 0; i < reverse_delegation_count(&request->prefixes[p]) && err == ERR_OK; i++) {
			struct cut cut = cut_at(request, &request->prefixes[p], i);
			cut.name = name_of(cut.buffer.wire);
			err = visit(request, &cut, state);
		}
	}
	return err;
}

static int compare_name(const struct reverse_request *request, const struct cut *cut, void *state)
{
	(void)request;
	return name_equal(cut->name, *(const struct name *)state) ? ERR_MISMATCH : ERR_OK;
}

bool reverse_request_has_zone(const struct reverse_request *request, struct name name)
{
	return each_cut(request, &name, compare_name) == ERR_MISMATCH;
}

static void write_ns(const struct reverse_request *request, const char *owner, struct name server, struct text *out)
{
	char text[NAME_TEXT_MAX];
	name_to_text(server, text);
	text_addf(out, "    %s %u IN NS %s\n", owner, request->ttl_s, text);
}

/* The servers of the request, else those that the zone itself names. How many. */
static size_t write_servers(const struct reverse_request *request, const struct cut *cut, const char *owner,
			    struct text *out)
{
	const struct rrset *own = cut->zone != NULL ? zone_node_rrset(zone_apex_node(cut->zone), RR_NS) : NULL;
	size_t position = 0, count = 0;
	struct span rdata;
	for (; count < request->server_count; count++)
		write_ns(request, owner, request->servers[count], out);
	while (request->server_count == 0 && own != NULL && rrset_next(own, &position, &rdata)) {
		write_ns(request, owner, name_of(rdata.data), out);
		count++;
	}
	return count;
}

static bool is_entry_key(const struct dnskey *key, bool is_sep_wanted)
{
	bool is_zone_key = (key->flags & DNSKEY_ZONE) != 0 && (key->flags & DNSKEY_REVOKED) == 0;
	return is_zone_key && key->protocol == DNSKEY_PROTOCOL && (!is_sep_wanted || (key->flags & DNSKEY_SEP) != 0);
}

static size_t count_keys(const struct rrset *keys, bool is_sep_wanted)
{
	size_t position = 0, count = 0;
	struct span rdata;
	struct dnskey key;
	while (rrset_next(keys, &position, &rdata))
		count += dnskey_read(rdata, &key) && is_entry_key(&key, is_sep_wanted);
	return count;
}

/* A DS for each key signing key; for each zone key where none is marked as one (RFC 4034 2.1.1: a hint, no rule). */
static int write_ds(const struct reverse_request *request, const struct cut *cut, const char *owner,
		    struct text *out)
{
	if (cut->zone == NULL || !zone_is_signed(cut->zone))
		return ERR_OK;
	const struct rrset *keys = zone_node_rrset(zone_apex_node(cut->zone), RR_DNSKEY);
	bool is_sep_wanted = count_keys(keys, true) > 0;
	size_t position = 0;
	struct span rdata;
	while (rrset_next(keys, &position, &rdata)) {
		struct dnskey key;
		uint8_t digest[DIGEST_SIZE_MAX];
		if (!dnskey_read(rdata, &key) || !is_entry_key(&key, is_sep_wanted))
			continue;
		int err = delegated_digest(cut->name, rdata, DIGEST_SHA256, digest);
		if (err != ERR_OK)
			return err;
		text_addf(out, "    %s %u IN DS %u %u %u ", owner, request->ttl_s, key.tag, key.algorithm, DS_SHA256);
		hex_encode(span_of(digest, digest_size(DIGEST_SHA256)), out);
		text_add_char(out, '\n');
	}
	return ERR_OK;
}

/* RFC 2317 4: each address of the block gets a CNAME in the zone around it, which stays the provider's. */
static void write_aliases(const struct cut *cut, const char *owner, struct text *out)
{
	char around[NAME_TEXT_MAX];
	unsigned first = cut->prefix.addr.bytes[3], last = first + (1u << (32 - cut->prefix.length)) - 1;
	name_to_text(name_parent(cut->name), around);
	text_addf(out,
		  "    ; The block is smaller than an octet (RFC 2317): these aliases lead from %s into it.\n"
		  "    $GENERATE %u-%u $.%s CNAME $.%s\n",
		  around, first, last, around, owner);
}

/* What the walk over the zones writes to. */
struct writing {
	struct text *out;
	struct name_buffer *failed;
};

static int write_records(const struct reverse_request *request, const struct cut *cut, void *state)
{
	struct writing *writing = state;
	char owner[NAME_TEXT_MAX], prefix[IP_PREFIX_TEXT_MAX];
	name_to_text(cut->name, owner);
	ip_prefix_to_text(&cut->prefix, prefix);
	text_addf(writing->out, "\n    ; %s\n", prefix);
	if (write_servers(request, cut, owner, writing->out) == 0) {
		(void)name_copy(cut->name, writing->failed);
		return ERR_NOT_FOUND;
	}
	int err = write_ds(request, cut, owner, writing->out);
	if (cut->is_classless)
		write_aliases(cut, owner, writing->out);
	return err;
}

static int write_before(const struct reverse_request *request, const struct cut *cut, void *state)
{
	struct writing *writing = state;
	char zone[NAME_TEXT_MAX], server[NAME_TEXT_MAX] = "NAME-SERVER";
	const struct rrset *own = cut->zone != NULL ? zone_node_rrset(zone_apex_node(cut->zone), RR_NS) : NULL;
	size_t position = 0;
	struct span rdata;
	if (request->server_count > 0)
		name_to_display(request->servers[0], server);
	else if (own != NULL && rrset_next(own, &position, &rdata))
		name_to_display(name_of(rdata.data), server);
	name_to_display(cut->name, zone);
	text_addf(writing->out, "    sextant query %s SOA --compare family,transport @%s\n", zone, server);
	return ERR_OK;
}

static int write_after(const struct reverse_request *request, const struct cut *cut, void *state)
{
	(void)request;
	struct writing *writing = state;
	char zone[NAME_TEXT_MAX];
	name_to_display(cut->name, zone);
	text_addf(writing->out, "    sextant query %s NS SOA\n    sextant audit %s\n", zone, zone);
	if (cut->zone != NULL && zone_is_signed(cut->zone))
		text_addf(writing->out, "    sextant query %s SOA --compare validation\n", zone);
	return ERR_OK;
}

/* An address of each prefix, as an example. */
static void write_lookups(const struct reverse_request *request, struct text *out)
{
	for (size_t i = 0; i < request->prefix_count; i++) {
		char text[IP_ADDR_TEXT_MAX];
		struct ip_addr addr = request->prefixes[i].addr;
		if (request->prefixes[i].length < 8 * ip_addr_size(addr.family))
			addr.bytes[ip_addr_size(addr.family) - 1] |= 1;
		ip_addr_to_text(&addr, text);
		text_addf(out, "    sextant query -x %s\n", text);
	}
}

static void write_head(const struct reverse_request *request, struct text *out)
{
	text_add(out, "Subject: reverse DNS delegation of");
	for (size_t i = 0; i < request->prefix_count; i++) {
		char text[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(&request->prefixes[i], text);
		text_addf(out, "%s %s", i > 0 ? "," : "", text);
	}
	text_add(out, "\n\nPlease delegate the reverse zones of these networks to our name servers. The records for the zone\n"
		      "above, which you hold:\n");
	for (size_t i = 0; i < request->prefix_count; i++) {
		char text[IP_PREFIX_TEXT_MAX];
		unsigned count = reverse_delegation_count(&request->prefixes[i]);
		ip_prefix_to_text(&request->prefixes[i], text);
		if (count > 1)
			text_addf(out, "%s does not end where a label ends: %u zones make it up, and all of them are needed.\n", text,
				  count);
	}
}

static void write_tail(const struct reverse_request *request, struct text *out)
{
	text_addf(out,
		  "\nOur servers answer for these zones now, over IPv6 and IPv4, UDP and TCP. Please keep the TTL at %u seconds\n"
		  "until we have seen the delegation work, and tell us where to send changes of servers and keys later.\n"
		  "Contact: %s\n",
		  request->ttl_s, request->contact != NULL ? request->contact : "(name, mail, telephone)");
	text_add(out, "\n----- not part of the request -----\n"
		      "Whom to ask: who assigned the addresses holds the zone above. Those from a regional registry (RIPE NCC,\n"
		      "ARIN, APNIC, LACNIC, AFRINIC) are delegated in its portal; those from a provider by its hostmaster.\n"
		      "Name servers inside the delegated zones would need glue: name them in a forward zone.\n"
		      "Two servers of each family are the least (RFC 10001 4.1), best in two networks.\n");
}

int reverse_request_write(const struct reverse_request *request, struct text *out, struct name_buffer *ret_zone)
{
	struct writing writing = {out, ret_zone};
	write_head(request, out);
	int err = each_cut(request, &writing, write_records);
	if (err != ERR_OK)
		return err;
	write_tail(request, out);
	text_add(out, "\nBefore sending it, for every name server: the same SOA in every way?\n");
	err = each_cut(request, &writing, write_before);
	if (err != ERR_OK)
		return err;
	text_add(out, "\nAfter it was done: does a resolver find the zones, and names in them? Then a TTL of a day.\n");
	err = each_cut(request, &writing, write_after);
	write_lookups(request, out);
	return err;
}
