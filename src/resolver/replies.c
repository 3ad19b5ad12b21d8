/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/revalidate.h"

#include "base/random.h"

#include <errno.h>

#define USUAL_RTT_WEIGHT_MOST 16 /* of all before it, against one of the first replies */
#define USUAL_RTT_STEP 32        /* a later one moves it by this part of itself */

/* --- What the reply teaches about its server --- */

/* What round trips are like here: it widens hedges on slow networks. The first replies make a mean, for what it begins
 * with is a guess. Then it steps up or down, however far away the reply is: that leads to the median, and whoever makes us
 * ask slow servers of theirs has to make us ask them more than all others together. */
static void rtt_learn(struct resolver *resolver, uint32_t rtt_us)
{
	if (resolver->rtt_weight < USUAL_RTT_WEIGHT_MOST) {
		resolver->rtt_weight++;
		resolver->usual_rtt_us += ((int64_t)rtt_us - resolver->usual_rtt_us) / resolver->rtt_weight;
		return;
	}
	uint32_t step_us = resolver->usual_rtt_us / USUAL_RTT_STEP + 1;
	if (rtt_us > resolver->usual_rtt_us)
		resolver->usual_rtt_us += step_us;
	else if (rtt_us < resolver->usual_rtt_us)
		resolver->usual_rtt_us -= step_us < resolver->usual_rtt_us ? step_us : resolver->usual_rtt_us;
}

static uint32_t since_sent_us(const struct resolver *resolver, const struct ask *ask)
{
	uint64_t passed = resolver->now.mono_us - ask->sent_us;
	return passed > UINT32_MAX ? UINT32_MAX : (uint32_t)passed;
}

static void reply_account(struct resolver *resolver, const struct ask *ask, size_t size)
{
	uint32_t rtt_us = since_sent_us(resolver, ask);
	if (ask->is_late)
		address_book_late(resolver->parts.book, &ask->question.server, resolver->now.mono_us, rtt_us);
	else
		address_book_reply(resolver->parts.book, &ask->question.server, resolver->now.mono_us, rtt_us);
	rtt_learn(resolver, rtt_us);
	resolver->load.upstream_rtts[ask->question.server.addr.family][time_bucket_of(rtt_us)]++;
	resolver->load.upstream_rtt_us[ask->question.server.addr.family] += rtt_us;
	engine_note_family(resolver, ask->path,
	                   reach_reply(resolver->parts.reach, ask->path, &ask->question.server.addr,
	                               resolver->now.mono_us, (uint32_t)size));
}

/* RFC 7873 5.3: a reply whose client part is not ours did not come from whom we asked. */
static bool cookie_take(struct resolver *resolver, const struct ask *ask, const struct message *message)
{
	if (!ask->has_cookie || !message->has_edns || message->edns.cookie.data == NULL)
		return true;
	struct span cookie = message->edns.cookie;
	if (cookie.size < 8 || memcmp(cookie.data, ask->cookie, 8) != 0)
		return false;
	if (cookie.size > 8)
		address_book_cookie(resolver->parts.book, &ask->question.server, resolver->now.mono_us, cookie);
	return true;
}

/* T-12: a smaller try came back truncated while the larger one is met with silence: the large answer is what got lost on
 * the way. */
static void size_learn(struct job *job, const struct ask *ask)
{
	struct resolver *resolver = job->resolver;
	char text[160], server[IP_ENDPOINT_TEXT_MAX];
	reach_size_lost(resolver->parts.reach, ask->path, resolver->now.mono_us);
	engine_note_path(resolver, ask->path);
	if (!address_book_size(resolver->parts.book, &ask->question.server, resolver->now.mono_us, ask->edns_size))
		return;
	ip_endpoint_to_text(&ask->question.server, server);
	int size = snprintf(text, sizeof(text),
	                    "answers of up to %u octets from %s are lost on the way: %u octets are asked for from now on",
	                    resolver->policy->upstream_udp_size, server, ask->edns_size);
	struct note note = {.kind = NOTE_SIZE,
	                    .has_family = true,
	                    .family = ask->question.server.addr.family,
	                    .server = ask->question.server,
	                    .ede = -1,
	                    .text = span_of(text, (size_t)size)};
	engine_note(resolver, &note);
}

