/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/attempts.h"

#include <stdlib.h>

struct attempts {
	size_t count, most;
	struct attempt list[];
};

static const struct attempt attempt_unknown = {.state = ATTEMPT_UNKNOWN};

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
	if (attempts != NULL)
		attempts->most = most;
	return attempts;
}

void attempts_free(struct attempts *attempts)
{
	free(attempts);
}

const struct attempt *attempts_connect(struct attempts *attempts, const struct ip_endpoint *endpoint)
{
	for (size_t i = 0; i < attempts->count; i++) {
		const struct ip_endpoint *known = &attempts->list[i].endpoint;
		if (known->port == endpoint->port && ip_addr_equal(&known->addr, &endpoint->addr))
			return &attempts->list[i];
	}
	if (attempts->count == attempts->most)
		return &attempt_unknown;
	attempts->list[attempts->count] = (struct attempt){.endpoint = *endpoint};
	return &attempts->list[attempts->count++];
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
