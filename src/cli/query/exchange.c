/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/query/exchange.h"

#include "base/clock.h"
#include "base/random.h"
#include "dns/builder.h"
#include "dns/cookie.h"
#include "dns/rrtype.h"
#include "net/dial.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_MAX 65535
#define QUERY_MAX 1024 /* octets of a query: name, OPT, TSIG */

/* What was sent, to know the answer by. */
struct sent {
	const struct query_question *question;
	uint16_t id;
	uint8_t client_cookie[COOKIE_CLIENT_SIZE];
	struct tsig tsig;
	uint8_t octets[2 + QUERY_MAX]; /* with the length in front that TCP wants */
	size_t size;                   /* octets of the message, without that length */
};

/* --- The query --- */

/* server_cookie: 8-32 octets from an earlier answer, or empty. */
static int query_make(struct sent *sent, struct span server_cookie)
{
	const struct query_question *question = sent->question;
	uint8_t cookie[EDNS_COOKIE_MAX];
	memcpy(cookie, sent->client_cookie, COOKIE_CLIENT_SIZE);
	if (server_cookie.size > 0)
		memcpy(cookie + COOKIE_CLIENT_SIZE, server_cookie.data, server_cookie.size);
	struct edns edns = {.udp_size = question->edns_size, .is_do = question->is_do, .has_nsid = question->has_nsid};
	if (question->has_cookie)
		edns.cookie = span_of(cookie, COOKIE_CLIENT_SIZE + server_cookie.size);
	random_bytes(&sent->id, sizeof(sent->id));
	/* AD in a query asks for AD in the answer (RFC 6840 5.7). */
	uint16_t flags = (uint16_t)(HEADER_AD | (question->is_rd ? HEADER_RD : 0) | (question->is_cd ? HEADER_CD : 0));
	struct builder builder;
	builder_query(&builder, sent->octets + 2, QUERY_MAX, sent->id, flags, question->name, question->type,
	              question->class);
	if (question->has_edns && !builder_opt(&builder, &edns))
		return ERR_SPACE;
	struct writer out = {.data = builder.data, .size = builder_finish(&builder), .capacity = QUERY_MAX};
	int err = ERR_OK;
	if (question->key != NULL)
		err = tsig_sign_query(question->key, clock_wall_us() / 1000000, &out, &sent->tsig);
	sent->size = out.size;
	store_u16(sent->octets, (uint16_t)out.size);
	return err;
}

/*
 * Is it the answer to what was sent? RFC 5452 9.1: id and question must match, the source is the connected socket's.
 * A server that could not read the question may leave it out.
 */
static bool is_answer(const struct sent *sent, const struct message *message)
{
	if (message->id != sent->id || !(message->flags & HEADER_QR) || message->opcode != OPCODE_QUERY)
		return false;
	/* RFC 7873 5.3: another client cookie than ours marks a forgery. */
	if (sent->question->has_cookie && message->edns.cookie.data != NULL &&
	    memcmp(message->edns.cookie.data, sent->client_cookie, COOKIE_CLIENT_SIZE) != 0)
		return false;
	struct message_place place = {0};
	struct message_item item;
	if (message->counts[SECTION_QUESTION] == 0)
		return message->rcode == RCODE_FORMERR || message->rcode == RCODE_NOTIMP;
	return message_next(message, &place, &item) == ERR_OK && name_equal(item.owner, sent->question->name) &&
	       item.type == sent->question->type && item.class == sent->question->class;
}

/* --- Sockets --- */