/* --- What it means for the job --- */

struct reply {
	struct job *job;
	const struct ask *ask;
	struct candidate *candidate;
	unsigned index;
	bool is_larger_silent; /* the same question, with room for a larger answer, has no reply */
	struct scrubbed *scrubbed;
};

/* The server is out for this job; the next one is asked. */
static void server_bad(const struct reply *reply, const char *why)
{
	struct hunt *hunt = &reply->job->hunt;
	reply->candidate->is_bad = true;
	hunt->errors++;
	hunt->last_server = reply->candidate->server;
	snprintf(hunt->trouble, sizeof(hunt->trouble), "%s (rcode %u)", why, reply->scrubbed->rcode);
	job_wake(reply->job);
}

static void ask_again(const struct reply *reply, enum question_transport transport)
{
	if (!ask_send(reply->job, reply->index, transport))
		server_bad(reply, "cannot be asked again");
}

static void on_truncated(const struct reply *reply)
{
	if (reply->is_larger_silent && reply->ask->edns_size != 0)
		size_learn(reply->job, reply->ask);
	reply->job->resolver->load.upstream_truncated[reply->ask->question.server.addr.family]++;
	ask_again(reply, QUESTION_TCP); /* RFC 7766 5, RFC 2181 9 */
}

static void on_no_edns(const struct reply *reply)
{
	struct resolver *resolver = reply->job->resolver;
	if (reply->ask->edns_size == 0) {
		server_bad(reply, reply->scrubbed->why);
		return;
	}
	/* RFC 6891 6.2.2: ask once more without it. */
	address_book_edns_broken(resolver->parts.book, &reply->ask->question.server, resolver->now.mono_us);
	ask_again(reply, reply->ask->question.transport);
}

static void on_bad_cookie(const struct reply *reply)
{
	/* RFC 7873 5.3: once more with the cookie it gave, over TCP when that does not help either. */
	bool is_second = reply->candidate->tries > 0 || reply->ask->question.cookie.size > 8;
	reply->candidate->tries++;
	ask_again(reply, is_second ? QUESTION_TCP : QUESTION_UDP);
}

static void on_trouble(const struct reply *reply)
{
	struct hunt *hunt = &reply->job->hunt;
	/* RFC 9156 2.3: servers that fail on a minimised name may know the whole one. */
	if (hunt->is_minimising && reply->job->resolver->policy->minimise == MINIMISE_RELAXED) {
		crowd_release(reply->job);
		hunt->is_minimising = false;
		hunt_minimise(reply->job);
		ask_again(reply, QUESTION_UDP);
		return;
	}
	hunt->has_live_server = hunt->has_live_server || reply->scrubbed->verdict != SCRUB_LAME;
	server_bad(reply, reply->scrubbed->why);
}

static void extras_keep(const struct reply *reply)
{
	struct resolver *resolver = reply->job->resolver;
	for (unsigned i = 0; i < reply->scrubbed->extra_count; i++) {
		struct outcome *extra = &reply->scrubbed->extras[i];
		extra->server = reply->ask->question.server;
		extra->ttl_s = ttl_bounded(resolver, extra->ttl_s, extra->answer_count == 0);
		memorise(resolver, extra);
	}
}

/* No delegation outlives the one above it: else a zone that was withdrawn would live on in a cut below (ghost and
 * phoenix domains). */
static uint64_t referral_ends_us(const struct job *job, uint32_t ttl_s)
{
	const struct delegation *above = job->hunt.cut;
	uint64_t ends_us = job->resolver->now.mono_us + ttl_bounded(job->resolver, ttl_s, false) * 1000000ull;
	return name_is_root(above->zone) || ends_us < above->ends_us ? ends_us : above->ends_us;
}

static void on_referral(const struct reply *reply)
{
	struct job *job = reply->job;
	if (++job->hunt.referrals > LIMIT_REFERRALS) {
		job_fail(job, job_failure(job, EDE_OTHER, "more than %d referrals", LIMIT_REFERRALS));
		return;
	}
	struct delegation *delegation = &reply->scrubbed->delegation;
	delegation->since_us = job->resolver->now.mono_us;
	delegation->ends_us = referral_ends_us(job, reply->scrubbed->delegation_ttl_s);
	memorise_delegation(job->resolver, delegation, 0);
	extras_keep(reply);
	hunt_start(job, delegation);
}

