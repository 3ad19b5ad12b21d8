/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/board.h"

#include "base/clock.h"
#include "dns/rrtype.h"

#include <pthread.h>
#include <stdlib.h>

struct row {
	struct probe probe; /* its name is below */
	uint8_t name[NAME_MAX];
	enum probe_state state;
	uint64_t since_us;
	char reason[EVENT_REASON_MAX];
};

struct tally {
	uint64_t begun_us, ended_us;
	size_t probes, states[PROBE_STATE_COUNT];
	size_t family_probes[FAMILY_COUNT], family_failing[FAMILY_COUNT];
	bool is_cut;
	size_t row_count;
	struct row rows[BOARD_FAILING_MAX];
};

struct board {
	const char *label;
	struct log *log;
	pthread_mutex_t lock;
	struct tally *last, *current; /* under the lock: last, sights, rounds */
	enum board_sight sights[FAMILY_COUNT];
	uint64_t rounds;
	unsigned lines;
};

/* --- A round --- */

static struct row *row_find(struct tally *tally, const struct probe *probe)
{
	for (size_t i = 0; i < tally->row_count; i++) {
		if (probe_equal(&tally->rows[i].probe, probe))
			return &tally->rows[i];
	}
	return NULL;
}

bool board_was(const struct board *board, const struct probe *probe, enum probe_state state)
{
	const struct row *row = row_find(board->last, probe);
	return row != NULL && row->state == state;
}

void board_begin(struct board *board, uint64_t wall_us)
{
	struct tally *tally = board->current;
	tally->begun_us = wall_us;
	tally->probes = tally->row_count = 0;
	memset(tally->states, 0, sizeof(tally->states));
	memset(tally->family_probes, 0, sizeof(tally->family_probes));
	memset(tally->family_failing, 0, sizeof(tally->family_failing));
	board->lines = 0;
}

static void row_add(struct board *board, const struct probe *probe, const struct probe_result *result, uint64_t wall_us)
{
	struct tally *tally = board->current;
	const struct row *before = row_find(board->last, probe);
	if (tally->row_count == BOARD_FAILING_MAX)
		return;
	struct row *row = &tally->rows[tally->row_count++];
	*row = (struct row){
		.probe = *probe, .state = result->state, .since_us = before != NULL ? before->since_us : wall_us};
	memcpy(row->name, probe->name.wire, probe->name.size);
	row->probe.name = name_of(row->name);
	memcpy(row->reason, result->reason, sizeof(row->reason));
}

void board_tell(struct board *board, const struct probe *probe, const struct probe_result *result, uint64_t wall_us)
{
	struct tally *tally = board->current;
	enum family family = probe->endpoint.addr.family;
	tally->probes++;
	tally->states[result->state]++;
	tally->family_probes[family] += result->state != PROBE_STATE_UNTESTED;
	if (!probe_is_failing(result))
		return;
	tally->family_failing[family]++;
	row_add(board, probe, result, wall_us);
}

/* --- The log --- */

static void line_write(struct board *board, const struct row *row, enum log_level level, const char *what,
		       const char *reason)
{
	struct text text = {0};
	char name[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX], target[IP_ENDPOINT_TEXT_MAX];
	if (board->lines++ >= BOARD_LINES_MAX)
		return;
	name_to_display(row->probe.name, name);
	rrtype_to_text(row->probe.type, type);
	ip_endpoint_to_text(&row->probe.endpoint, target);
	probe_to_text(&row->probe, &text);
	const struct log_field fields[] = {{.key = "set", .text = board->label},
					   {.key = "name", .text = name},
					   {.key = "type", .text = type},
					   {.key = "target", .text = target},
					   {.key = "family", .text = family_text(row->probe.endpoint.addr.family)},
					   {.key = "state", .text = probe_state_text(row->state)}};
	log_line(board->log, level, "probe", fields, sizeof(fields) / sizeof(fields[0]), "The probe %s %s%s%s.",
		 text_string(&text), what, reason[0] != '\0' ? ": " : "", reason);
	text_free(&text);
}

static void changes_log(struct board *board, const enum board_sight sights[FAMILY_COUNT])
{
	for (size_t i = 0; i < board->current->row_count; i++) {
		const struct row *row = &board->current->rows[i];
		const struct row *before = row_find(board->last, &row->probe);
		if (before == NULL || before->state != row->state)
			line_write(board, row, LOG_LEVEL_WARNING, "fails", row->reason);
	}
	for (size_t i = 0; i < board->last->row_count; i++) {
		const struct row *row = &board->last->rows[i];
		bool is_over =
			row_find(board->current, &row->probe) == NULL && board->current->row_count < BOARD_FAILING_MAX;
		/* Of a family that is not seen any more nobody knows. */
		if (is_over && sights[row->probe.endpoint.addr.family] != BOARD_UNSEEN)
			line_write(board, row, LOG_LEVEL_NOTICE, "no longer fails", "");
	}
	if (board->lines > BOARD_LINES_MAX)
		log_plain(board->log, LOG_LEVEL_WARNING, "probe",
			  "%u more probes of %s changed: sextant status has them", board->lines - BOARD_LINES_MAX,
			  board->label);
}

