/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/play.h"

#include "cache/cache.h"
#include "tests/sim/network.h"
#include "tests/sim/template.h"
#include "telemetry/querylog.h"
#include "upstream/address_book.h"
#include "upstream/fallbacks.h"
#include "upstream/reach.h"

#include <stdio.h>
#include <stdlib.h>

#define START_US 1000000000ull /* the monotonic clock at the start: not 0, so that what is in the past can be said */
#define ANSWER_MOST_US 60000000ull /* a client waits so long */
#define DRAIN_MOST_US 5000000ull   /* between steps what is under way arrives */
#define TURNS_MAX 1000000          /* turns without time going on, or many of them: the engine spins */
#define CACHE_OCTETS ((size_t)8 << 20)
#define BOOK_SIZE 4096
#define CLIENTS_MAX 256

struct play {
	struct scenario *scenario;
	struct setup *setup;
	struct network network;
	struct resolver_parts parts;
	struct resolver *resolver;
	uint64_t now_us;
	const struct step *step;
	struct text *why, *trace;

	/* Since the last QUERY. */
	uint8_t owners[CLIENTS_MAX]; /* their addresses tell clients apart */
	unsigned client_count;
	bool has_answer;
	enum question_transport transport;
	uint8_t answer[TEMPLATE_MAX];
	size_t answer_size;
	uint64_t asked_us, answered_us;
	size_t first_asked; /* index in network.asked */
	struct text line;  /* of the query log, for the answer */
	struct text notes; /* "kind: text", one a line */
};

static int fail(struct play *play, const char *what)
{
	text_addf(play->why, "step %u (line %u): %s\n", play->step->number, play->step->line, what);
	return ERR_MISMATCH;
}

static struct resolver_time now_of(const struct play *play)
{
	return (struct resolver_time){.mono_us = play->now_us,
				      .wall_s = play->setup->wall_s + (play->now_us - START_US) / 1000000};
}

/* --- The engine's actions --- */

static void answer_take(struct play *play, const void *owner, struct span message, const struct query_event *event)
{
	if (owner != &play->owners[play->client_count % CLIENTS_MAX])
		return; /* an earlier client's */
	play->has_answer = message.size > 0;
	play->answer_size = message.size;
	play->answered_us = play->now_us;
	if (message.size > 0)
		memcpy(play->answer, message.data, message.size);
	static const struct querylog_source source = {.service = "sim", .role = "resolver", .is_resolver = true};
	text_clear(&play->line);
	querylog_json(&source, event, &play->line);
}

static void note_take(struct play *play, const struct note *note)
{
	size_t start = play->notes.size;
	text_addf(&play->notes, "%s: ", note_kind_text(note->kind));
	text_add_size(&play->notes, (const char *)note->text.data, note->text.size);
	text_add_char(&play->notes, '\n');
	if (play->trace != NULL)
		text_addf(play->trace, "%10.3f ms  note %s", (double)play->now_us / 1000,
			  text_string(&play->notes) + start);
}

static void actions_take(struct play *play)
{
	struct action action;
	while (!play->network.is_spinning && resolver_act(play->resolver, now_of(play), &action)) {
		switch (action.kind) {
		case ACTION_ASK:
			network_ask(&play->network, play->step, play->now_us, &action);
			break;
		case ACTION_CANCEL:
			network_cancel(&play->network, action.ask_id);
			break;
		case ACTION_ANSWER:
			answer_take(play, action.owner, action.message, &action.event);
			break;
		case ACTION_NOTE:
			note_take(play, &action.note);
			break;
		}
	}
}

/* --- Time --- */

static void reply_deliver(struct play *play, struct asked *asked)
{
	uint64_t id = asked->id;
	if (asked->is_guessed) {
		asked->due_us = UINT64_MAX; /* it stays open */
		resolver_suspicious(play->resolver, now_of(play), id);
		return;
	}
	asked->is_open = false;
	if (asked->is_unreachable)
		resolver_unreachable(play->resolver, now_of(play), id, asked->failure);
	else
		resolver_reply(play->resolver, now_of(play), id, span_of(asked->reply, asked->reply_size));
}

