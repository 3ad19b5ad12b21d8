/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/engine.h"

#include "base/random.h"
#include "resolver/conclude.h"
#include "resolver/local/local.h"
#include "resolver/synthesis.h"

#include <errno.h>
#include <stdlib.h>

/* --- Making and ending --- */

struct inquiry_key {
	struct name qname;
	uint16_t qtype;
	bool is_checked;
	const struct dns64 *dns64; /* NULL: none for this client */
};

static struct inquiry_key key_of(const struct resolver *resolver, const struct front *front)
{
	const struct query *query = &front->query;
	return (struct inquiry_key){.qname = query->qname,
	                            .qtype = query->qtype,
	                            .is_checked = (query->flags & HEADER_CD) == 0,
	                            .dns64 = front->has_dns64 ? resolver->policy->dns64 : NULL};
}

static uint64_t inquiry_hash(const struct resolver *resolver, const struct inquiry_key *key)
{
	return engine_hash(resolver, key->qname, (uint32_t)key->qtype << 2 | key->is_checked << 1 | (key->dns64 != NULL));
}

static struct inquiry *inquiry_find(const struct resolver *resolver, const struct inquiry_key *key, uint64_t hash)
{
	for (struct registry_link *link = registry_first(&resolver->inquiries, hash); link != NULL;
	     link = registry_again(link)) {
		struct inquiry *inquiry = (struct inquiry *)(void *)link;
		if (inquiry->qtype == key->qtype && inquiry->is_checked == key->is_checked &&
		    inquiry->dns64 == key->dns64 && name_equal(inquiry->qname, key->qname))
			return inquiry;
	}
	return NULL;
}

static struct inquiry *inquiry_new(struct resolver *resolver, const struct inquiry_key *key, struct spending *spending)
{
	struct arena *arena = arena_pool_take(&resolver->inquiry_arenas);
	struct inquiry *inquiry =
		arena != NULL ? arena_alloc_zeroed(arena, sizeof(*inquiry), _Alignof(struct inquiry)) : NULL;
	uint8_t *wire = inquiry != NULL ? arena_copy(arena, key->qname.wire, key->qname.size, 1) : NULL;
	if (wire == NULL) {
		arena_pool_give(&resolver->inquiry_arenas, arena);
		return NULL;
	}
	inquiry->resolver = resolver;
	inquiry->arena = arena;
	inquiry->spending = spending_hold(spending);
	inquiry->qname = key->qname;
	inquiry->qname.wire = wire;
	inquiry->name = inquiry->qname;
	inquiry->qtype = key->qtype;
	inquiry->is_checked = key->is_checked;
	inquiry->dns64 = key->dns64;
	inquiry->alarm.kind = ALARM_INQUIRY;
	inquiry->ede = -1;
	LIST_INIT(&inquiry->below);
	LIST_INIT(&inquiry->clients);
	LIST_INSERT_HEAD(&resolver->all_inquiries, inquiry, in_all);
	registry_add(&resolver->inquiries, &inquiry->link, inquiry_hash(resolver, key));
	return inquiry;
}

static void client_free(struct client *client);

void inquiry_free(struct inquiry *inquiry)
{
	struct resolver *resolver = inquiry->resolver;
	struct wait *wait;
	struct client *client;
	while ((wait = LIST_FIRST(&inquiry->below)) != NULL)
		wait_end(wait);
	while ((client = LIST_FIRST(&inquiry->clients)) != NULL)
		client_free(client);
	alarm_clear(&resolver->alarms, &inquiry->alarm);
	if (inquiry->is_runnable)
		TAILQ_REMOVE(&resolver->runnable_inquiries, inquiry, in_run);
	registry_remove(&resolver->inquiries, &inquiry->link);
	LIST_REMOVE(inquiry, in_all);
	spending_release(inquiry->spending);
	arena_pool_give(&resolver->inquiry_arenas, inquiry->arena);
}

void inquiry_wake(struct inquiry *inquiry)
{
	if (inquiry->is_runnable || inquiry->state == INQUIRY_DONE)
		return;
	inquiry->is_runnable = true;
	TAILQ_INSERT_TAIL(&inquiry->resolver->runnable_inquiries, inquiry, in_run);
}

/* --- Clients --- */

static uint64_t owner_hash(const void *owner)
{
	return (uint64_t)(uintptr_t)owner * 0x9e3779b97f4a7c15u;
}

/* LIMIT_WAITING_PER_CLIENT: one network must not take all there is. */
static uint32_t *waiting_of(struct resolver *resolver, const struct ip_addr *client)
{
	const struct ip_prefix network = ip_prefix_of(client, client->family == FAMILY_IPV6 ? 56 : 24);
	return &resolver->waiting[siphash((const uint8_t *)resolver->hash_key, network.addr.bytes, 16) % WAITING_SLOTS];
}

