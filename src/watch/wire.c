/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/wire.h"

#include "base/clock.h"
#include "base/random.h"
#include "ip/prefix.h"
#include "net/dial.h"
#include "net/doh_session.h"
#include "net/framing.h"
#include "net/tls_client.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TIMESTAMPS_SIZE 12 /* octets that the TCP option takes of each segment (RFC 7323 3.2, padded) */
#define HTTPS_PORT 443

/* The question as it was sent. TCP's length stands in front. */
struct sent {
	uint8_t octets[FRAMING_PREFIX_SIZE + QUESTION_MAX];
	size_t size; /* of the message */
};

static struct span sent_message(const struct sent *sent)
{
	return span_of(sent->octets + FRAMING_PREFIX_SIZE, sent->size);
}

static void sent_make(const struct fact_question *from, struct sent *ret)
{
	static const uint8_t no_mix[32];
	const struct question question = {.server = from->server,
					  .transport = from->transport,
					  .qname = from->qname,
					  .qtype = from->qtype,
					  .is_rd = from->is_rd,
					  .is_cd = from->is_cd,
					  .is_do = from->is_do,
					  .edns_size = from->edns_size};
	uint16_t id;
	random_bytes(&id, sizeof(id));
	ret->size = question_encode(&question, id, no_mix, ret->octets + FRAMING_PREFIX_SIZE);
	store_u16(ret->octets, (uint16_t)ret->size);
}

/* What this host could not send says nothing of the server. */
static enum fact_state state_of(int err)
{
	switch (err) {
	case ERR_OK:
		return FACT_REPLY;
	case -ETIMEDOUT:
		return FACT_SILENT;
	case ERR_TRUNCATED:
	case ERR_CRYPTO:
	case ERR_SYNTAX:
	case ERR_LIMIT:
	case ERR_MISMATCH:
	case -ECONNREFUSED:
	case -ECONNRESET:
	case -EPIPE:
	case -EHOSTUNREACH:
		return FACT_REFUSED;
	default:
		return FACT_NO_ROUTE;
	}
}

/* RFC 7335: a host whose IPv4 is a translator's own has an address of 192.0.0.0/29. */
static bool is_translated(int fd)
{
	struct sockaddr_storage address;
	struct ip_endpoint own;
	socklen_t size = sizeof(address);
	static const uint8_t first[4] = {192, 0, 0, 0};
	const struct ip_prefix clat = {.addr = ip_addr_v4(first), .length = 29};
	return getsockname(fd, (struct sockaddr *)&address, &size) == 0 &&
	       ip_endpoint_from_sockaddr((struct sockaddr *)&address, &own) == ERR_OK &&
	       ip_prefix_contains(&clat, &own.addr);
}

/* --- Datagrams --- */

union fragment_control {
	struct cmsghdr header;
	uint8_t octets[CMSG_SPACE(sizeof(int))];
};

/* The kernel tells the size of the largest fragment behind a datagram that it put together. */
static uint16_t fragment_of(struct msghdr *header)
{
	for (struct cmsghdr *one = CMSG_FIRSTHDR(header); one != NULL; one = CMSG_NXTHDR(header, one)) {
		int size;
		bool is_ours = (one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == IPV6_RECVFRAGSIZE) ||
			       (one->cmsg_level == IPPROTO_IP && one->cmsg_type == IP_RECVFRAGSIZE);
		if (!is_ours || one->cmsg_len < CMSG_LEN(sizeof(size)))
			continue;
		memcpy(&size, CMSG_DATA(one), sizeof(size));
		return (uint16_t)size;
	}
	return 0;
}