/* One thing that happens before until_us; false: nothing does. */
static bool turn(struct play *play, uint64_t until_us, bool is_ticking)
{
	struct asked *due = network_due(&play->network);
	uint64_t reply_us = due == NULL ? UINT64_MAX : due->due_us;
	uint64_t tick_us = is_ticking ? resolver_deadline_us(play->resolver) : UINT64_MAX;
	uint64_t next_us = reply_us <= tick_us ? reply_us : tick_us;
	if (next_us == UINT64_MAX || next_us > until_us)
		return false;
	if (next_us > play->now_us)
		play->now_us = next_us;
	if (reply_us <= tick_us)
		reply_deliver(play, due);
	else
		resolver_tick(play->resolver, now_of(play));
	actions_take(play);
	return true;
}

/* Until the answer is there (has_goal), or the time. */
static int run(struct play *play, uint64_t until_us, bool has_goal, bool is_ticking)
{
	actions_take(play);
	for (unsigned turns = 0; !(has_goal && play->has_answer) && turn(play, until_us, is_ticking); turns++) {
		if (play->network.is_spinning || turns == TURNS_MAX)
			return fail(play, "the engine goes on without end");
	}
	return ERR_OK;
}

/* What is under way arrives between steps, while nothing times out. */
static int drain(struct play *play)
{
	return run(play, play->now_us + DRAIN_MOST_US, false, false);
}

/* --- Steps --- */

static struct ip_endpoint client_of(const struct play *play)
{
	static const uint8_t ipv6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 0x53};
	static const uint8_t ipv4[4] = {192, 0, 2, 53};
	struct ip_endpoint client = {.addr = play->setup->is_ipv6_client ? ip_addr_v6(ipv6) : ip_addr_v4(ipv4),
				     .port = 5353};
	if (play->step->has_address)
		client.addr = play->step->address;
	return client;
}

static int step_query(struct play *play)
{
	static uint8_t query[TEMPLATE_MAX], answer[TEMPLATE_MAX];
	const struct step *step = play->step;
	play->client_count++;
	void *owner = &play->owners[play->client_count % CLIENTS_MAX];
	uint16_t id = (uint16_t)(0x1000 + play->client_count);
	struct resolver_request request = {
		.message = span_of(query, template_query(step->entry, id, query)),
		.transport = step->is_tcp ? TRANSPORT_TCP : TRANSPORT_UDP,
		.client = client_of(play),
		.owner = owner,
	};
	struct writer out = writer_of(answer, step->is_tcp ? TEMPLATE_MAX : play->setup->policy.udp_size);
	struct query_event event = {.ede = -1};
	play->has_answer = false;
	play->transport = step->is_tcp ? QUESTION_TCP : QUESTION_UDP;
	play->asked_us = play->now_us;
	play->answered_us = play->now_us;
	play->first_asked = play->network.asked_count;
	text_clear(&play->notes);
	enum resolver_taken taken = resolver_query(play->resolver, now_of(play), &request, &out, &event);
	if (taken == RESOLVER_ANSWERED)
		answer_take(play, owner, writer_span(&out), &event);
	int err = run(play, play->now_us + ANSWER_MOST_US, taken == RESOLVER_WAITING, true);
	if (taken == RESOLVER_WAITING)
		return err != ERR_OK ? err : drain(play);
	return err;
}

static void message_add(struct text *out, struct span octets)
{
	struct message message;
	if (message_read(octets, &message) == ERR_OK)
		message_to_text(&message, out);
}

static int step_check_answer(struct play *play)
{
	struct text what = {0};
	struct span answer = span_of(play->answer, play->answer_size);
	if (!play->has_answer)
		return fail(play, "there is no answer");
	if (template_matches(play->step->entry, answer, play->transport, &what)) {
		text_free(&what);
		return ERR_OK;
	}
	text_add(&what, " is not as expected\n--- expected\n");
	template_to_text(play->step->entry, &what);
	text_add(&what, "--- got\n");
	message_add(&what, answer);
	int err = fail(play, text_string(&what));
	text_free(&what);
	return err;
}

