/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/network.h"

#include "dns/rrtype.h"
#include "tests/sim/template.h"

#include <stdlib.h>

#define ASKED_MAX 20000

void network_start(struct network *network, struct scenario *scenario, const struct setup *setup, struct text *trace)
{
	*network = (struct network){.scenario = scenario, .setup = setup, .trace = trace};
}

void network_end(struct network *network)
{
	for (size_t i = 0; i < network->asked_count; i++)
		free(network->asked[i].reply);
	free(network->asked);
	text_free(&network->unmatched);
	*network = (struct network){0};
}

/* --- What people read --- */

static void asked_to_text(const struct asked *asked, struct text *out)
{
	char server[IP_ENDPOINT_TEXT_MAX], name[NAME_TEXT_MAX] = "?", type[RRTYPE_TEXT_MAX] = "?";
	struct message message;
	struct message_place place = {0};
	struct message_item item;
	if (message_read(span_of(asked->sent, asked->sent_size), &message) == ERR_OK &&
	    message_next(&message, &place, &item) == ERR_OK) {
		name_to_text(item.owner, name);
		rrtype_to_text(item.type, type);
	}
	ip_endpoint_to_text(&asked->server, server);
	text_addf(out, "%s %s to %s over %s", name, type, server, question_transport_text(asked->transport));
}

static void trace_message(struct network *network, uint64_t now_us, const struct asked *asked, const char *what)
{
	if (network->trace == NULL)
		return;
	text_addf(network->trace, "%10.3f ms  ", (double)now_us / 1000);
	asked_to_text(asked, network->trace);
	text_addf(network->trace, ": %s\n", what);
	struct message message;
	if (asked->reply != NULL && message_read(span_of(asked->reply, asked->reply_size), &message) == ERR_OK)
		message_to_text(&message, network->trace);
}

/* --- Finding who answers --- */

static bool range_is_valid(const struct range *range, unsigned step, const struct ip_addr *address)
{
	if (step < range->first || step > range->last)
		return false;
	for (unsigned i = 0; i < range->address_count; i++) {
		if (ip_addr_equal(&range->addresses[i], address))
			return true;
	}
	return range->address_count == 0;
}

static struct entry *entry_of(struct entry *entries, const struct asked *asked)
{
	for (struct entry *entry = entries; entry != NULL; entry = entry->next) {
		if (template_matches(entry, span_of(asked->sent, asked->sent_size), asked->transport, NULL))
			return entry;
	}
	return NULL;
}

/* Whether a server at another address could have said it: then this one is merely silent. */
static bool is_answered_elsewhere(const struct network *network, const struct step *step, const struct asked *asked)
{
	for (const struct range *range = network->scenario->ranges; range != NULL; range = range->next) {
		if (step->number >= range->first && step->number <= range->last &&
		    entry_of(range->entries, asked) != NULL)
			return true;
	}
	return false;
}

/* Whether a question to the same server waits for the one-shot reply: who asks again gets the same one. */
static bool is_awaited(const struct network *network, const struct entry *entry, const struct asked *asked)
{
	for (size_t i = 0; i < network->asked_count; i++) {
		const struct asked *other = &network->asked[i];
		if (other->is_open && other->entry == entry && ip_addr_equal(&other->server.addr, &asked->server.addr))
			return true;
	}
	return false;
}

/* The valid ranges first; then one-shot replies of this and later steps, as Deckard does. */
static struct entry *entry_find(struct network *network, const struct step *step, const struct asked *asked)
{
	bool has_range = false;
	for (const struct range *range = network->scenario->ranges; range != NULL; range = range->next) {
		if (!range_is_valid(range, step->number, &asked->server.addr))
			continue;
		struct entry *entry = entry_of(range->entries, asked);
		if (entry != NULL)
			return entry;
		has_range = true;
	}
	for (const struct step *later = step; later != NULL; later = later->next) {
		bool is_mine = !later->has_address || ip_addr_equal(&later->address, &asked->server.addr);
		if (later->kind == STEP_REPLY && is_mine && entry_of(later->entry, asked) == later->entry &&
		    (later->entry->uses == 0 || is_awaited(network, later->entry, asked)))
			return later->entry;
	}
	if (has_range && !asked->is_background && !is_answered_elsewhere(network, step, asked)) {
		text_add(&network->unmatched, "  ");
		asked_to_text(asked, &network->unmatched);
		text_add(&network->unmatched, "\n");
	}
	return NULL;
}

static void unreachable(struct asked *asked, enum ask_failure failure, uint64_t due_us)
{
	asked->is_unreachable = true;
	asked->failure = failure;
	asked->due_us = due_us;
}