static int datagram_receive(int fd, const struct sent *sent, uint64_t deadline_us, struct wire_answer *ret)
{
	for (;;) {
		union fragment_control control;
		struct iovec octets = {.iov_base = ret->octets, .iov_len = sizeof(ret->octets)};
		struct msghdr header = {.msg_iov = &octets,
					.msg_iovlen = 1,
					.msg_control = &control,
					.msg_controllen = sizeof(control)};
		int err = dial_wait(fd, POLLIN, deadline_us);
		if (err != ERR_OK)
			return err;
		ssize_t size = recvmsg(fd, &header, 0);
		if (size < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (size < 0 || !question_matches(sent_message(sent), span_of(ret->octets, (size_t)size), true))
			continue;
		ret->size = (size_t)size;
		ret->seen.fragment = fragment_of(&header);
		return ERR_OK;
	}
}

static void datagram_probe(const struct fact_question *question, unsigned timeout_ms, unsigned tries,
			   struct wire_answer *ret)
{
	static const int on = 1;
	struct sent sent;
	bool is_v6 = question->server.addr.family == FAMILY_IPV6;
	int fd, err = dial_open(&question->server, SOCK_DGRAM, 0, 0, &fd);
	sent_make(question, &sent);
	if (err == ERR_OK) {
		ret->seen.is_translated = is_translated(fd);
		if (setsockopt(fd, is_v6 ? IPPROTO_IPV6 : IPPROTO_IP, is_v6 ? IPV6_RECVFRAGSIZE : IP_RECVFRAGSIZE, &on,
			       sizeof(on)) != 0)
			err = -errno;
		for (unsigned i = 0; i < tries && (i == 0 || err == -ETIMEDOUT); i++) {
			uint64_t deadline_us = clock_monotonic_us() + timeout_ms * 1000ull / tries;
			if (send(fd, sent_message(&sent).data, sent.size, 0) < 0)
				err = -errno;
			else
				err = datagram_receive(fd, &sent, deadline_us, ret);
		}
		close(fd);
	}
	ret->state = state_of(err);
}

/* --- Streams --- */

/* Whatever message comes next, into ret->octets. */
static int message_receive(int fd, uint64_t deadline_us, struct wire_answer *ret, size_t *ret_size)
{
	uint8_t length[FRAMING_PREFIX_SIZE];
	int err = dial_receive(fd, length, sizeof(length), deadline_us);
	*ret_size = err == ERR_OK ? load_u16(length) : 0;
	return err == ERR_OK ? dial_receive(fd, ret->octets, *ret_size, deadline_us) : err;
}

/* The next message that answers what was sent; others are dropped. */
static int stream_receive(int fd, const struct sent *sent, uint64_t deadline_us, struct wire_answer *ret)
{
	for (;;) {
		size_t size;
		int err = message_receive(fd, deadline_us, ret, &size);
		if (err != ERR_OK)
			return err;
		if (!question_matches(sent_message(sent), span_of(ret->octets, size), true))
			continue;
		ret->size = size;
		return ERR_OK;
	}
}

/* tcpi_snd_mss is what remains of the server's announcement, and of our own link, behind TCP's own options. */
static uint16_t segment_of(int fd)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
		return 0;
	uint32_t segment = info.tcpi_snd_mss + (info.tcpi_options & TCPI_OPT_TIMESTAMPS ? TIMESTAMPS_SIZE : 0);
	return segment < UINT16_MAX ? (uint16_t)segment : UINT16_MAX;
}

/* Questions that differ in their ids, in one piece. */
static int questions_send(int fd, const struct sent *sent, size_t count, uint64_t deadline_us)
{
	uint8_t octets[FACT_STREAM_QUESTIONS * sizeof(sent->octets)];
	size_t size = 0;
	for (size_t i = 0; i < count; i++) {
		memcpy(octets + size, sent[i].octets, FRAMING_PREFIX_SIZE + sent[i].size);
		size += FRAMING_PREFIX_SIZE + sent[i].size;
	}
	return dial_send(fd, span_of(octets, size), deadline_us);
}

/* Replies may come in any order (RFC 7766 7). */
static int answers_count(int fd, const struct sent *sent, uint64_t deadline_us, struct wire_answer *ret)
{
	bool is_answered[FACT_STREAM_QUESTIONS] = {false};
	while (ret->seen.answered < FACT_STREAM_QUESTIONS) {
		size_t size;
		int err = message_receive(fd, deadline_us, ret, &size);
		if (err != ERR_OK)
			return err;
		for (int i = 0; i < FACT_STREAM_QUESTIONS; i++) {
			if (is_answered[i] ||
			    !question_matches(sent_message(&sent[i]), span_of(ret->octets, size), true))
				continue;
			is_answered[i] = true;
			ret->seen.answered++;
			ret->size = size;
			break;
		}
	}
	return ERR_OK;
}