static void client_free(struct client *client)
{
	struct resolver *resolver = client->inquiry->resolver;
	--*waiting_of(resolver, &client->request.client.addr);
	registry_remove(&resolver->clients, &client->link);
	LIST_REMOVE(client, in_inquiry);
	free(client);
}

static bool client_add(struct inquiry *inquiry, const struct front *front, const struct resolver_request *request)
{
	struct resolver *resolver = inquiry->resolver;
	uint32_t *waiting = waiting_of(resolver, &request->client.addr);
	struct client *client = NULL;
	if (*waiting < LIMIT_WAITING_PER_CLIENT)
		client = malloc(sizeof(*client) + request->message.size);
	if (client == NULL)
		return false;
	++*waiting;
	*client = (struct client){.request = *request,
	                          .since_us = resolver->now.mono_us,
	                          .inquiry = inquiry,
	                          .view = front->view,
	                          .size = (uint16_t)request->message.size};
	memcpy(client->message, request->message.data, request->message.size);
	client->request.message = span_of(client->message, client->size);
	registry_add(&resolver->clients, &client->link, owner_hash(request->owner));
	LIST_INSERT_HEAD(&inquiry->clients, client, in_inquiry);
	return true;
}

void resolver_forget(struct resolver *resolver, const void *owner)
{
	struct registry_link *link = registry_first(&resolver->clients, owner_hash(owner)), *next;
	for (; link != NULL; link = next) {
		next = registry_again(link);
		struct client *client = OWNER(link, struct client, link);
		if (client->request.owner == owner)
			client_free(client);
	}
}

static void client_answer(struct client *client, const struct resolution *resolution, const struct inquiry *inquiry)
{
	struct resolver *resolver = inquiry->resolver;
	struct query query;
	struct query_event event = {0};
	struct writer out = writer_of(resolver->scratch, UINT16_MAX);
	void *owner = client->request.owner;
	(void)query_parse(client->request.message, &query); /* it was read before */
	size_t size = resolution_encode(resolution, resolver->policy, resolver->front, resolver->now, &query,
	                                &client->request, &out, &event);
	uint64_t passed_us = resolver->now.mono_us - client->since_us;
	event.duration_us = passed_us > UINT32_MAX ? UINT32_MAX : (uint32_t)passed_us;
	event.cache = resolution->is_stale ? CACHE_USE_STALE : CACHE_USE_MISS;
	trail_fill(inquiry, &event);
	engine_answer(resolver, owner, resolver->scratch, size, &event);
	client_free(client);
}

/* Answers all who wait. Each view is kept once; the next clients find it ready. */
static void clients_answer(struct inquiry *inquiry, const struct resolution *resolution)
{
	struct resolver *resolver = inquiry->resolver;
	uint32_t kept_view = UINT32_MAX;
	struct client *client;
	while ((client = LIST_FIRST(&inquiry->clients)) != NULL) {
		if (resolution->is_keepable && client->view != kept_view) {
			kept_view = client->view;
			resolution_keep(resolution, resolver->policy, resolver->parts.cache, resolver->front,
			                resolver->now, inquiry->qname, inquiry->qtype, kept_view);
		}
		client_answer(client, resolution, inquiry);
	}
	if (inquiry->is_refresh && resolution->is_keepable)
		resolution_keep(resolution, resolver->policy, resolver->parts.cache, resolver->front, resolver->now,
		                inquiry->qname, inquiry->qtype, inquiry->view);
}

/* --- Loops between resolvers: RFC 10001 5 --- */

static bool is_own_asker(struct resolver *resolver, const struct front *front, const struct ip_endpoint *client)
{
	const struct ip_addr *asker = &client->addr;
	if (hops_is_cased(resolver, front->query.qname))
		asker = NULL; /* it is our question, whoever hands it on */
	/* On one host many programs share an address; there a loop ends by our marks or by the budget. */
	else if (ip_addr_is_loopback(asker))
		return false;
	for (unsigned checked = 0; checked < 2; checked++) {
		const struct job_question question = {.qname = front->query.qname,
		                                      .qtype = front->query.qtype,
		                                      .is_checked = checked != 0};
		struct job *job = job_running(resolver, &question);
		if (job != NULL && job_waits_for_server(job, asker))
			return true;
	}
	return false;
}