/* V01: told once, whichever way it changes. */
static void sights_log(struct board *board, const enum board_sight sights[FAMILY_COUNT])
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (sights[family] == BOARD_UNSEEN && board->sights[family] != BOARD_UNSEEN)
			log_plain(board->log, LOG_LEVEL_WARNING, "probe",
				  "This host sees nobody over %s: probes of %s over it are not tested.",
				  family_title(family), board->label);
		if (sights[family] == BOARD_SEEN && board->sights[family] == BOARD_UNSEEN)
			log_plain(board->log, LOG_LEVEL_NOTICE, "probe", "This host sees others over %s again.",
				  family_title(family));
	}
}

void board_end(struct board *board, const enum board_sight sights[FAMILY_COUNT], bool is_cut, uint64_t wall_us)
{
	board->current->ended_us = wall_us;
	board->current->is_cut = is_cut;
	changes_log(board, sights);
	sights_log(board, sights);
	pthread_mutex_lock(&board->lock);
	struct tally *done = board->current;
	board->current = board->last;
	board->last = done;
	board->rounds++;
	memcpy(board->sights, sights, sizeof(board->sights));
	pthread_mutex_unlock(&board->lock);
}

/* --- What others see --- */

static json_t *row_json(const struct row *row)
{
	char name[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX], target[IP_ENDPOINT_TEXT_MAX], since[CLOCK_TEXT_MAX];
	struct text text = {0};
	name_to_display(row->probe.name, name);
	rrtype_to_text(row->probe.type, type);
	if (row->probe.target == PROBE_ZONE || row->probe.target == PROBE_NAME)
		strcpy(target, "");
	else
		ip_endpoint_to_text(&row->probe.endpoint, target);
	clock_text(row->since_us, since);
	probe_to_text(&row->probe, &text);
	json_t *json =
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s}", "probe", text_string(&text), "name", name,
			  "type", type, "target", target, "family", family_text(row->probe.endpoint.addr.family),
			  "transport", question_transport_text(row->probe.transport), "cd", row->probe.is_cd, "state",
			  probe_state_text(row->state), "since", since);
	json_object_set_new(json, "reason", json_stringn_nocheck("", 0));
	json_t *reason = json_string(row->reason); /* NULL: no UTF-8, which no reason of ours is without */
	if (reason != NULL)
		json_object_set_new(json, "reason", reason);
	text_free(&text);
	return json;
}

static json_t *families_json(const struct board *board)
{
	static const char *const words[] = {
		[BOARD_UNTRIED] = "untried", [BOARD_SEEN] = "seen", [BOARD_UNSEEN] = "not-tested"};
	json_t *families = json_object();
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		json_object_set_new(families, family_text(family),
				    json_pack("{s:s, s:I, s:I}", "sight", words[board->sights[family]], "probes",
					      (json_int_t)board->last->family_probes[family], "failing",
					      (json_int_t)board->last->family_failing[family]));
	return families;
}

static json_t *last_json(const struct board *board)
{
	const struct tally *tally = board->last;
	char begun[CLOCK_TEXT_MAX];
	json_t *states = json_object(), *rows = json_array();
	clock_text(tally->begun_us, begun);
	for (int state = 0; state < PROBE_STATE_COUNT; state++)
		json_object_set_new(states, probe_state_text((enum probe_state)state),
				    json_integer((json_int_t)tally->states[state]));
	for (size_t i = 0; i < tally->row_count; i++)
		json_array_append_new(rows, row_json(&tally->rows[i]));
	size_t failing = tally->family_failing[FAMILY_IPV6] + tally->family_failing[FAMILY_IPV4];
	return json_pack("{s:s, s:I, s:I, s:I, s:b, s:o, s:o}", "begun", begun, "ms",
			 (json_int_t)((tally->ended_us - tally->begun_us) / 1000), "probes", (json_int_t)tally->probes,
			 "failing", (json_int_t)failing, "is_cut", tally->is_cut, "states", states, "rows", rows);
}

json_t *board_state(struct board *board)
{
	pthread_mutex_lock(&board->lock);
	json_t *state = json_pack("{s:s, s:I, s:o}", "set", board->label, "rounds", (json_int_t)board->rounds,
				  "families", families_json(board));
	if (board->rounds > 0)
		json_object_set_new(state, "last", last_json(board));
	pthread_mutex_unlock(&board->lock);
	return state;
}

struct board *board_new(const char *label, struct log *log)
{
	struct board *board = calloc(1, sizeof(*board));
	if (board == NULL)
		return NULL;
	board->label = label;
	board->log = log;
	board->last = calloc(1, sizeof(*board->last));
	board->current = calloc(1, sizeof(*board->current));
	pthread_mutex_init(&board->lock, NULL);
	if (board->last != NULL && board->current != NULL)
		return board;
	board_free(board);
	return NULL;
}

void board_free(struct board *board)
{
	if (board == NULL)
		return;
	pthread_mutex_destroy(&board->lock);
	free(board->last);
	free(board->current);
	free(board);
}