/* Does the connection outlive a pause, and is a further question answered on it? */
static bool stream_is_kept(int fd, const struct sent *sent, unsigned timeout_ms, struct wire_answer *scratch)
{
	uint64_t now_us = clock_monotonic_us();
	if (dial_wait(fd, POLLIN | POLLRDHUP, now_us + WIRE_PAUSE_MS * 1000ull) != -ETIMEDOUT)
		return false; /* nothing is due: what comes is the end */
	uint64_t deadline_us = clock_monotonic_us() + timeout_ms * 1000ull;
	return questions_send(fd, sent, 1, deadline_us) == ERR_OK &&
	       stream_receive(fd, sent, deadline_us, scratch) == ERR_OK;
}

static void stream_probe(const struct fact_question *question, unsigned timeout_ms, struct wire_answer *ret)
{
	struct sent sent[FACT_STREAM_QUESTIONS + 1];
	uint64_t began_us = clock_monotonic_us(), deadline_us = began_us + timeout_ms * 1000ull;
	int fd, err = dial_open(&question->server, SOCK_STREAM, 0, deadline_us, &fd);
	if (err == ERR_OK) {
		ret->seen.segment = segment_of(fd);
		ret->seen.is_translated = is_translated(fd);
		for (int i = 0; i <= FACT_STREAM_QUESTIONS; i++) {
			sent_make(question, &sent[i]);
			/* Told apart by their ids alone. */
			store_u16(sent[i].octets + FRAMING_PREFIX_SIZE,
				  (uint16_t)(load_u16(sent[0].octets + FRAMING_PREFIX_SIZE) + i));
		}
		err = questions_send(fd, sent, FACT_STREAM_QUESTIONS, deadline_us);
		if (err == ERR_OK)
			err = answers_count(fd, sent, deadline_us, ret);
		ret->duration_us = (uint32_t)(clock_monotonic_us() - began_us);
		struct wire_answer *scratch = err == ERR_OK ? calloc(1, sizeof(*scratch)) : NULL;
		if (scratch != NULL)
			ret->seen.is_kept = stream_is_kept(fd, &sent[FACT_STREAM_QUESTIONS], timeout_ms, scratch);
		free(scratch);
		close(fd);
	}
	ret->state = ret->seen.answered > 0 ? FACT_REPLY : state_of(err);
}

static void segments_probe(const struct fact_question *question, unsigned timeout_ms, struct wire_answer *ret)
{
	struct sent sent;
	uint64_t deadline_us = clock_monotonic_us() + timeout_ms * 1000ull;
	int fd, err = dial_open(&question->server, SOCK_STREAM, question->segment_most, deadline_us, &fd);
	if (err == ERR_OK) {
		ret->seen.segment = segment_of(fd);
		ret->seen.is_translated = is_translated(fd);
		sent_make(question, &sent);
		err = questions_send(fd, &sent, 1, deadline_us);
		if (err == ERR_OK)
			err = stream_receive(fd, &sent, deadline_us, ret);
		close(fd);
	}
	ret->state = state_of(err);
}

/* --- TLS --- */

static int tls_exchange(struct tls_client *client, const struct sent *sent, uint64_t deadline_us,
			struct wire_answer *ret)
{
	uint8_t length[FRAMING_PREFIX_SIZE];
	int err = tls_client_send(client, span_of(sent->octets, FRAMING_PREFIX_SIZE + sent->size), deadline_us);
	if (err == ERR_OK)
		err = tls_client_receive(client, length, sizeof(length), deadline_us);
	size_t size = err == ERR_OK ? load_u16(length) : 0;
	if (err == ERR_OK)
		err = tls_client_receive(client, ret->octets, size, deadline_us);
	if (err == ERR_OK && !question_matches(sent_message(sent), span_of(ret->octets, size), true))
		err = ERR_TRUNCATED;
	ret->size = size;
	return err;
}

