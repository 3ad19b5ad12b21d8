/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/view.h"

#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "resolver/gather.h"

#include <string.h>

#define EDNS_SIZE 1232
#define DOT_PORT 853 /* RFC 7858 3.1 */

/* Does the alpn list have the protocol? */
static bool alpn_has(struct span list, const char *protocol)
{
	size_t wanted = strlen(protocol);
	while (list.size > 0 && list.data[0] < list.size) {
		size_t size = list.data[0];
		if (size == wanted && memcmp(list.data + 1, protocol, size) == 0)
			return true;
		list = span_of(list.data + 1 + size, list.size - 1 - size);
	}
	return false;
}

/* RFC 9461: one record of _dns.SERVER, in service mode, for the server itself. */
static void record_take(struct view_server *server, struct span rdata)
{
	uint16_t key, port = DOT_PORT;
	struct span value;
	size_t position = 0;
	bool is_dot = false, is_doh = false;
	if (rdata_check(RR_SVCB, rdata) != ERR_OK || load_u16(rdata.data) == 0 ||
	    !name_equal(name_of(rdata.data + 2), server->name))
		return;
	while (rdata_next_svcparam(rdata, &position, &key, &value)) {
		if (key == SVCPARAM_ALPN) {
			is_dot = alpn_has(value, "dot");
			is_doh = alpn_has(value, "h2") || alpn_has(value, "h3");
		}
		if (key == SVCPARAM_PORT)
			port = load_u16(value.data);
	}
	server->is_doh_published = server->is_doh_published || is_doh;
	if (is_dot && !server->is_dot_published) {
		server->is_dot_published = true;
		server->dot_port = port;
	}
}

/* Whoever has authority for the server's name, over whichever family. */
static void published_take(struct walk *walk, struct view_server *server)
{
	struct name_buffer buffer;
	struct name name;
	struct message message;
	const struct gathered *gathered = NULL;
	if (name_from_text(span_text("_dns"), server->name, &buffer, &name, NULL) != ERR_OK)
		return;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT && gathered == NULL; family++) {
		const struct chain *chain = chain_to(walk, server->name, family);
		if (chain->state == CHAIN_GOOD)
			gathered = walk_gather(walk, chain_ask(walk, chain, name, RR_SVCB), &message);
	}
	const struct rrset_view *set = gathered != NULL ? gathered_find(gathered, SECTION_ANSWER, name, RR_SVCB) : NULL;
	size_t position = 0;
	struct span rdata;
	while (set != NULL && set->rrset != NULL && rrset_next(set->rrset, &position, &rdata))
		record_take(server, rdata);
}

/* T11: where DNS over TLS is published, or wanted to be seen. Of the server's name, which is what the certificate has
 * to be for. */
static void address_take(struct walk *walk, const struct view_server *server, struct view_address *address)
{
	struct ip_endpoint endpoint = address->endpoint;
	bool is_due = server->is_dot_published || walk->options->is_tls_wanted;
	if (!is_due || (address->udp != WAY_GOOD && address->tcp != WAY_GOOD))
		return;
	endpoint.port = server->is_dot_published ? server->dot_port : DOT_PORT;
	address->tls = walk_probe(walk, &endpoint, server->name, endpoint.addr.family == FAMILY_IPV6 ? RR_AAAA : RR_A,
				  PROBE_TLS, EDNS_SIZE, 0);
}

void view_tls_take(struct walk *walk, struct view *view)
{
	for (unsigned i = 0; i < view->server_count; i++) {
		struct view_server *server = &view->servers[i];
		published_take(walk, server);
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			for (unsigned j = 0; j < server->families[family].count; j++)
				address_take(walk, server, &server->families[family].addresses[j]);
		}
	}
}
