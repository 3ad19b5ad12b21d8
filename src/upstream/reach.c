/* SPDX-License-Identifier: BSD-2-Clause */
#include "upstream/reach.h"

#include <pthread.h>
#include <stdlib.h>

#define SECOND_US 1000000ull
#define SILENT_ROW_US (120 * SECOND_US) /* silences further apart are no row */
#define ROUTE_GONE_US (5 * SECOND_US)   /* no route to one address says little while others still answer */
#define HALF_LIFE_US (60 * SECOND_US)   /* of everything that is counted */

/* a translator short of ports drops some questions to servers that answer others. */
#define WATCHED 16             /* servers looked at, the latest */
#define PORTS_SERVERS 4        /* of them have answered and been silent */
#define PORTS_SILENCES 16      /* at least so many questions were dropped ... */
#define PORTS_SHARE 4          /* ... and every fourth */
#define SIZES_LOST 3           /* large answers lost, one server may be to blame for one */

struct watched { /* port-starved or not: one server's last ups and downs */
	struct ip_addr server;
	bool is_used, has_answered, is_lossy; /* lossy: silent after it had answered, and then answered again */
	bool is_silent;
};

/*
 * The words of the first group are read and written as atomics; the rest belongs to who holds the lock. A reply on a
 * path that works, with no silence noted, which is nearly every reply, only counts and takes no lock.
 */
struct path {
	uint32_t replies, silences;
	uint64_t reply_us; /* the last one */
	bool is_down, is_unroutable, is_clean; /* clean: up, and no silence noted since the last reply */
	int cause;
	uint64_t since_us, probe_at_us;
	bool has_news;

	struct ip_prefix silent[REACH_PREFIXES]; /* distinct ones, no reply since the first */
	unsigned silent_count;
	uint64_t silent_us; /* the first of them */
	uint64_t probe_wait_us, halved_us;
	uint32_t sizes_lost;
	struct watched watched[WATCHED];
	unsigned watched_next;
};

struct reach {
	pthread_mutex_t lock;
	struct reach_host host;
	bool has_host;
	struct path paths[REACH_PATH_COUNT];
};

const char *reach_path_text(enum reach_path path)
{
	static const char *const texts[REACH_PATH_COUNT] = {"IPv6", "IPv4", "NAT64"};
	return texts[path];
}

const char *reach_cause_text(enum reach_cause cause)
{
	static const char *const texts[REACH_CAUSE_COUNT] = {
		[REACH_CAUSE_NONE] = "the cause is not known",
		[REACH_CAUSE_NO_ADDRESS] = "the host has no global address of the family",
		[REACH_CAUSE_ULA_ONLY] =
			"the host has only unique local addresses (fc00::/7), nobody outside can answer them",
		[REACH_CAUSE_NO_ROUTE] = "the host has no route",
		[REACH_CAUSE_NOT_ROUTED] = "packets leave and nothing comes back: the address is not routed",
		[REACH_CAUSE_PRIVATE] = "the source address is private (RFC 1918, RFC 6598) and nothing translates it",
		[REACH_CAUSE_PORTS] =
			"the translator answers some questions and drops others: too few ports or short sessions",
		[REACH_CAUSE_SIZE] = "small answers come, large ones do not",
	};
	return texts[cause];
}

struct reach *reach_new(void)
{
	struct reach *reach = calloc(1, sizeof(*reach));
	if (reach == NULL)
		return NULL;
	pthread_mutex_init(&reach->lock, NULL);
	for (unsigned i = 0; i < REACH_PATH_COUNT; i++)
		reach->paths[i].is_clean = true;
	return reach;
}

void reach_free(struct reach *reach)
{
	if (reach == NULL)
		return;
	pthread_mutex_destroy(&reach->lock);
	free(reach);
}

/* --- Words read without the lock --- */

#define READ(word) __atomic_load_n(&(word), __ATOMIC_RELAXED)
#define WRITE(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELAXED)
#define COUNT(word) __atomic_fetch_add(&(word), 1, __ATOMIC_RELAXED)

/* --- The host --- */

