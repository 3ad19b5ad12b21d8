/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/view.h"

#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "dns/svcb.h"
#include "resolver/gather.h"

#include <string.h>

#define EDNS_SIZE 1232
#define DOT_PORT 853 /* RFC 7858 3.1 */
#define DOH_PORT 443

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

static void path_take(struct walk *walk, struct view_server *server, const struct span *template)
{
	uint8_t octets[FACT_PATH_MAX];
	struct writer out = writer_of(octets, sizeof(octets));
	server->doh_path_state = template == NULL                               ? VIEW_PATH_ABSENT
				 : dohpath_expand(*template, &out) != ERR_OK ? VIEW_PATH_WRONG
				 : out.is_full                               ? VIEW_PATH_LONG
									     : VIEW_PATH_GOOD;
	if (server->doh_path_state == VIEW_PATH_GOOD)
		server->doh_path = arena_text(walk->arena, (const char *)out.data, out.size);
}

/* RFC 9461: one record of _dns.SERVER, in service mode, for the server itself. */
static void record_take(struct walk *walk, struct view_server *server, struct span rdata)
{
	uint16_t key, port = 0; /* 0: that of the protocol */
	struct span value, template;
	bool has_template = false;
	size_t position = 0;
	bool is_dot = false, is_doh = false;
	if (rdata_check(RR_SVCB, rdata) != ERR_OK || load_u16(rdata.data) == 0 ||
	    !name_equal(name_of(rdata.data + 2), server->name))
		return;
	while (rdata_next_svcparam(rdata, &position, &key, &value)) {
		if (key == SVCPARAM_ALPN) {
			is_dot = alpn_has(value, "dot");
			is_doh = alpn_has(value, "h2");
		}
		if (key == SVCPARAM_PORT)
			port = load_u16(value.data);
		if (key == SVCPARAM_DOHPATH) {
			template = value;
			has_template = true;
		}
	}
	if (is_doh && !server->is_doh_published) {
		server->is_doh_published = true;
		server->doh_port = port != 0 ? port : DOH_PORT;
		path_take(walk, server, has_template ? &template : NULL);
	}
	if (is_dot && !server->is_dot_published) {
		server->is_dot_published = true;
		server->dot_port = port != 0 ? port : DOT_PORT;
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
		record_take(walk, server, rdata);
}

/* T11: where DNS over TLS is published, or wanted to be seen; DNS over HTTPS where it is published, for its path cannot
 * be guessed. Of the server's name, which is what the certificate has to be for. */
static void address_take(struct walk *walk, const struct view_server *server, struct view_address *address)
{
	struct fact_question question = {.server = address->endpoint,
					 .transport = QUESTION_TCP,
					 .qname = server->name,
					 .edns_size = EDNS_SIZE,
					 .is_do = true};
	if (address->udp != WAY_GOOD && address->tcp != WAY_GOOD)
		return;
	question.qtype = address->endpoint.addr.family == FAMILY_IPV6 ? RR_AAAA : RR_A;
	if (server->is_dot_published || walk->options->is_tls_wanted) {
		question.probe = PROBE_TLS;
		question.server.port = server->is_dot_published ? server->dot_port : DOT_PORT;
		address->tls = walk_want(walk, &question);
	}
	if (server->doh_path != NULL) {
		question.probe = PROBE_HTTPS;
		question.server.port = server->doh_port;
		question.path = server->doh_path;
		address->https = walk_want(walk, &question);
	}
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