/* With what the server's certificate is worth. */
static int tls_open(const struct fact_question *question, int fd, const char *alpn, uint64_t deadline_us,
		    struct wire_answer *ret, struct tls_client **ret_client)
{
	char host[NAME_TEXT_MAX];
	ret->seen.segment = segment_of(fd);
	name_to_display(question->qname, host);
	int err = tls_client_open(fd, host, alpn, deadline_us, ret_client);
	if (err != ERR_OK)
		return err;
	struct tls_verdict verdict = tls_client_verdict(*ret_client);
	ret->seen.is_encrypted = true;
	ret->seen.is_trusted = verdict.is_trusted;
	ret->seen.is_name_right = verdict.is_name_right;
	ret->seen.expires_s = verdict.expires_s;
	ret->seen.is_http2 = question->probe == PROBE_HTTPS && verdict.is_protocol_agreed;
	return ERR_OK;
}

static void tls_probe(const struct fact_question *question, unsigned timeout_ms, struct wire_answer *ret)
{
	struct sent sent;
	struct tls_client *client;
	uint64_t deadline_us = clock_monotonic_us() + timeout_ms * 1000ull;
	int fd, err = dial_open(&question->server, SOCK_STREAM, 0, deadline_us, &fd);
	if (err == ERR_OK) {
		sent_make(question, &sent);
		err = tls_open(question, fd, "dot", deadline_us, ret, &client);
		if (err == ERR_OK) {
			err = tls_exchange(client, &sent, deadline_us, ret);
			tls_client_close(client);
		}
		close(fd);
	}
	ret->state = state_of(err);
}

/* --- HTTPS --- */

/* All that the session has to say. */
static int session_flush(struct doh_session *session, struct tls_client *client, uint64_t deadline_us)
{
	for (;;) {
		struct span octets;
		int err = doh_session_take(session, &octets);
		if (err != ERR_OK || octets.size == 0)
			return err;
		err = tls_client_send(client, octets, deadline_us);
		if (err != ERR_OK)
			return err;
	}
}

static int session_run(struct doh_session *session, struct tls_client *client, uint64_t deadline_us)
{
	uint8_t octets[4096];
	int err = session_flush(session, client, deadline_us);
	while (err == ERR_OK && !doh_session_is_done(session)) {
		size_t size = 0;
		/* One that sends drop by drop does not get more time than one that is silent. */
		if (clock_monotonic_us() >= deadline_us)
			return -ETIMEDOUT;
		err = tls_client_receive_some(client, octets, sizeof(octets), deadline_us, &size);
		if (err == ERR_OK)
			err = doh_session_put(session, span_of(octets, size));
		if (err == ERR_OK && !doh_session_is_done(session))
			err = session_flush(session, client, deadline_us);
	}
	return err;
}

/* The message, when it came with status 200, as what it is, and answers. */
static int response_take(struct doh_response response, const struct sent *sent, struct wire_answer *ret)
{
	ret->seen.status = response.status;
	ret->seen.is_dns_message = response.is_dns_message;
	if (response.status != 200 || !response.is_dns_message ||
	    !question_matches(sent_message(sent), response.body, true))
		return ERR_MISMATCH;
	memcpy(ret->octets, response.body.data, response.body.size);
	ret->size = response.body.size;
	return ERR_OK;
}

static int https_exchange(const struct fact_question *question, struct tls_client *client, uint64_t deadline_us,
			  struct wire_answer *ret)
{
	char host[NAME_TEXT_MAX + sizeof(":65535")];
	struct sent sent;
	struct doh_session *session;
	sent_make(question, &sent);
	store_u16(sent.octets + FRAMING_PREFIX_SIZE, 0); /* RFC 8484 4.1 */
	size_t size = name_to_display(question->qname, host);
	if (question->server.port != HTTPS_PORT)
		snprintf(host + size, sizeof(host) - size, ":%u", question->server.port);
	int err = doh_session_new(host, question->path, sent_message(&sent), &session);
	if (err != ERR_OK)
		return err;
	err = session_run(session, client, deadline_us);
	struct doh_response response = doh_session_response(session);
	if (err == ERR_OK)
		err = response_take(response, &sent, ret);
	else
		ret->seen.status = response.status;
	doh_session_free(session);
	return err;
}