static void loop_found(struct inquiry *inquiry, const struct ip_endpoint *client)
{
	char text[160], address[IP_ADDR_TEXT_MAX];
	ip_addr_to_text(&client->addr, address);
	int size = snprintf(text, sizeof(text), "%s asks us what we are asking it: two resolvers forward to each other",
	                    address);
	struct note note = {.kind = NOTE_LOOP,
	                    .has_name = true,
	                    .name = inquiry->qname,
	                    .type = inquiry->qtype,
	                    .server = *client,
	                    .ede = EDE_OTHER,
	                    .text = span_of(text, (size_t)size)};
	engine_note(inquiry->resolver, &note);
	inquiry->is_loop = true;
	inquiry_fail(inquiry, EDE_OTHER, "forwarding loop: the question came back from where it was sent");
}

/* --- Entry --- */

static void patience_set(struct inquiry *inquiry)
{
	struct resolver *resolver = inquiry->resolver;
	const struct resolver_policy *policy = resolver->policy;
	/* RFC 8767 5: the client response timer. */
	uint64_t at_us = policy->is_serve_stale_on && !inquiry->is_stale_sent
	                         ? resolver->now.mono_us + policy->stale_wait_ms * 1000ull
	                         : inquiry->spending->ends_us + 1;
	(void)!alarm_set(&resolver->alarms, &inquiry->alarm, at_us);
}

static enum resolver_taken inquiry_join(struct inquiry *inquiry, const struct front *front,
                                        const struct resolver_request *request)
{
	if (!client_add(inquiry, front, request))
		return RESOLVER_DROPPED;
	/* RFC 8767 5: the others waited as long as one waits; nobody has to do it again for the same trouble. */
	if (inquiry->stale != NULL) {
		inquiry->resolver->load.cache_stale++;
		clients_answer(inquiry, inquiry->stale);
	}
	return RESOLVER_WAITING;
}

enum resolver_taken inquiry_take(struct resolver *resolver, const struct front *front,
                                 const struct resolver_request *request)
{
	const struct inquiry_key key = key_of(resolver, front);
	bool is_loop = is_own_asker(resolver, front, &request->client);
	struct inquiry *inquiry = is_loop ? NULL : inquiry_find(resolver, &key, inquiry_hash(resolver, &key));
	if (inquiry != NULL)
		return inquiry_join(inquiry, front, request);
	if (resolver->clients.count >= LIMIT_JOBS)
		return RESOLVER_DROPPED;
	struct spending *spending = spending_new(resolver);
	if (spending == NULL)
		return RESOLVER_DROPPED;
	bool is_fresh = hops_take(resolver, request->message, spending);
	inquiry = inquiry_new(resolver, &key, spending);
	spending_release(spending);
	if (inquiry == NULL)
		return RESOLVER_DROPPED;
	if (!client_add(inquiry, front, request)) {
		inquiry_free(inquiry);
		return RESOLVER_DROPPED;
	}
	if (is_loop || !is_fresh) {
		loop_found(inquiry, &request->client);
		return RESOLVER_WAITING;
	}
	patience_set(inquiry);
	inquiry_wake(inquiry);
	return RESOLVER_WAITING;
}

void inquiry_start(struct resolver *resolver, const struct front *front)
{
	const struct inquiry_key key = key_of(resolver, front);
	if (inquiry_find(resolver, &key, inquiry_hash(resolver, &key)) != NULL)
		return;
	struct spending *spending = spending_new(resolver);
	struct inquiry *inquiry = spending != NULL ? inquiry_new(resolver, &key, spending) : NULL;
	spending_release(spending);
	if (inquiry == NULL)
		return;
	inquiry->is_refresh = inquiry->is_internal = true;
	inquiry->view = front->view;
	inquiry_wake(inquiry);
	engine_run(resolver);
}

/* --- The chain --- */

static uint16_t type_now(const struct inquiry *inquiry)
{
	return inquiry->is_synthesising ? RR_A : inquiry->qtype;
}

static void conclude(struct inquiry *inquiry)
{
	struct resolution resolution;
	inquiry->state = INQUIRY_DONE;
	resolution_of(inquiry, &resolution);
	if (resolution.rcode == RCODE_SERVFAIL)
		note_failure(inquiry, &resolution);
	else if (inquiry->is_refresh)
		note_refreshed(inquiry, &resolution);
	if (resolution.rcode == RCODE_SERVFAIL || inquiry->is_a_failed) {
		struct resolution stale;
		if (!LIST_EMPTY(&inquiry->clients) && stale_find(inquiry, &stale)) {
			clients_answer(inquiry, &stale);
			inquiry_free(inquiry);
			return;
		}
	}
	clients_answer(inquiry, &resolution);
	inquiry_free(inquiry);
}