static bool has_route(const struct reach_host *host, enum reach_path path)
{
	return path == REACH_IPV4 ? host->has_ipv4_route : host->has_ipv6_route;
}

void reach_set_host(struct reach *reach, const struct reach_host *host)
{
	pthread_mutex_lock(&reach->lock);
	for (unsigned i = 0; i < REACH_PATH_COUNT; i++) {
		struct path *path = &reach->paths[i];
		bool is_news = reach->has_host && !has_route(&reach->host, i) && has_route(host, i);
		/* A route has come: what is down may be asked at once, and is no longer known to be hopeless. */
		if (is_news && READ(path->is_down)) {
			WRITE(path->is_unroutable, false);
			WRITE(path->probe_at_us, 0);
			path->probe_wait_us = REACH_PROBE_S * SECOND_US;
		}
	}
	reach->host = *host;
	reach->has_host = true;
	pthread_mutex_unlock(&reach->lock);
}

/* --- Causes --- */

static bool is_translated(const struct reach *reach, enum reach_path path)
{
	return path == REACH_NAT64 ||
	       (path == REACH_IPV4 && reach->has_host && !reach->host.has_global_ipv4 && reach->host.has_private_ipv4);
}

static bool lacks_ports(const struct reach *reach, enum reach_path at)
{
	const struct path *path = &reach->paths[at];
	uint32_t replies = READ(path->replies), silences = READ(path->silences);
	if (!is_translated(reach, at) || silences < PORTS_SILENCES || silences < (replies + silences) / PORTS_SHARE)
		return false;
	unsigned lossy = 0;
	for (unsigned i = 0; i < WATCHED; i++)
		lossy += path->watched[i].is_lossy;
	return lossy >= PORTS_SERVERS;
}

/* Why nothing comes back although packets leave. */
static enum reach_cause cause_of_silence(const struct reach *reach, enum reach_path path)
{
	const struct reach_host *host = &reach->host;
	if (!reach->has_host)
		return REACH_CAUSE_NOT_ROUTED;
	if (path == REACH_IPV4) {
		if (host->has_global_ipv4)
			return REACH_CAUSE_NOT_ROUTED;
		return host->has_private_ipv4 ? REACH_CAUSE_PRIVATE : REACH_CAUSE_NO_ADDRESS;
	}
	if (host->has_global_ipv6)
		return REACH_CAUSE_NOT_ROUTED;
	return host->has_ula ? REACH_CAUSE_ULA_ONLY : REACH_CAUSE_NO_ADDRESS;
}

/* Why the kernel does not even send. */
static enum reach_cause cause_of_no_route(const struct reach *reach, enum reach_path path)
{
	const struct reach_host *host = &reach->host;
	bool has_address = path == REACH_IPV4 ? host->has_global_ipv4 || host->has_private_ipv4
	                                      : host->has_global_ipv6 || host->has_ula;
	return reach->has_host && !has_address ? REACH_CAUSE_NO_ADDRESS : REACH_CAUSE_NO_ROUTE;
}

/* A path that works, but badly, has a cause too. */
static void degradation_judge(struct reach *reach, enum reach_path at)
{
	struct path *path = &reach->paths[at];
	if (READ(path->is_down))
		return;
	enum reach_cause cause = REACH_CAUSE_NONE;
	if (lacks_ports(reach, at))
		cause = REACH_CAUSE_PORTS;
	else if (path->sizes_lost >= SIZES_LOST)
		cause = REACH_CAUSE_SIZE;
	if (cause != REACH_CAUSE_NONE && (int)cause != READ(path->cause))
		WRITE(path->has_news, true);
	WRITE(path->cause, (int)cause);
}

/* --- Counting --- */

