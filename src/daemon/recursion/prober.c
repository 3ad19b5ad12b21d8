/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/prober.h"

#include "base/clock.h"
#include "base/random.h"
#include "dns/message/message.h"
#include "dns/rrtype.h"
#include "finding/finding.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define ANSWER_WAIT_MS 4000 /* a resolver without a family needs its time to find out */
#define LOST_WAIT_MS 500
#define TRIES 2             /* one datagram may get lost */

struct prober {
	struct prober_options options;
	struct exchange *exchange;
	struct exchange_events events;
	uv_timer_t timer;
	struct ip_endpoint server; /* that is being probed */
	enum family family;        /* of the zone that is asked for */
	unsigned tries;
	enum fallback_reply replies[FAMILY_COUNT];
	uint64_t ask_id; /* 0: nothing is under way */
	uint64_t next_id;
	unsigned closing;
};

void prober_list(struct recursion *recursion, const struct config_service *service)
{
	const struct config_fallback *config = &service->resolver.fallback;
	struct ip_endpoint servers[FALLBACKS_MAX];
	size_t count = config->to.count < FALLBACKS_MAX ? config->to.count : FALLBACKS_MAX;
	for (size_t i = 0; i < count; i++)
		servers[i] = config->to.items[i].endpoint;
	fallbacks_set(recursion->fallbacks, servers, count, config_fallback_is_probed(config));
}

/* --- The verdict --- */

static void verdict_log(const struct prober *prober, enum fallback_ability ability)
{
	static const char *const texts[FALLBACK_ABILITY_COUNT] = {
		[FALLBACK_NOT_PROBED] = "was not probed",
		[FALLBACK_DUAL] = "resolves over both families: it is used",
		[FALLBACK_IPV6_ALONE] = "resolves over IPv6 alone: it is not used",
		[FALLBACK_IPV4_ALONE] = "resolves over IPv4 alone: it is not used",
		[FALLBACK_NEITHER] = "resolves neither probe zone: it is not used",
		[FALLBACK_UNREACHABLE] = "does not reply: it is not used until it does",
	};
	const char *code = finding_row(FINDING_RESOLVER_FALLBACK_SINGLE)->code;
	char server[IP_ENDPOINT_TEXT_MAX];
	bool is_well = ability == FALLBACK_DUAL;
	ip_endpoint_to_text(&prober->server, server);
	const struct log_field fields[] = {{.key = "service", .text = prober->options.recursion->service},
	                                   {.key = "server", .text = server},
	                                   {.key = "ability", .text = fallback_ability_text(ability)},
	                                   {.key = "code", .text = code}};
	log_line(prober->options.recursion->log, is_well ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARNING, "fallback", fields,
	         is_well ? 3 : 4, "The fallback resolver %s %s.", server, texts[ability]);
}

static void probe_end(struct prober *prober)
{
	enum fallback_ability ability = fallback_ability_of(prober->replies);
	prober->ask_id = 0;
	uv_timer_stop(&prober->timer);
	if (fallbacks_judge(prober->options.recursion->fallbacks, &prober->server, ability, clock_monotonic_us()))
		verdict_log(prober, ability);
}

/* --- Asking --- */

static void timer_fire(uv_timer_t *timer);

/* A label that was never asked for: what the resolver has in its cache says nothing of its families now. */
static int probe_name(struct name zone, struct name_buffer *buffer, struct name *ret)
{
	uint8_t octets[8];
	char label[20];
	struct name_buffer head;
	struct name name;
	random_bytes(octets, sizeof(octets));
	snprintf(label, sizeof(label), "p%02x%02x%02x%02x%02x%02x%02x%02x", octets[0], octets[1], octets[2], octets[3],
	         octets[4], octets[5], octets[6], octets[7]);
	int rc = name_from_text(span_text(label), name_root, &head, &name, NULL);
	return rc == ERR_OK ? name_concatenate(name, zone, buffer, ret) : rc;
}

