/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/attempts.h"

#include <stdlib.h>

#define ARENA_CHUNK 16384

struct attempts {
	struct arena *arena; /* of names */
	size_t count, most;
	struct attempt list[];
};

static const struct attempt attempt_unknown = {.state = ATTEMPT_UNKNOWN};

const char *attempt_kind_text(enum attempt_kind kind)
{
	static const char *const texts[ATTEMPT_KIND_COUNT] = {
		[ATTEMPT_CONNECT] = "connect", [ATTEMPT_STREAM] = "stream"};
	return texts[kind];
}

const char *attempt_state_text(enum attempt_state state)
{
	static const char *const texts[ATTEMPT_STATE_COUNT] = {
		[ATTEMPT_WANTED] = "not tried", [ATTEMPT_GOOD] = "ok",           [ATTEMPT_REFUSED] = "refused",
		[ATTEMPT_SILENT] = "no answer", [ATTEMPT_NO_ROUTE] = "no route", [ATTEMPT_UNKNOWN] = "not tried",
	};
	return texts[state];
}

struct attempts *attempts_new(size_t most)
{
	struct attempts *attempts = calloc(1, sizeof(*attempts) + most * sizeof(attempts->list[0]));
	if (attempts == NULL)
		return NULL;
	attempts->most = most;
	attempts->arena = arena_new(ARENA_CHUNK);
	if (attempts->arena != NULL)
		return attempts;
	free(attempts);
	return NULL;
}

void attempts_free(struct attempts *attempts)
{
	if (attempts == NULL)
		return;
	arena_free(attempts->arena);
	free(attempts);
}

static bool is_same(const struct attempt *a, const struct attempt *b)
{
	return a->kind == b->kind && a->type == b->type && a->endpoint.port == b->endpoint.port &&
	       ip_addr_equal(&a->endpoint.addr, &b->endpoint.addr) &&
	       (a->kind == ATTEMPT_CONNECT || name_equal(a->name, b->name));
}

static const struct attempt *attempts_get(struct attempts *attempts, const struct attempt *wanted)
{
	for (size_t i = 0; i < attempts->count; i++) {
		if (is_same(&attempts->list[i], wanted))
			return &attempts->list[i];
	}
	if (attempts->count == attempts->most)
		return &attempt_unknown;
	struct attempt *attempt = &attempts->list[attempts->count];
	*attempt = *wanted;
	if (wanted->kind == ATTEMPT_STREAM) {
		attempt->name.wire = arena_copy(attempts->arena, wanted->name.wire, wanted->name.size, 1);
		if (attempt->name.wire == NULL)
			return &attempt_unknown;
	}
	attempts->count++;
	return attempt;
}

const struct attempt *attempts_connect(struct attempts *attempts, const struct ip_endpoint *endpoint)
{
	const struct attempt wanted = {.kind = ATTEMPT_CONNECT, .endpoint = *endpoint};
	return attempts_get(attempts, &wanted);
}

const struct attempt *attempts_stream(struct attempts *attempts, const struct ip_endpoint *endpoint, struct name name,
				      uint16_t type)
{
	const struct attempt wanted = {.kind = ATTEMPT_STREAM, .endpoint = *endpoint, .name = name, .type = type};
	return attempts_get(attempts, &wanted);
}

size_t attempts_count(const struct attempts *attempts)
{
	return attempts->count;
}

struct attempt *attempts_at(struct attempts *attempts, size_t index)
{
	return &attempts->list[index];
}

size_t attempts_wanted(const struct attempts *attempts)
{
	size_t count = 0;
	for (size_t i = 0; i < attempts->count; i++)
		count += attempts->list[i].state == ATTEMPT_WANTED;
	return count;
}