/* Datagrams until the answer comes or the deadline. */
static int udp_receive(int fd, const struct sent *sent, uint64_t deadline_us, struct query_reply *reply)
{
	for (;;) {
		int err = dial_wait(fd, POLLIN, deadline_us);
		if (err != ERR_OK)
			return err;
		ssize_t size = recv(fd, reply->octets, MESSAGE_MAX, 0);
		if (size < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (size < 0)
			return -errno;
		struct message message;
		if (message_read(span_of(reply->octets, (size_t)size), &message) == ERR_OK && is_answer(sent, &message)) {
			reply->message = message;
			return ERR_OK;
		}
		reply->strays++;
	}
}

static int udp_ask(const struct sent *sent, const struct query_way *way, struct query_reply *reply)
{
	int fd, err = dial_open(&reply->server, SOCK_DGRAM, 0, 0, &fd);
	if (err != ERR_OK)
		return err;
	uint64_t wait_us = (uint64_t)way->timeout_ms * 1000 / way->tries;
	for (unsigned try = 0; try < way->tries; try++) {
		ssize_t size = send(fd, sent->octets + 2, sent->size, 0);
		err = size < 0 ? -errno : udp_receive(fd, sent, clock_monotonic_us() + wait_us, reply);
		if (err != -ETIMEDOUT)
			break;
	}
	close(fd);
	return err;
}

static int tcp_ask(const struct sent *sent, const struct query_way *way, struct query_reply *reply)
{
	uint64_t deadline_us = clock_monotonic_us() + (uint64_t)way->timeout_ms * 1000;
	int fd, err = dial_open(&reply->server, SOCK_STREAM, 0, deadline_us, &fd);
	if (err != ERR_OK)
		return err;
	uint8_t length[2];
	size_t size = 0;
	err = dial_send(fd, span_of(sent->octets, 2 + sent->size), deadline_us);
	if (err == ERR_OK)
		err = dial_receive(fd, length, sizeof(length), deadline_us);
	if (err == ERR_OK) {
		size = load_u16(length);
		err = dial_receive(fd, reply->octets, size, deadline_us);
	}
	close(fd);
	struct message message;
	if (err == ERR_OK)
		err = message_read(span_of(reply->octets, size), &message);
	if (err != ERR_OK)
		return err;
	if (!is_answer(sent, &message))
		return ERR_MISMATCH;
	reply->message = message;
	return ERR_OK;
}

/* --- The exchange --- */

static void tsig_judge(const struct sent *sent, struct query_reply *reply)
{
	if (sent->question->key == NULL)
		return;
	reply->tsig = QUERY_TSIG_MISSING;
	if (reply->message.tsig_offset == 0)
		return;
	reply->tsig = QUERY_TSIG_BAD;
	if (tsig_verify_answer(&sent->tsig, reply->message.octets, reply->message.tsig_offset, clock_wall_us() / 1000000,
	                       &reply->tsig_error) == ERR_OK)
		reply->tsig = reply->tsig_error == 0 ? QUERY_TSIG_GOOD : QUERY_TSIG_REFUSED;
}

static int transport_ask(const struct sent *sent, const struct query_way *way, struct query_reply *reply)
{
	reply->transport = way->transport;
	int err = way->transport == TRANSPORT_TCP ? tcp_ask(sent, way, reply) : udp_ask(sent, way, reply);
	if (err != ERR_OK || way->transport == TRANSPORT_TCP || !way->is_tcp_after_truncation ||
	    !(reply->message.flags & HEADER_TC))
		return err;
	reply->was_truncated = true;
	reply->transport = TRANSPORT_TCP;
	return tcp_ask(sent, way, reply);
}

/* RFC 7873 5.3: BADCOOKIE with a server cookie is an invitation to ask again with it, once. */
static bool take_server_cookie(const struct sent *sent, const struct query_reply *reply, uint8_t *ret, size_t *ret_size)
{
	struct span cookie = reply->message.edns.cookie;
	if (!sent->question->has_cookie || reply->message.rcode != RCODE_BADCOOKIE || cookie.size <= COOKIE_CLIENT_SIZE)
		return false;
	*ret_size = cookie.size - COOKIE_CLIENT_SIZE;
	memcpy(ret, cookie.data + COOKIE_CLIENT_SIZE, *ret_size);
	return true;
}

/* A command may keep many replies: gives back what the answer does not need. */
static void octets_shrink(struct query_reply *reply)
{
	size_t size = reply->error == ERR_OK ? reply->message.octets.size : 1;
	uint8_t *less = realloc(reply->octets, size);
	if (less == NULL)
		return;
	reply->octets = less;
	if (reply->error == ERR_OK)
		reply->error = message_read(span_of(less, size), &reply->message);
}

void query_exchange(const struct query_question *question, const struct ip_endpoint *server,
                    const struct query_way *way, struct query_reply *ret)
{
	struct sent sent = {.question = question};
	uint8_t server_cookie[EDNS_COOKIE_MAX];
	size_t server_cookie_size = 0;
	uint64_t started_us = clock_monotonic_us();
	*ret = (struct query_reply){.server = *server, .transport = way->transport, .octets = malloc(MESSAGE_MAX)};
	random_bytes(sent.client_cookie, sizeof(sent.client_cookie));
	for (unsigned round = 0; round < 2; round++) {
		ret->error = ret->octets == NULL ? -ENOMEM
		                                 : query_make(&sent, span_of(server_cookie, server_cookie_size));
		if (ret->error == ERR_OK)
			ret->error = transport_ask(&sent, way, ret);
		if (ret->error != ERR_OK || !take_server_cookie(&sent, ret, server_cookie, &server_cookie_size))
			break;
	}
	ret->duration_us = clock_monotonic_us() - started_us;
	if (ret->octets != NULL)
		octets_shrink(ret);
	if (ret->error == ERR_OK)
		tsig_judge(&sent, ret);
}

bool query_exchange_any(const struct query_question *question, const struct ip_endpoint *servers, size_t count,
                        const bool is_family_allowed[FAMILY_COUNT], const struct query_way *way,
                        struct query_reply *ret)
{
	bool was_asked = false;
	for (size_t i = 0; i < count && !(was_asked && ret->error == ERR_OK); i++) {
		if (!is_family_allowed[servers[i].addr.family])
			continue;
		if (was_asked)
			query_reply_free(ret);
		query_exchange(question, &servers[i], way, ret);
		was_asked = true;
	}
	return was_asked;
}

void query_reply_free(struct query_reply *reply)
{
	free(reply->octets);
	reply->octets = NULL;
}

const char *query_error_text(int error)
{
	switch (error) {
	case -ETIMEDOUT:
		return "no answer in time";
	case -ECONNREFUSED:
		return "refused: nothing listens there";
	case -ENETUNREACH:
	case -EADDRNOTAVAIL:
	case -EAFNOSUPPORT:
		return "this host has no route";
	case ERR_TRUNCATED:
		return "the server closed the connection early";
	case ERR_MISMATCH:
		return "the server answered something else";
	default:
		return err_text(error);
	}
}

bool query_error_is_local(int error)
{
	return error == -ENETUNREACH || error == -EADDRNOTAVAIL || error == -EAFNOSUPPORT;
}