/* A minimised question has its answer: on to the next label, or the whole name. */
static void on_minimised(const struct reply *reply)
{
	struct job *job = reply->job;
	struct outcome *outcome = &reply->scrubbed->outcome;
	if (outcome->kind == OUTCOME_NXDOMAIN && job->resolver->policy->minimise == MINIMISE_STRICT) {
		outcome->qname = job->qname; /* RFC 8020: nothing is below a name that is not there */
		outcome->qtype = job->qtype;
		job_judge(job, outcome, (uint8_t)reply->index);
		return;
	}
	/* RFC 9156 2.3, 3: some servers deny empty non-terminals. */
	if (outcome->kind == OUTCOME_NXDOMAIN || outcome->kind == OUTCOME_DNAME)
		job->hunt.is_minimising = false;
	crowd_lead_on(job, job->hunt.is_minimising);
	hunt_minimise(job);
	if (!crowd_follow(job))
		ask_again(reply, QUESTION_UDP);
}

static void own_servers_keep(const struct reply *reply, const struct message *message)
{
	struct job *job = reply->job;
	struct delegation own;
	uint32_t ttl_s;
	if (job->hunt.asked_type != RR_NS || !name_equal(job->hunt.asked, job->hunt.cut->zone))
		return;
	struct arena *arena = job->resolver->reply_arena;
	struct gathered *gathered = arena_alloc(arena, sizeof(*gathered), _Alignof(struct gathered));
	const struct scrub_question question = {.qname = job->hunt.asked,
	                                        .qtype = RR_NS,
	                                        .zone = job->hunt.cut->zone,
	                                        .is_forwarded = delegation_is_forward(job->hunt.cut),
	                                        .is_glue_hardened = job->resolver->policy->is_glue_hardened,
	                                        .port = job->resolver->policy->port};
	if (gathered == NULL || gather(message, arena, gathered) != ERR_OK ||
	    !scrub_own_servers(gathered, &question, &own, &ttl_s))
		return;
	own_servers_memorise(job, &own, ttl_s);
}

static void on_outcome(const struct reply *reply, const struct message *message)
{
	struct job *job = reply->job;
	struct outcome *outcome = &reply->scrubbed->outcome;
	outcome->server = reply->ask->question.server;
	extras_keep(reply);
	own_servers_keep(reply, message);
	if (job->hunt.asked_type != job->qtype || job->hunt.asked.labels != job->qname.labels) {
		on_minimised(reply);
		return;
	}
	outcome->ttl_s = ttl_bounded(job->resolver, outcome->ttl_s, outcome->answer_count == 0);
	job_judge(job, outcome, (uint8_t)reply->index);
}

/* Truncated and half-understood replies say nothing of the zone; what a forwarder serves is its own affair. */
static void authority_note(const struct reply *reply)
{
	const struct resolver *resolver = reply->job->resolver;
	enum scrub_verdict verdict = reply->scrubbed->verdict;
	if ((verdict == SCRUB_OUTCOME || verdict == SCRUB_REFERRAL || verdict == SCRUB_LAME) &&
	    !delegation_is_forward(reply->job->hunt.cut))
		address_book_lame(resolver->parts.book, &reply->ask->question.server, resolver->now.mono_us,
		                  verdict == SCRUB_LAME);
}