static void decay(struct reach *reach, enum reach_path at, uint64_t now_us)
{
	struct path *path = &reach->paths[at];
	if (path->halved_us == 0)
		path->halved_us = now_us;
	unsigned halvings = 0;
	for (; now_us >= path->halved_us + HALF_LIFE_US && halvings < 32; halvings++)
		path->halved_us += HALF_LIFE_US;
	if (halvings == 0)
		return;
	if (halvings == 32)
		path->halved_us = now_us;
	WRITE(path->replies, (uint32_t)((uint64_t)READ(path->replies) >> halvings));
	WRITE(path->silences, (uint32_t)((uint64_t)READ(path->silences) >> halvings));
	path->sizes_lost = (uint32_t)((uint64_t)path->sizes_lost >> halvings);
	degradation_judge(reach, at);
}

static struct watched *watched_find(struct path *path, const struct ip_addr *server)
{
	for (unsigned i = 0; i < WATCHED; i++) {
		if (path->watched[i].is_used && ip_addr_equal(&path->watched[i].server, server))
			return &path->watched[i];
	}
	return NULL;
}

/* Only servers that have been silent are looked at. */
static void watched_silence(struct path *path, const struct ip_addr *server)
{
	struct watched *watched = watched_find(path, server);
	if (watched == NULL) {
		watched = &path->watched[path->watched_next++ % WATCHED];
		*watched = (struct watched){.server = *server, .is_used = true};
	}
	watched->is_silent = true;
}

static void watched_reply(struct path *path, const struct ip_addr *server)
{
	struct watched *watched = watched_find(path, server);
	if (watched == NULL)
		return;
	watched->is_lossy = watched->is_lossy || watched->is_silent;
	watched->is_silent = false;
}

/* --- Down and up --- */

static enum reach_change go_down(struct path *path, enum reach_cause cause, bool is_unroutable, uint64_t now_us)
{
	bool was_down = READ(path->is_down);
	WRITE(path->is_unroutable, is_unroutable);
	WRITE(path->cause, (int)cause);
	WRITE(path->is_clean, false);
	if (was_down)
		return REACH_SAME;
	path->probe_wait_us = REACH_PROBE_S * SECOND_US;
	WRITE(path->has_news, false);
	WRITE(path->since_us, now_us);
	WRITE(path->probe_at_us, now_us + path->probe_wait_us);
	WRITE(path->is_down, true);
	return REACH_WENT_DOWN;
}

enum reach_change reach_reply(struct reach *reach, enum reach_path at, const struct ip_addr *server, uint64_t now_us,
                              uint32_t size)
{
	struct path *path = &reach->paths[at];
	(void)size;
	COUNT(path->replies);
	WRITE(path->reply_us, now_us);
	if (READ(path->is_clean))
		return REACH_SAME;
	pthread_mutex_lock(&reach->lock);
	decay(reach, at, now_us);
	watched_reply(path, server);
	path->silent_count = 0;
	enum reach_change change = READ(path->is_down) ? REACH_CAME_UP : REACH_SAME;
	if (change == REACH_CAME_UP) {
		WRITE(path->is_unroutable, false);
		WRITE(path->cause, REACH_CAUSE_NONE);
		WRITE(path->since_us, now_us);
		WRITE(path->is_down, false);
	}
	degradation_judge(reach, at);
	/* While a translator drops questions each reply tells something: see watched_reply. */
	bool is_watching = is_translated(reach, at) && READ(path->silences) >= PORTS_SILENCES / 2;
	WRITE(path->is_clean, !is_watching && READ(path->cause) == REACH_CAUSE_NONE);
	pthread_mutex_unlock(&reach->lock);
	return change;
}

/* Networks that fail together: one broken operator must not make a family look broken. */
static struct ip_prefix network_of(const struct ip_addr *server)
{
	return ip_prefix_of(server, server->family == FAMILY_IPV6 ? 32 : 16);
}

/* NAT64 addresses share a prefix of up to 96 bits, and the IPv4 network comes behind it (RFC 6052 2.2): 112 bits are
 * the /16 for a /96, and no less than that for shorter prefixes. */
static struct ip_prefix network_behind(enum reach_path at, const struct ip_addr *server)
{
	return at == REACH_NAT64 ? ip_prefix_of(server, 112) : network_of(server);
}

