/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/query/origin.h"

#include "cli/query/origin_judge.h"
#include "cli/query/print.h"
#include "dns/rrtype.h"

enum question_kind { ASK_AAAA, ASK_A, ASK_CHECKING, ASK_IPV4ONLY, ASK_COUNT };

static const uint8_t ipv4only_arpa[] = "\10ipv4only\4arpa"; /* RFC 7050 3 */

struct inquiry {
	const struct query_plan *plan;
	struct query_question questions[ASK_COUNT];
	struct query_reply replies[ASK_COUNT];
	bool was_asked[ASK_COUNT];
	struct origin origin;
};

static const struct message *message_of(const struct inquiry *inquiry, enum question_kind kind)
{
	bool is_there = inquiry->was_asked[kind] && inquiry->replies[kind].error == ERR_OK;
	return is_there ? &inquiry->replies[kind].message : NULL;
}

static void questions_make(struct inquiry *inquiry)
{
	struct query_question question = inquiry->plan->question;
	question.is_rd = true;
	question.has_edns = true; /* EDE comes with it */
	question.type = RR_AAAA;
	inquiry->questions[ASK_AAAA] = question;
	inquiry->questions[ASK_CHECKING] = question;
	inquiry->questions[ASK_CHECKING].is_do = true;
	inquiry->questions[ASK_CHECKING].is_cd = true;
	inquiry->questions[ASK_IPV4ONLY] = question;
	inquiry->questions[ASK_IPV4ONLY].name = name_of(ipv4only_arpa);
	question.type = RR_A;
	inquiry->questions[ASK_A] = question;
}

/* All are put to the one address that answered the first: another server may have another prefix. */
static void ask_all(struct inquiry *inquiry)
{
	const struct query_plan *plan = inquiry->plan;
	static const struct ip_endpoint none;
	struct ip_endpoint chosen = none;
	for (size_t i = 0; i < plan->server_count && message_of(inquiry, ASK_AAAA) == NULL; i++) {
		if (inquiry->was_asked[ASK_AAAA])
			query_reply_free(&inquiry->replies[ASK_AAAA]);
		inquiry->was_asked[ASK_AAAA] =
			query_exchange_any(&inquiry->questions[ASK_AAAA], plan->servers[i].addresses, plan->servers[i].count,
		                           plan->is_family_allowed, &plan->way, &inquiry->replies[ASK_AAAA]);
	}
	if (message_of(inquiry, ASK_AAAA) == NULL)
		return;
	chosen = inquiry->replies[ASK_AAAA].server;
	for (enum question_kind kind = ASK_A; kind < ASK_COUNT; kind++)
		inquiry->was_asked[kind] = query_exchange_any(&inquiry->questions[kind], &chosen, 1, plan->is_family_allowed,
		                                              &plan->way, &inquiry->replies[kind]);
}

/* --- The screen --- */

static void address_add(const struct origin *origin, const struct origin_address *address, struct text *out)
{
	char addr[IP_ADDR_TEXT_MAX], ipv4[IP_ADDR_TEXT_MAX], prefix[IP_PREFIX_TEXT_MAX];
	size_t line = out->size;
	ip_addr_to_text(&address->addr, addr);
	text_addf(out, "  %s", addr);
	text_pad_to(out, line, 42);
	text_add(out, origin_kind_text(address->kind));
	if (address->is_in_prefix) {
		ip_addr_to_text(&address->ipv4, ipv4);
		ip_prefix_to_text(&address->prefix, prefix);
		text_addf(out, ": %s under %s, %s", ipv4, prefix,
		          address->is_prefix_learned ? "the prefix of this server" : "the well-known prefix");
		if (address->is_in_a)
			text_add(out, ", and the name has that A record");
		if (address->kind == ORIGIN_NATIVE)
			text_add(out, origin->is_signed ? ", but signed by the zone" : ", but published by the zone");
	} else if (address->kind == ORIGIN_SYNTHESISED) {
		text_add(out, ": marked by the server, under a prefix not known here");
	}
	text_add_char(out, '\n');
}

static void reasons_add(const struct inquiry *inquiry, struct text *out)
{
	const struct origin *origin = &inquiry->origin;
	const struct message *aaaa = message_of(inquiry, ASK_AAAA);
	char text[IP_PREFIX_TEXT_MAX];
	for (size_t i = 0; aaaa != NULL && i < aaaa->edns.ede_count; i++) {
		query_ede_to_text(&aaaa->edns.ede[i], out);
		text_add_char(out, '\n');
	}
	text_add(out, "A records:");
	for (size_t i = 0; i < origin->a_count; i++) {
		ip_addr_to_text(&origin->a[i], text);
		text_addf(out, " %s", text);
	}
	text_add(out, origin->a_count == 0 ? " none\n" : "\n");
	size_t published = 0;
	for (size_t i = 0; i < origin->address_count; i++)
		published += origin->addresses[i].is_published;
	text_addf(out, "asked with DO and CD (no synthesis then, RFC 6147 5.5): %s\n",
	          !origin->has_checking                                              ? "no answer"
	          : published == origin->address_count && origin->address_count > 0 ? "the same addresses"
	          : published > 0                                                    ? "some of the addresses"
	                                                                             : "none of the addresses");
	text_add(out, "NAT64 prefixes of this server (ipv4only.arpa):");
	for (size_t i = 0; i < origin->prefix_count; i++) {
		ip_prefix_to_text(&origin->prefixes[i], text);
		text_addf(out, " %s", text);
	}
	text_add(out, origin->prefix_count == 0 ? " none\n" : "\n");
}