static void reply_judge(const struct reply *reply, const struct message *message)
{
	struct job *job = reply->job;
	const struct scrub_question question = {.qname = job->hunt.asked,
	                                        .qtype = job->hunt.asked_type,
	                                        .zone = job->hunt.cut->zone,
	                                        .is_forwarded = delegation_is_forward(job->hunt.cut),
	                                        .is_tcp = reply->ask->question.transport == QUESTION_TCP,
	                                        .has_edns = reply->ask->edns_size != 0,
	                                        .is_glue_hardened = job->resolver->policy->is_glue_hardened,
	                                        .port = job->resolver->policy->port};
	if (scrub(message, &question, job->resolver->reply_arena, reply->scrubbed) != ERR_OK) {
		job_fail(job, job_failure(job, EDE_OTHER, "no memory"));
		return;
	}
	authority_note(reply);
	switch (reply->scrubbed->verdict) {
	case SCRUB_OUTCOME:
		trail_answered(job, reply->ask);
		on_outcome(reply, message);
		return;
	case SCRUB_REFERRAL:
		trail_answered(job, reply->ask);
		on_referral(reply);
		return;
	case SCRUB_TRUNCATED:
		on_truncated(reply);
		return;
	case SCRUB_NO_EDNS:
		on_no_edns(reply);
		return;
	case SCRUB_BAD_COOKIE:
		on_bad_cookie(reply);
		return;
	case SCRUB_LAME:
	case SCRUB_FAILED:
	case SCRUB_BROKEN:
		on_trouble(reply);
		return;
	}
}

/* The question that the ask carried may be an older one: of the cut above, or of a shorter name. */
static bool is_current(const struct job *job, const struct ask *ask)
{
	return job->state == JOB_SERVERS && ask->question.qtype == job->hunt.asked_type &&
	       name_equal(ask->question.qname, job->hunt.asked) && ask->candidate < job->hunt.candidate_count;
}

/* Has an earlier question to the same server had no reply for longer than this one took? A slow path would have been
 * silent so long whatever was asked. */
static bool is_unlike(const struct ask *earlier, const struct ask *ask)
{
	return earlier->candidate == ask->candidate && earlier->question.transport == QUESTION_UDP &&
	       ask->question.transport == QUESTION_UDP && is_current(ask->job, earlier) &&
	       ask->sent_us > earlier->sent_us + since_sent_us(ask->resolver, ask);
}

/* What the silence of earlier questions to the same server says, now that this one has a reply. */
static void silence_judge(const struct ask *ask, struct reply *reply)
{
	const struct ask *earlier;
	LIST_FOREACH(earlier, &ask->job->asks, in_job) {
		if (!is_unlike(earlier, ask))
			continue;
		reply->is_larger_silent = reply->is_larger_silent || earlier->edns_size > ask->edns_size;
		if (earlier->is_case_mixed && !ask->is_case_mixed)
			address_book_case_broken(ask->resolver->parts.book, &ask->question.server,
			                         ask->resolver->now.mono_us);
	}
}

void reply_take(struct resolver *resolver, struct ask *ask, struct span octets)
{
	struct message message;
	if (message_read(octets, &message) != ERR_OK || !cookie_take(resolver, ask, &message))
		return; /* not from the server: the real reply may still come */
	reply_account(resolver, ask, octets.size);
	struct job *job = ask->job;
	if (job == NULL || !is_current(job, ask)) {
		ask_free(ask, resolver);
		if (job != NULL) /* it may have been the last one that was waited for */
			job_wake(job);
		return;
	}
	struct reply reply = {.job = job, .candidate = &job->hunt.candidates[ask->candidate], .index = ask->candidate};
	silence_judge(ask, &reply);
	struct ask copy = *ask;
	copy.question.qname.wire = copy.qname.wire;
	ask_free(ask, resolver);
	asks_drop(job, reply.index); /* their replies would say the same */
	struct scrubbed *scrubbed = arena_alloc(resolver->reply_arena, sizeof(*scrubbed), _Alignof(struct scrubbed));
	if (scrubbed == NULL) {
		job_fail(job, job_failure(job, EDE_OTHER, "no memory"));
		return;
	}
	reply.ask = &copy;
	reply.scrubbed = scrubbed;
	reply_judge(&reply, &message);
	arena_reset(resolver->reply_arena);
}

/* --- No reply --- */