/* True: so many distinct networks have been silent in a row. */
static bool silent_add(struct path *path, const struct ip_prefix *network, uint64_t now_us)
{
	if (path->silent_count > 0 && now_us > path->silent_us + SILENT_ROW_US)
		path->silent_count = 0;
	for (unsigned i = 0; i < path->silent_count; i++) {
		if (ip_prefix_equal(&path->silent[i], network))
			return path->silent_count == REACH_PREFIXES;
	}
	if (path->silent_count == 0)
		path->silent_us = now_us;
	if (path->silent_count < REACH_PREFIXES)
		path->silent[path->silent_count++] = *network;
	return path->silent_count == REACH_PREFIXES;
}

enum reach_change reach_silence(struct reach *reach, enum reach_path at, const struct ip_addr *server, uint64_t now_us)
{
	struct path *path = &reach->paths[at];
	struct ip_prefix network = network_behind(at, server);
	enum reach_change change = REACH_SAME;
	pthread_mutex_lock(&reach->lock);
	decay(reach, at, now_us);
	COUNT(path->silences);
	WRITE(path->is_clean, false);
	watched_silence(path, server);
	/* A packet has left: whatever was known about routes is out of date. */
	if (READ(path->is_unroutable))
		go_down(path, cause_of_silence(reach, at), false, now_us);
	if (silent_add(path, &network, now_us) && !READ(path->is_down))
		change = go_down(path, cause_of_silence(reach, at), false, now_us);
	degradation_judge(reach, at);
	pthread_mutex_unlock(&reach->lock);
	return change;
}

enum reach_change reach_no_route(struct reach *reach, enum reach_path at, uint64_t now_us)
{
	struct path *path = &reach->paths[at];
	enum reach_change change = REACH_SAME;
	uint64_t reply_us = READ(path->reply_us);
	if (reply_us != 0 && now_us < reply_us + ROUTE_GONE_US)
		return REACH_SAME;
	pthread_mutex_lock(&reach->lock);
	change = go_down(path, cause_of_no_route(reach, at), true, now_us);
	pthread_mutex_unlock(&reach->lock);
	return change;
}

void reach_size_lost(struct reach *reach, enum reach_path at, uint64_t now_us)
{
	struct path *path = &reach->paths[at];
	pthread_mutex_lock(&reach->lock);
	decay(reach, at, now_us);
	path->sizes_lost++;
	degradation_judge(reach, at);
	pthread_mutex_unlock(&reach->lock);
}

bool reach_take_news(struct reach *reach, enum reach_path at, enum reach_cause *ret_cause)
{
	struct path *path = &reach->paths[at];
	if (!READ(path->has_news)) /* asked after each reply: no lock for nothing */
		return false;
	pthread_mutex_lock(&reach->lock);
	bool has_news = READ(path->has_news);
	WRITE(path->has_news, false);
	if (has_news)
		*ret_cause = (enum reach_cause)READ(path->cause);
	pthread_mutex_unlock(&reach->lock);
	return has_news;
}

struct reach_view reach_view(const struct reach *reach, enum reach_path at)
{
	const struct path *path = &reach->paths[at];
	return (struct reach_view){
		.is_down = READ(path->is_down),
		.is_unroutable = READ(path->is_unroutable),
		.cause = (enum reach_cause)READ(path->cause),
		.since_us = READ(path->since_us),
		.replies = READ(path->replies),
		.silences = READ(path->silences),
	};
}

bool reach_probe(struct reach *reach, enum reach_path at, uint64_t now_us)
{
	struct path *path = &reach->paths[at];
	if (!READ(path->is_down) || now_us < READ(path->probe_at_us))
		return false;
	bool is_mine = false;
	pthread_mutex_lock(&reach->lock);
	if (READ(path->is_down) && now_us >= READ(path->probe_at_us)) {
		is_mine = true;
		WRITE(path->probe_at_us, now_us + path->probe_wait_us);
		path->probe_wait_us *= 2;
		if (path->probe_wait_us > REACH_PROBE_MOST_S * SECOND_US)
			path->probe_wait_us = REACH_PROBE_MOST_S * SECOND_US;
	}
	pthread_mutex_unlock(&reach->lock);
	return is_mine;
}