void inquiry_fail(struct inquiry *inquiry, int32_t ede, const char *why)
{
	inquiry->failure = why;
	inquiry->ede = ede;
	conclude(inquiry);
}

static bool is_seen(const struct inquiry *inquiry, struct name name)
{
	for (unsigned i = 0; i < inquiry->link_count; i++) {
		if (inquiry->links[i]->qtype == type_now(inquiry) && name_equal(inquiry->links[i]->qname, name))
			return true;
	}
	return false;
}

/* On to where an alias leads. False: the inquiry has ended. */
static bool alias_follow(struct inquiry *inquiry, const struct outcome *alias)
{
	struct name_buffer buffer;
	struct name target;
	if (outcome_target(alias, &buffer, &target) != ERR_OK) {
		inquiry->is_target_too_long = true; /* RFC 6672 2.2: YXDOMAIN */
		conclude(inquiry);
		return false;
	}
	const uint8_t *wire = arena_copy(inquiry->arena, target.wire, target.size, 1);
	if (wire == NULL || inquiry->link_count >= LIMIT_ALIASES || is_seen(inquiry, target)) {
		bool is_loop = is_seen(inquiry, target);
		inquiry_fail(inquiry, EDE_OTHER, is_loop ? "the chain of aliases is a loop" : "the chain of aliases is too long");
		return false;
	}
	inquiry->name = (struct name){.wire = wire, .size = target.size, .labels = target.labels};
	inquiry->state = INQUIRY_NAME;
	return true;
}

/* One more link; what it means. */
static void link_take(struct inquiry *inquiry, const struct outcome *link)
{
	inquiry->links[inquiry->link_count++] = link;
	bool is_usable = !(inquiry->is_checked && link->security == SECURITY_BOGUS);
	if (is_usable && outcome_leads_on(link)) {
		if (alias_follow(inquiry, link))
			inquiry_wake(inquiry);
		return;
	}
	if (!inquiry->is_synthesising && synthesis_begin(inquiry)) {
		inquiry->state = INQUIRY_NAME;
		inquiry_wake(inquiry);
		return;
	}
	if (inquiry->is_synthesising)
		synthesis_end(inquiry);
	conclude(inquiry);
}

static void step_name(struct inquiry *inquiry)
{
	struct resolver *resolver = inquiry->resolver;
	const struct outcome *link = NULL;
	uint16_t type = type_now(inquiry);
	if (local_find(resolver->policy, inquiry->name, type, resolver->now.mono_us, inquiry->arena, &link) ||
	    synthesis_reverse(inquiry, &link)) {
		link_take(inquiry, link);
		return;
	}
	const struct job_question question = {.qname = inquiry->name,
	                                      .qtype = type,
	                                      .is_checked = inquiry->is_checked,
	                                      .is_refresh = inquiry->is_refresh,
	                                      .is_internal = inquiry->is_internal};
	struct job *job = job_get(resolver, &question, inquiry->spending);
	if (job == NULL || !job_wait(NULL, inquiry, job, WAIT_LINK, 0)) {
		inquiry_fail(inquiry, EDE_OTHER, "the budget of sub-questions is spent");
		return;
	}
	inquiry->state = INQUIRY_WAIT;
}

void inquiry_step(struct inquiry *inquiry)
{
	if (inquiry->state == INQUIRY_NAME) {
		step_name(inquiry);
		return;
	}
	const struct outcome *arrived = inquiry->arrived;
	if (inquiry->state != INQUIRY_WAIT || arrived == NULL)
		return;
	inquiry->arrived = NULL;
	link_take(inquiry, arrived);
}

void inquiry_arrived(struct inquiry *inquiry, const struct outcome *outcome)
{
	struct outcome *copy = outcome_copy(outcome, inquiry->arena);
	if (copy == NULL)
		return; /* its alarm ends it */
	inquiry->arrived = copy;
	inquiry_wake(inquiry);
}

void inquiry_alarm(struct inquiry *inquiry)
{
	struct resolution stale;
	if (inquiry->resolver->now.mono_us > inquiry->spending->ends_us) {
		inquiry_fail(inquiry, EDE_NO_REACHABLE_AUTHORITY, "no answer in time");
		return;
	}
	/* Those who wait get what was known; the inquiry goes on and refreshes it. */
	if (!inquiry->is_stale_sent && stale_find(inquiry, &stale)) {
		inquiry->is_internal = true;
		inquiry->stale = arena_copy(inquiry->arena, &stale, sizeof(stale), _Alignof(struct resolution));
		clients_answer(inquiry, &stale);
	}
	inquiry->is_stale_sent = true;
	patience_set(inquiry);
}