static void silence_take(struct ask *ask)
{
	struct job *job = ask->job;
	struct resolver *resolver = ask->resolver;
	enum family family = ask->question.server.addr.family;
	address_book_timeout(resolver->parts.book, &ask->question.server, resolver->now.mono_us, true);
	engine_note_family(resolver, ask->path,
	                   reach_silence(resolver->parts.reach, ask->path, &ask->question.server.addr,
	                                 resolver->now.mono_us));
	resolver->load.upstream_timeouts[family]++;
	trail_silent(ask);
	if (job != NULL && job->state == JOB_SERVERS && ask->candidate < job->hunt.candidate_count) {
		job->hunt.candidates[ask->candidate].tries++;
		job->hunt.timeouts++;
		job->hunt.last_size = ask->edns_size;
		job->hunt.last_server = ask->question.server;
		job_wake(job);
	}
}

void asks_timeout(struct ask *ask)
{
	if (!ask->is_late) {
		silence_take(ask);
		if (ask_be_late(ask))
			return;
	}
	engine_cancel(ask->resolver, ask);
	ask_free(ask, ask->resolver);
}

void reply_missing(struct resolver *resolver, struct ask *ask, enum ask_failure failure)
{
	struct job *job = ask->job;
	struct candidate *candidate = NULL;
	if (ask->is_late) { /* it has been counted as silent */
		ask_free(ask, resolver);
		return;
	}
	if (job != NULL && job->state == JOB_SERVERS && ask->candidate < job->hunt.candidate_count)
		candidate = &job->hunt.candidates[ask->candidate];
	uint64_t now_us = resolver->now.mono_us;
	switch (failure) {
	case ASK_NO_ROUTE:
		address_book_cancel(resolver->parts.book, &ask->question.server);
		engine_note_family(resolver, ask->path, reach_no_route(resolver->parts.reach, ask->path, now_us));
		if (job != NULL) { /* it cost nothing, so it is not counted: unbound#1234 */
			job->hunt.asks--;
			job->spending->asks++;
			job->hunt.unroutable++;
		}
		break;
	case ASK_REFUSED:
		/* That nobody listens on TCP says nothing of UDP. */
		if (ask->question.transport == QUESTION_UDP || resolver->policy->is_tcp_only)
			address_book_refused(resolver->parts.book, &ask->question.server, now_us);
		else
			address_book_cancel(resolver->parts.book, &ask->question.server);
		break;
	case ASK_TOO_LARGE:
	case ASK_OVERLOAD:
		address_book_cancel(resolver->parts.book, &ask->question.server);
		break;
	}
	if (candidate != NULL) {
		candidate->is_bad = true;
		job->hunt.last_server = ask->question.server;
		if (failure == ASK_OVERLOAD) {
			job->hunt.busy |= 1ull << ask->candidate;
		} else if (failure != ASK_NO_ROUTE) {
			job->hunt.errors++;
			snprintf(job->hunt.trouble, sizeof(job->hunt.trouble), "%s",
			         failure == ASK_REFUSED ? "cannot be reached on its port" : "could not be asked");
		}
		job_wake(job);
	}
	ask_free(ask, resolver);
}

/* --- Guesses --- */

static void guessing_note(const struct ask *ask)
{
	char text[160], server[IP_ENDPOINT_TEXT_MAX];
	ip_endpoint_to_text(&ask->question.server, server);
	int size = snprintf(text, sizeof(text), "many replies with wrong ids in the name of %s: it is asked over TCP instead",
	                    server);
	struct note note = {.kind = NOTE_GUESSING,
	                    .has_name = true,
	                    .name = ask->question.qname,
	                    .type = ask->question.qtype,
	                    .has_family = true,
	                    .family = ask->question.server.addr.family,
	                    .server = ask->question.server,
	                    .ede = -1,
	                    .text = span_of(text, (size_t)size)};
	engine_note(ask->resolver, &note);
}

/* RFC 5452 4.3, 9.3: whoever guesses long enough hits, but not the sequence numbers of a TCP connection as well. */
void reply_suspect(struct ask *ask)
{
	struct job *job = ask->job;
	unsigned index = ask->candidate;
	if (ask->question.transport != QUESTION_UDP)
		return;
	guessing_note(ask);
	if (job == NULL || !is_current(job, ask)) {
		ask_cancel(ask);
		if (job != NULL)
			job_wake(job);
		return;
	}
	asks_drop(job, index);
	if (ask_send(job, index, QUESTION_TCP))
		return;
	job->hunt.candidates[index].is_bad = true;
	job_wake(job);
}