static void ask(struct prober *prober)
{
	const struct config_fallback *config = &prober->options.service->resolver.fallback;
	struct name_buffer buffer;
	struct question question = {.server = prober->server,
	                            .transport = QUESTION_UDP,
	                            .qtype = RR_A,
	                            .is_rd = true,
	                            .is_cd = true, /* it is about reaching the zone, whether or not it is well signed */
	                            .edns_size = 1232};
	prober->ask_id = ++prober->next_id;
	uv_timer_start(&prober->timer, timer_fire, ANSWER_WAIT_MS, 0);
	if (probe_name(config->probe.zones[prober->family], &buffer, &question.qname) == ERR_OK &&
	    exchange_ask(prober->exchange, prober->ask_id, &question) == ERR_OK)
		exchange_flush(prober->exchange);
}

static void family_start(struct prober *prober, enum family family)
{
	prober->family = family;
	prober->tries = 0;
	ask(prober);
}

static void family_end(struct prober *prober, enum fallback_reply reply)
{
	prober->replies[prober->family] = reply;
	if (prober->family == FAMILY_IPV6)
		family_start(prober, FAMILY_IPV4);
	else
		probe_end(prober);
}

static void no_reply(struct prober *prober)
{
	exchange_cancel(prober->exchange, prober->ask_id);
	if (++prober->tries < TRIES)
		ask(prober);
	else
		family_end(prober, FALLBACK_SILENT);
}

static void timer_fire(uv_timer_t *timer)
{
	no_reply(timer->data);
}

static void reply_come(void *owner, uint64_t ask_id, struct span octets)
{
	struct prober *prober = owner;
	struct message message;
	if (ask_id != prober->ask_id)
		return;
	/* The name is not there; that the zone says so is all that is wanted. */
	bool has_answer = message_read(octets, &message) == ERR_OK &&
	                  (message.rcode == RCODE_NOERROR || message.rcode == RCODE_NXDOMAIN);
	family_end(prober, has_answer ? FALLBACK_ANSWERED : FALLBACK_FAILED);
}

/* Nobody is there now; the second try is made a moment later. */
static void reply_lost(void *owner, uint64_t ask_id, enum exchange_failure failure)
{
	struct prober *prober = owner;
	(void)failure;
	if (ask_id == prober->ask_id)
		uv_timer_start(&prober->timer, timer_fire, LOST_WAIT_MS, 0);
}

static void exchange_begins(void *owner)
{
	(void)owner;
}

void prober_tick(struct prober *prober)
{
	if (prober->ask_id != 0 ||
	    !fallbacks_due(prober->options.recursion->fallbacks, clock_monotonic_us(), &prober->server))
		return;
	family_start(prober, FAMILY_IPV6);
}

/* --- Its life --- */

static void part_closed(void *owner)
{
	struct prober *prober = owner;
	if (--prober->closing == 0)
		free(prober);
}

static void timer_closed(uv_handle_t *handle)
{
	part_closed(handle->data);
}

int prober_new(const struct prober_options *options, struct prober **ret)
{
	struct prober *prober = calloc(1, sizeof(*prober));
	if (prober == NULL)
		return -ENOMEM;
	prober->options = *options;
	held_policy_hold(options->policy);
	prober->events = (struct exchange_events){
		.owner = prober, .before = exchange_begins, .reply = reply_come, .unreachable = reply_lost};
	int rc = exchange_new(options->loop, &options->policy->exchange, &prober->events, &prober->exchange);
	if (rc != ERR_OK) {
		held_policy_drop(options->policy);
		free(prober);
		return rc;
	}
	uv_timer_init(options->loop, &prober->timer);
	prober->timer.data = prober;
	prober_tick(prober);
	*ret = prober;
	return ERR_OK;
}

void prober_renew(struct prober *prober, const struct prober_options *options)
{
	if (prober->ask_id != 0)
		exchange_cancel(prober->exchange, prober->ask_id);
	prober->ask_id = 0;
	uv_timer_stop(&prober->timer);
	held_policy_hold(options->policy);
	held_policy_drop(prober->options.policy);
	prober->options = *options;
	exchange_set_options(prober->exchange, &options->policy->exchange);
	prober_tick(prober);
}

void prober_stop(struct prober *prober)
{
	held_policy_drop(prober->options.policy);
	prober->closing = 2;
	exchange_close(prober->exchange, part_closed);
	uv_close((uv_handle_t *)&prober->timer, timer_closed);
}
