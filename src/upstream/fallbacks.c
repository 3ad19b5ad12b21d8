/* SPDX-License-Identifier: BSD-2-Clause */
#include "upstream/fallbacks.h"

#include <pthread.h>
#include <stdlib.h>

#define SECOND_US 1000000ull

struct fallback {
	struct ip_endpoint server;
	enum fallback_ability ability;
	uint64_t probed_us, due_us; /* due_us UINT64_MAX: never */
	uint64_t wait_us;           /* to the next probe after one that was not well */
};

struct fallbacks {
	pthread_mutex_t lock;
	struct fallback all[FALLBACKS_MAX];
	size_t count;
};

const char *fallback_ability_text(enum fallback_ability ability)
{
	static const char *const texts[FALLBACK_ABILITY_COUNT] = {
		[FALLBACK_NOT_PROBED] = "not probed",   [FALLBACK_DUAL] = "dual-stack",
		[FALLBACK_IPV6_ALONE] = "IPv6 only",    [FALLBACK_IPV4_ALONE] = "IPv4 only",
		[FALLBACK_NEITHER] = "neither family",  [FALLBACK_UNREACHABLE] = "not reachable",
	};
	return texts[ability];
}

enum fallback_ability fallback_ability_of(const enum fallback_reply replies[FAMILY_COUNT])
{
	static const enum fallback_ability table[FALLBACK_REPLY_COUNT][FALLBACK_REPLY_COUNT] = {/* [IPv6][IPv4] */
		[FALLBACK_SILENT] = {FALLBACK_UNREACHABLE, FALLBACK_NEITHER, FALLBACK_IPV4_ALONE},
		[FALLBACK_FAILED] = {FALLBACK_NEITHER, FALLBACK_NEITHER, FALLBACK_IPV4_ALONE},
		[FALLBACK_ANSWERED] = {FALLBACK_IPV6_ALONE, FALLBACK_IPV6_ALONE, FALLBACK_DUAL},
	};
	return table[replies[FAMILY_IPV6]][replies[FAMILY_IPV4]];
}

struct fallbacks *fallbacks_new(void)
{
	struct fallbacks *fallbacks = calloc(1, sizeof(*fallbacks));
	if (fallbacks != NULL)
		pthread_mutex_init(&fallbacks->lock, NULL);
	return fallbacks;
}

void fallbacks_free(struct fallbacks *fallbacks)
{
	if (fallbacks == NULL)
		return;
	pthread_mutex_destroy(&fallbacks->lock);
	free(fallbacks);
}

static struct fallback *find(struct fallback *all, size_t count, const struct ip_endpoint *server)
{
	for (size_t i = 0; i < count; i++) {
		if (all[i].server.port == server->port && ip_addr_equal(&all[i].server.addr, &server->addr))
			return &all[i];
	}
	return NULL;
}

void fallbacks_set(struct fallbacks *fallbacks, const struct ip_endpoint *servers, size_t count, bool is_probed)
{
	struct fallback fresh[FALLBACKS_MAX];
	count = count < FALLBACKS_MAX ? count : FALLBACKS_MAX;
	pthread_mutex_lock(&fallbacks->lock);
	for (size_t i = 0; i < count; i++) {
		const struct fallback *known = find(fallbacks->all, fallbacks->count, &servers[i]);
		fresh[i] = known != NULL && is_probed ? *known : (struct fallback){.server = servers[i]};
		fresh[i].due_us = is_probed ? 0 : UINT64_MAX;
		fresh[i].wait_us = FALLBACK_PROBE_FIRST_S * SECOND_US;
	}
	for (size_t i = 0; i < count; i++)
		fallbacks->all[i] = fresh[i];
	fallbacks->count = count;
	pthread_mutex_unlock(&fallbacks->lock);
}

/* RFC 10001 5: to dual-stack resolvers only; one of the other family alone would send the question back. */
static bool is_used(const struct fallback *fallback)
{
	return fallback->ability == FALLBACK_NOT_PROBED || fallback->ability == FALLBACK_DUAL;
}

bool fallbacks_may_ask(struct fallbacks *fallbacks, const struct ip_endpoint *server)
{
	pthread_mutex_lock(&fallbacks->lock);
	const struct fallback *fallback = find(fallbacks->all, fallbacks->count, server);
	bool may_ask = fallback == NULL || is_used(fallback);
	pthread_mutex_unlock(&fallbacks->lock);
	return may_ask;
}

void fallbacks_trouble(struct fallbacks *fallbacks, const struct ip_endpoint *server, uint64_t now_us)
{
	pthread_mutex_lock(&fallbacks->lock);
	struct fallback *fallback = find(fallbacks->all, fallbacks->count, server);
	/* A name that nobody can resolve must not make us probe at each question. */
	if (fallback != NULL && fallback->probed_us != 0 && fallback->due_us != UINT64_MAX) {
		uint64_t soonest_us = fallback->probed_us + FALLBACK_PROBE_FIRST_S * SECOND_US;
		uint64_t due_us = soonest_us > now_us ? soonest_us : now_us;
		fallback->due_us = due_us < fallback->due_us ? due_us : fallback->due_us;
	}
	pthread_mutex_unlock(&fallbacks->lock);
}

bool fallbacks_due(struct fallbacks *fallbacks, uint64_t now_us, struct ip_endpoint *ret)
{
	bool is_any = false;
	pthread_mutex_lock(&fallbacks->lock);
	for (size_t i = 0; !is_any && i < fallbacks->count; i++) {
		is_any = fallbacks->all[i].due_us <= now_us;
		if (is_any)
			*ret = fallbacks->all[i].server;
	}
	pthread_mutex_unlock(&fallbacks->lock);
	return is_any;
}

static void next_set(struct fallback *fallback, uint64_t now_us)
{
	const uint64_t most_us = FALLBACK_PROBE_S * SECOND_US;
	if (fallback->ability == FALLBACK_DUAL) {
		fallback->wait_us = FALLBACK_PROBE_FIRST_S * SECOND_US;
		fallback->due_us = now_us + most_us;
		return;
	}
	fallback->due_us = now_us + fallback->wait_us;
	fallback->wait_us = fallback->wait_us < most_us / 2 ? 2 * fallback->wait_us : most_us;
}

bool fallbacks_judge(struct fallbacks *fallbacks, const struct ip_endpoint *server, enum fallback_ability ability,
                     uint64_t now_us)
{
	bool is_news = false;
	pthread_mutex_lock(&fallbacks->lock);
	struct fallback *fallback = find(fallbacks->all, fallbacks->count, server);
	if (fallback != NULL && fallback->due_us != UINT64_MAX) { /* else a reload took it away meanwhile */
		is_news = fallback->ability != ability;
		fallback->ability = ability;
		fallback->probed_us = now_us;
		next_set(fallback, now_us);
	}
	pthread_mutex_unlock(&fallbacks->lock);
	return is_news;
}

size_t fallbacks_all(struct fallbacks *fallbacks, struct fallback_view ret[FALLBACKS_MAX])
{
	pthread_mutex_lock(&fallbacks->lock);
	size_t count = fallbacks->count;
	for (size_t i = 0; i < count; i++) {
		const struct fallback *fallback = &fallbacks->all[i];
		ret[i] = (struct fallback_view){.server = fallback->server,
		                                .ability = fallback->ability,
		                                .is_used = is_used(fallback),
		                                .probed_us = fallback->probed_us};
	}
	pthread_mutex_unlock(&fallbacks->lock);
	return count;
}