static void https_probe(const struct fact_question *question, unsigned timeout_ms, struct wire_answer *ret)
{
	struct tls_client *client;
	uint64_t deadline_us = clock_monotonic_us() + timeout_ms * 1000ull;
	int fd, err = dial_open(&question->server, SOCK_STREAM, 0, deadline_us, &fd);
	if (err == ERR_OK) {
		err = tls_open(question, fd, "h2", deadline_us, ret, &client);
		if (err == ERR_OK) {
			err = ret->seen.is_http2 ? https_exchange(question, client, deadline_us, ret) : ERR_MISMATCH;
			tls_client_close(client);
		}
		close(fd);
	}
	ret->state = state_of(err);
}

/* --- Transfers --- */

/* Messages behind the first need not repeat the question (RFC 5936 2.2.1). */
static int transfer_receive(int fd, const struct sent *sent, uint64_t deadline_us, struct wire_answer *ret,
			    struct transfer *transfer)
{
	bool is_first = true;
	for (enum transfer_state state = TRANSFER_MORE; state == TRANSFER_MORE; is_first = false) {
		size_t size;
		int err = message_receive(fd, deadline_us, ret, &size);
		if (err != ERR_OK)
			return err;
		struct span message = span_of(ret->octets, size);
		bool is_ours =
			is_first ? question_matches(sent_message(sent), message, true)
				 : size >= HEADER_SIZE && load_u16(ret->octets) == load_u16(sent_message(sent).data);
		state = is_ours ? transfer_take(transfer, message) : TRANSFER_BROKEN;
		if (state == TRANSFER_DONE && transfer_digest(transfer, ret->seen.digest) == ERR_OK)
			ret->seen.records = transfer_records(transfer);
	}
	return ERR_OK;
}

static void transfer_probe(const struct fact_question *question, struct wire_answer *ret)
{
	struct sent sent;
	struct transfer *transfer = transfer_new();
	uint64_t deadline_us = clock_monotonic_us() + WIRE_TRANSFER_MS * 1000ull;
	int fd, err = transfer != NULL ? dial_open(&question->server, SOCK_STREAM, 0, deadline_us, &fd) : -ENOMEM;
	if (err == ERR_OK) {
		sent_make(question, &sent);
		err = questions_send(fd, &sent, 1, deadline_us);
		if (err == ERR_OK)
			err = transfer_receive(fd, &sent, deadline_us, ret, transfer);
		ret->size = transfer_first(transfer, ret->octets, sizeof(ret->octets));
		close(fd);
	}
	transfer_free(transfer);
	ret->state = ret->size > 0 ? FACT_REPLY : err == ERR_OK ? FACT_REFUSED : state_of(err);
}

void wire_ask(const struct fact_question *question, unsigned timeout_ms, unsigned tries, struct wire_answer *ret)
{
	uint64_t began_us = clock_monotonic_us();
	ret->state = FACT_UNKNOWN;
	ret->seen = (struct fact_seen){0};
	ret->size = 0;
	ret->duration_us = 0;
	if (question->probe == PROBE_DATAGRAM)
		datagram_probe(question, timeout_ms, tries, ret);
	else if (question->probe == PROBE_STREAM)
		stream_probe(question, timeout_ms, ret);
	else if (question->probe == PROBE_SEGMENTS)
		segments_probe(question, timeout_ms, ret);
	else if (question->probe == PROBE_TLS)
		tls_probe(question, timeout_ms, ret);
	else if (question->probe == PROBE_HTTPS)
		https_probe(question, timeout_ms, ret);
	else if (question->probe == PROBE_TRANSFER)
		transfer_probe(question, ret);
	if (ret->duration_us == 0)
		ret->duration_us = (uint32_t)(clock_monotonic_us() - began_us);
	if (ret->state != FACT_REPLY)
		ret->size = 0;
}