static void reply_prepare(struct network *network, struct entry *entry, struct asked *asked, uint64_t now_us)
{
	/* A handshake, then the question: two round trips. */
	uint64_t wait_us = network->setup->latency_ms * (asked->transport == QUESTION_TCP ? 2000ull : 1000ull);
	entry->uses++;
	asked->entry = entry;
	if ((entry->adjust & ADJUST_SILENCE) != 0)
		return;
	if ((entry->adjust & ADJUST_REFUSE) != 0) {
		unreachable(asked, ASK_REFUSED, now_us + network->setup->latency_ms * 1000ull);
		return;
	}
	if ((entry->adjust & ADJUST_GUESSED) != 0) {
		asked->is_guessed = true;
		asked->due_us = now_us + network->setup->latency_ms * 1000ull;
		return;
	}
	asked->reply = malloc(TEMPLATE_MAX);
	if (asked->reply == NULL)
		abort();
	struct span sent = span_of(asked->sent, asked->sent_size);
	asked->reply_size = template_reply(entry, sent, asked->transport, asked->reply);
	asked->due_us = now_us + wait_us + entry->delay_ms * 1000ull;
}

/* --- Questions --- */

static struct asked *asked_new(struct network *network)
{
	if (network->asked_count == network->asked_capacity) {
		network->asked_capacity = network->asked_capacity * 2 + 64;
		network->asked = realloc(network->asked, network->asked_capacity * sizeof(*network->asked));
		if (network->asked == NULL)
			abort();
	}
	struct asked *asked = &network->asked[network->asked_count++];
	*asked = (struct asked){.is_open = true, .due_us = UINT64_MAX};
	network->is_spinning = network->asked_count > ASKED_MAX;
	return asked;
}

void network_ask(struct network *network, const struct step *step, uint64_t now_us, const struct action *action)
{
	const struct question *question = &action->question;
	uint64_t id = action->ask_id;
	struct asked *asked = asked_new(network);
	uint8_t case_seed[32];
	memset(case_seed, (int)(id * 37 + 0x5a), sizeof(case_seed));
	asked->id = id;
	asked->is_background = action->is_background;
	asked->server = question->server;
	asked->transport = question->transport;
	asked->is_case_exact = question->is_case_mixed;
	asked->sent_size = question_encode(question, (uint16_t)(id * 7919 + 1), case_seed, asked->sent);
	if (network->setup->has_no_route[question->server.addr.family]) {
		unreachable(asked, ASK_NO_ROUTE, now_us);
		trace_message(network, now_us, asked, "no route");
		return;
	}
	struct entry *entry = entry_find(network, step, asked);
	if (entry != NULL)
		reply_prepare(network, entry, asked, now_us);
	const char *without = asked->is_unreachable ? "refused" : asked->is_guessed ? "guessed at" : "silence";
	trace_message(network, now_us, asked, asked->reply != NULL ? "reply" : without);
	/* What a socket would drop never reaches the engine. */
	if (asked->reply != NULL && !question_matches(span_of(asked->sent, asked->sent_size),
						      span_of(asked->reply, asked->reply_size), asked->is_case_exact)) {
		asked->due_us = UINT64_MAX;
		if (network->trace != NULL)
			text_add(network->trace, ";; this is no reply to the question: dropped\n");
	}
}

void network_cancel(struct network *network, uint64_t id)
{
	for (size_t i = network->asked_count; i-- > 0;) {
		if (network->asked[i].id == id) {
			network->asked[i].is_open = false;
			return;
		}
	}
}

bool network_inject(struct network *network, const struct step *step, uint64_t now_us)
{
	for (size_t i = 0; i < network->asked_count; i++) {
		struct asked *asked = &network->asked[i];
		bool is_mine = !step->has_address || ip_addr_equal(&step->address, &asked->server.addr);
		if (!asked->is_open || asked->due_us != UINT64_MAX || !is_mine ||
		    entry_of(step->entry, asked) != step->entry)
			continue;
		free(asked->reply);
		asked->reply = NULL;
		reply_prepare(network, step->entry, asked, now_us);
		trace_message(network, now_us, asked, "one-shot reply");
		return true;
	}
	return false;
}

struct asked *network_due(struct network *network)
{
	struct asked *first = NULL;
	for (size_t i = 0; i < network->asked_count; i++) {
		struct asked *asked = &network->asked[i];
		if (asked->is_open && asked->due_us != UINT64_MAX && (first == NULL || asked->due_us < first->due_us))
			first = asked;
	}
	return first;
}