static bool was_asked(const struct play *play)
{
	for (size_t i = play->first_asked; i < play->network.asked_count; i++) {
		const struct asked *asked = &play->network.asked[i];
		bool is_mine = !play->step->has_address || ip_addr_equal(&play->step->address, &asked->server.addr);
		if (is_mine &&
		    template_matches(play->step->entry, span_of(asked->sent, asked->sent_size), asked->transport, NULL))
			return true;
	}
	return false;
}

static size_t asks_count(const struct play *play, bool is_background)
{
	size_t count = 0;
	for (size_t i = play->first_asked; i < play->network.asked_count; i++)
		count += play->network.asked[i].is_background == is_background;
	return count;
}

static int step_check_bound(struct play *play, uint64_t value, const char *what)
{
	uint64_t bound = play->step->amount;
	char text[128];
	if ((play->step->bound == BOUND_MOST && value <= bound) ||
	    (play->step->bound == BOUND_LEAST && value >= bound) ||
	    (play->step->bound == BOUND_EXACTLY && value == bound))
		return ERR_OK;
	snprintf(text, sizeof(text), "%llu %s", (unsigned long long)value, what);
	return fail(play, text);
}

static bool was_noted(const struct play *play)
{
	size_t size = strlen(play->step->word);
	const char *phrase = play->step->phrase == NULL ? "" : play->step->phrase;
	for (const char *line = text_string(&play->notes), *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		if (strncmp(line, play->step->word, size) == 0 && line[size] == ':' &&
		    memmem(line, (size_t)(end - line), phrase, strlen(phrase)) != NULL)
			return true;
	}
	return false;
}

static int step_check_text(struct play *play)
{
	if (play->has_answer &&
	    memmem(play->answer, play->answer_size, play->step->phrase, strlen(play->step->phrase)) != NULL)
		return ERR_OK;
	return fail(play, "the answer does not say so");
}

static int step_check_line(struct play *play)
{
	if (play->has_answer && strstr(text_string(&play->line), play->step->phrase) != NULL)
		return ERR_OK;
	return fail(play, text_string(&play->line));
}

static int step_time_passes(struct play *play)
{
	uint64_t until_us = play->now_us + play->step->amount * 1000;
	int err = run(play, until_us, false, true);
	play->now_us = until_us;
	return err;
}

static int step_reply(struct play *play)
{
	/* Most were taken when the question was asked. */
	if (play->step->entry->uses == 0 && network_inject(&play->network, play->step, play->now_us))
		return run(play, play->now_us + ANSWER_MOST_US, !play->has_answer, true);
	return ERR_OK;
}

static int step_play(struct play *play)
{
	switch (play->step->kind) {
	case STEP_NOTHING:
		return drain(play);
	case STEP_QUERY:
		return step_query(play);
	case STEP_CHECK_ANSWER:
		return step_check_answer(play);
	case STEP_CHECK_OUT_QUERY:
		/* testbound looks at what is outstanding at this very moment of its own order of packets; Deckard,
		 * where packets come in any order, takes the step for a remark. The stricter check is CHECK_ASKED. */
		return ERR_OK;
	case STEP_TIME_PASSES:
		return step_time_passes(play);
	case STEP_REPLY:
		return step_reply(play);
	case STEP_TIMEOUT:
		return run(play, play->now_us + DRAIN_MOST_US, !play->has_answer, true);
	case STEP_CHECK_ASKS:
		return step_check_bound(play, asks_count(play, false), "questions were asked upstream");
	case STEP_CHECK_BACKGROUND:
		return step_check_bound(play, asks_count(play, true), "questions were asked in the background");
	case STEP_CHECK_ELAPSED:
		return step_check_bound(play, (play->answered_us - play->asked_us) / 1000, "ms passed");
	case STEP_CHECK_ASKED:
		return was_asked(play) ? ERR_OK : fail(play, "no such question was asked upstream");
	case STEP_CHECK_NOT_ASKED:
		return was_asked(play) ? fail(play, "such a question was asked upstream") : ERR_OK;
	case STEP_CHECK_NOTE:
		return was_noted(play) ? ERR_OK : fail(play, "no such note was made");
	case STEP_CHECK_TEXT:
		return step_check_text(play);
	case STEP_CHECK_LINE:
		return step_check_line(play);
	case STEP_CHECK_NO_NOTE:
		return was_noted(play) ? fail(play, "such a note was made") : ERR_OK;
	case STEP_CHECK_NO_ANSWER:
		return play->has_answer ? fail(play, "there is an answer") : ERR_OK;
	}
	return ERR_OK;
}