static void screen_add(const struct inquiry *inquiry, struct text *out)
{
	char server[IP_ENDPOINT_TEXT_MAX], name[NAME_TEXT_MAX], rcode[HEADER_TEXT_MAX];
	const struct query_reply *reply = &inquiry->replies[ASK_AAAA];
	const struct message *aaaa = message_of(inquiry, ASK_AAAA);
	name_to_display(inquiry->plan->question.name, name);
	if (aaaa != NULL) {
		ip_endpoint_to_text(&reply->server, server);
		rcode_to_text(aaaa->rcode, rcode);
		text_addf(out, "%s AAAA from %s over %s: %s\n", name, server, family_title(reply->server.addr.family), rcode);
		for (size_t i = 0; i < inquiry->origin.address_count; i++)
			address_add(&inquiry->origin, &inquiry->origin.addresses[i], out);
		reasons_add(inquiry, out);
	}
	if (aaaa == NULL && inquiry->was_asked[ASK_AAAA])
		query_reply_to_text(&inquiry->questions[ASK_AAAA], reply, out);
	text_addf(out, "verdict: %s\n", origin_verdict_text(inquiry->origin.verdict));
}

/* --- JSON --- */

static void address_to_json(const struct origin_address *address, struct json_writer *json)
{
	char text[IP_PREFIX_TEXT_MAX];
	json_begin_object(json, NULL);
	ip_addr_to_text(&address->addr, text);
	json_text(json, "address", text);
	json_text(json, "origin", origin_kind_text(address->kind));
	json_bool(json, "is_published", address->is_published);
	if (address->is_in_prefix) {
		ip_addr_to_text(&address->ipv4, text);
		json_text(json, "ipv4", text);
		ip_prefix_to_text(&address->prefix, text);
		json_text(json, "prefix", text);
		json_bool(json, "is_prefix_learned", address->is_prefix_learned);
		json_bool(json, "is_in_a", address->is_in_a);
	}
	json_end_object(json);
}

static void answers_to_json(const struct inquiry *inquiry, struct json_writer *json)
{
	json_begin_array(json, "answers");
	for (enum question_kind kind = 0; kind < ASK_COUNT; kind++) {
		if (!inquiry->was_asked[kind])
			continue;
		json_begin_object(json, NULL);
		json_bool(json, "checking_disabled", inquiry->questions[kind].is_cd);
		query_reply_to_json(&inquiry->questions[kind], &inquiry->replies[kind], json);
		json_end_object(json);
	}
	json_end_array(json);
}

static void undetermined_to_json(const struct inquiry *inquiry, struct json_writer *json)
{
	static const char *const texts[ASK_COUNT] = {[ASK_AAAA] = "AAAA: no answer",
	                                             [ASK_A] = "A: no answer",
	                                             [ASK_CHECKING] = "AAAA with DO and CD: no answer",
	                                             [ASK_IPV4ONLY] = "ipv4only.arpa AAAA: no answer"};
	json_begin_array(json, "undetermined");
	for (enum question_kind kind = 0; kind < ASK_COUNT; kind++) {
		if (message_of(inquiry, kind) == NULL)
			json_text(json, NULL, texts[kind]);
	}
	json_end_array(json);
}

static void document_add(const struct inquiry *inquiry, struct text *out)
{
	const struct origin *origin = &inquiry->origin;
	struct json_writer json = {.out = out};
	char text[NAME_TEXT_MAX];
	json_begin_object(&json, NULL);
	json_text(&json, "schema", "sextant.query-origin/1");
	name_to_text(inquiry->plan->question.name, text);
	json_text(&json, "name", text);
	json_text(&json, "verdict", origin_verdict_text(origin->verdict));
	json_bool(&json, "has_ede_29", origin->has_ede);
	json_begin_array(&json, "addresses");
	for (size_t i = 0; i < origin->address_count; i++)
		address_to_json(&origin->addresses[i], &json);
	json_end_array(&json);
	json_begin_array(&json, "prefixes");
	for (size_t i = 0; i < origin->prefix_count; i++) {
		ip_prefix_to_text(&origin->prefixes[i], text);
		json_text(&json, NULL, text);
	}
	json_end_array(&json);
	answers_to_json(inquiry, &json);
	undetermined_to_json(inquiry, &json);
	json_end_object(&json);
	text_add_char(out, '\n');
}

int query_origin(struct cli *cli, const struct query_plan *plan)
{
	struct inquiry inquiry = {.plan = plan};
	struct text out = {0};
	questions_make(&inquiry);
	ask_all(&inquiry);
	const struct origin_answers answers = {.aaaa = message_of(&inquiry, ASK_AAAA),
	                                       .a = message_of(&inquiry, ASK_A),
	                                       .checking = message_of(&inquiry, ASK_CHECKING),
	                                       .ipv4only = message_of(&inquiry, ASK_IPV4ONLY)};
	origin_judge(&answers, &inquiry.origin);
	if (cli_is_json(cli))
		document_add(&inquiry, &out);
	else
		screen_add(&inquiry, &out);
	fputs(text_string(&out), cli_out(cli));
	text_free(&out);
	for (enum question_kind kind = 0; kind < ASK_COUNT; kind++) {
		if (inquiry.was_asked[kind])
			query_reply_free(&inquiry.replies[kind]);
	}
	if (inquiry.origin.verdict == ORIGIN_FAILED)
		return EXIT_FOUND;
	return inquiry.origin.verdict == ORIGIN_UNCLEAR ? EXIT_UNDETERMINED : EXIT_OK;
}
