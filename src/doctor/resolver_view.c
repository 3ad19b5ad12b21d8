/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/resolver_view.h"

#include "dns/rrtype.h"
#include "dns64/pref64.h"

#define EDNS_SIZE 1232

/* RFC 7050 3. */
static const struct name ipv4only = {(const uint8_t *)"\10ipv4only\4arpa", 15, 2};

struct asking {
	struct walk *walk;
	const struct ip_endpoint *endpoint;
	bool is_cd;
};

static const struct fact *ask(const struct asking *asking, struct name name, uint16_t type,
			      enum question_transport transport)
{
	const struct fact_question question = {.server = *asking->endpoint,
					       .transport = transport,
					       .qname = name,
					       .qtype = type,
					       .edns_size = EDNS_SIZE,
					       .is_rd = true,
					       .is_cd = asking->is_cd};
	return walk_want(asking->walk, &question);
}

/* What is truncated is had over TCP. */
static void ask_whole(const struct asking *asking, struct name name, uint16_t type, struct said *ret)
{
	struct message message;
	const struct fact *fact = ask(asking, name, type, QUESTION_UDP);
	if (!fact_is_open(fact) && fact->state == FACT_REPLY && message_read(fact->message, &message) == ERR_OK &&
	    (message.flags & HEADER_TC))
		fact = ask(asking, name, type, QUESTION_TCP);
	said_by_resolver(asking->walk, fact, name, type, ret);
}

static void questions_ask(const struct asking *asking, const struct incident *incident, const struct subject *subject,
			  struct resolver_view *view)
{
	struct asking unchecked = *asking;
	unchecked.is_cd = true;
	for (unsigned i = 0; i < incident->type_count; i++) {
		ask_whole(asking, incident->name, incident->types[i], &view->plain[i]);
		ask_whole(&unchecked, incident->name, incident->types[i], &view->unchecked[i]);
	}
	if (subject == NULL || name_is_root(subject->zone))
		return;
	ask_whole(asking, subject->zone, RR_SOA, &view->zone);
	ask_whole(asking, name_parent(subject->zone), RR_SOA, &view->parent);
}

struct resolver_view *resolver_view_fill(struct walk *walk, const struct incident *incident, unsigned index,
					 const struct subject *subject)
{
	struct resolver_view *view = arena_alloc_zeroed(walk->arena, sizeof(*view), _Alignof(struct resolver_view));
	char text[IP_ENDPOINT_TEXT_MAX];
	if (view == NULL)
		return NULL;
	const struct asking asking = {.walk = walk, .endpoint = &view->endpoint};
	view->endpoint = incident->resolvers[index];
	if (view->endpoint.port == 53)
		ip_addr_to_text(&view->endpoint.addr, text);
	else
		ip_endpoint_to_text(&view->endpoint, text);
	view->text = arena_text(walk->arena, text, strlen(text));
	said_by_resolver(walk, ask(&asking, name_root, RR_NS, QUESTION_UDP), name_root, RR_NS, &view->udp);
	said_by_resolver(walk, ask(&asking, name_root, RR_NS, QUESTION_TCP), name_root, RR_NS, &view->tcp);
	view->is_alive = said_is_reply(&view->udp) || said_is_reply(&view->tcp);
	if (view->text == NULL)
		return NULL;
	if (!said_is_reply(&view->udp)) /* the rest would be as silent, each for seconds */
		return view;
	ask_whole(&asking, name_root, RR_DNSKEY, &view->keys);
	if (incident->has_name)
		questions_ask(&asking, incident, subject, view);
	struct said shown;
	ask_whole(&asking, ipv4only, RR_AAAA, &shown);
	if (shown.kind == SAID_RECORDS)
		view->prefix_count = pref64_from_ipv4only(shown.set->rrset, view->prefixes, RESOLVER_PREFIXES_MAX);
	return view;
}