/* --- The whole --- */

static int mandatory_check(struct play *play)
{
	for (const struct range *range = play->scenario->ranges; range != NULL; range = range->next) {
		for (const struct entry *entry = range->entries; entry != NULL; entry = entry->next) {
			if (entry->is_mandatory && entry->uses == 0) {
				text_addf(play->why, "line %u: the mandatory entry was not used\n", entry->line);
				return ERR_MISMATCH;
			}
		}
	}
	return ERR_OK;
}

static int play_all(struct play *play)
{
	int err = ERR_OK;
	for (play->step = play->scenario->steps; play->step != NULL && err == ERR_OK; play->step = play->step->next) {
		if (play->trace != NULL)
			text_addf(play->trace, ";; ===== step %u, line %u\n", play->step->number, play->step->line);
		err = step_play(play);
	}
	if (play->network.unmatched.size > 0) {
		text_addf(play->why, "questions that no entry answers:\n%s", text_string(&play->network.unmatched));
		err = ERR_MISMATCH;
	}
	return err == ERR_OK ? mandatory_check(play) : err;
}

/* As if probes had been made already. */
static struct fallbacks *fallbacks_make(const struct setup *setup)
{
	struct fallbacks *fallbacks = fallbacks_new();
	struct ip_endpoint servers[SETUP_SERVERS_MAX];
	for (size_t i = 0; i < setup->policy.fallback_count; i++)
		servers[i] = setup->fallback[i].endpoint;
	fallbacks_set(fallbacks, servers, setup->policy.fallback_count, true);
	for (size_t i = 0; i < setup->policy.fallback_count; i++)
		(void)fallbacks_judge(fallbacks, &servers[i],
		                      setup->is_single[i] ? FALLBACK_IPV6_ALONE : FALLBACK_DUAL, START_US);
	return fallbacks;
}

static void play_end(struct play *play)
{
	resolver_free(play->resolver);
	text_free(&play->notes);
	text_free(&play->line);
	reach_free(play->parts.reach);
	fallbacks_free(play->parts.fallbacks);
	address_book_free(play->parts.book);
	cache_free(play->parts.cache);
	network_end(&play->network);
	setup_free(play->setup);
	free(play);
}

int play_scenario(struct scenario *scenario, struct play_changes changes, struct text *why, struct text *trace)
{
	struct play *play = calloc(1, sizeof(*play));
	char setup_why[SCENARIO_WHY_MAX];
	if (play == NULL)
		abort();
	*play = (struct play){.scenario = scenario, .now_us = START_US, .why = why, .trace = trace};
	int err = setup_make(scenario, &play->setup, setup_why);
	if (err != ERR_OK) {
		text_add(why, setup_why);
		free(play);
		return err;
	}
	if (changes.seed != 0)
		store_u32(play->setup->seed, changes.seed);
	if (changes.latency_ms != 0)
		play->setup->latency_ms = changes.latency_ms;
	network_start(&play->network, scenario, play->setup, trace);
	play->parts = (struct resolver_parts){
		.policy = &play->setup->policy,
		.cache = cache_new(CACHE_OCTETS),
		.book = address_book_new(BOOK_SIZE),
		.reach = reach_new(),
		.fallbacks = fallbacks_make(play->setup),
	};
	play->resolver = resolver_new(&play->parts, play->setup->seed);
	if (play->parts.cache == NULL || play->parts.book == NULL || play->parts.reach == NULL ||
	    play->resolver == NULL)
		abort();
	err = play_all(play);
	play_end(play);
	return err;
}
