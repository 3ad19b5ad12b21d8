/* SPDX-License-Identifier: BSD-2-Clause */
/* A collector of our own, in this process: what it gets, and what becomes of messages while it is away. */
#include "telemetry/dnstap/tap.h"

#include "net/frame_stream.h"
#include "signals/dnstap.h"
#include "tests/unit/cmocka_all.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WAIT_MS 10000

struct collector {
	char folder[32], path[64];
	struct sockaddr_storage address;
	socklen_t size;
	struct ip_endpoint endpoint; /* port 0: the path */
	int listener, fd;
	struct frame_peer *peer;
};

static void collector_open(struct collector *collector, const char *address)
{
	strcpy(collector->folder, "/tmp/tap-XXXXXX");
	assert_non_null(mkdtemp(collector->folder));
	snprintf(collector->path, sizeof(collector->path), "%s/s", collector->folder);
	if (address != NULL) {
		assert_int_equal(ip_endpoint_from_text(address, 0, &collector->endpoint), ERR_OK);
		collector->size = ip_endpoint_to_sockaddr(&collector->endpoint, &collector->address);
	} else {
		struct sockaddr_un *local = (struct sockaddr_un *)&collector->address;
		local->sun_family = AF_UNIX;
		strcpy(local->sun_path, collector->path);
		collector->size = sizeof(*local);
	}
	collector->fd = -1;
	collector->listener = socket(collector->address.ss_family, SOCK_STREAM, 0);
	assert_int_equal(bind(collector->listener, (struct sockaddr *)&collector->address, collector->size), 0);
	assert_int_equal(listen(collector->listener, 1), 0);
	if (address != NULL) {
		assert_int_equal(getsockname(collector->listener, (struct sockaddr *)&collector->address, &collector->size), 0);
		assert_int_equal(ip_endpoint_from_sockaddr((struct sockaddr *)&collector->address, &collector->endpoint),
		                 ERR_OK);
	}
}

static void collector_accept(struct collector *collector)
{
	struct pollfd poller = {.fd = collector->listener, .events = POLLIN};
	assert_int_equal(poll(&poller, 1, WAIT_MS), 1);
	collector->fd = accept(collector->listener, NULL, NULL);
	assert_true(collector->fd >= 0);
	collector->peer = frame_peer_new();
}

static void collector_leave(struct collector *collector)
{
	close(collector->fd);
	frame_peer_free(collector->peer);
	collector->fd = -1;
	collector->peer = NULL;
}

static void collector_close(struct collector *collector)
{
	if (collector->fd >= 0)
		collector_leave(collector);
	close(collector->listener);
	unlink(collector->path);
	rmdir(collector->folder);
}

/* The next frame; false: the sender has said STOP. */
static bool collector_next(struct collector *collector, struct span *ret)
{
	for (;;) {
		enum frame_next next = frame_peer_next(collector->peer, ret);
		struct span reply = frame_peer_reply(collector->peer);
		if (reply.size > 0)
			assert_int_equal(send(collector->fd, reply.data, reply.size, MSG_NOSIGNAL), reply.size);
		if (next == FRAME_DATA || next == FRAME_ENDED)
			return next == FRAME_DATA;
		assert_int_equal(next, FRAME_MORE);
		if (reply.size > 0)
			continue;
		size_t room;
		uint8_t *at = frame_peer_room(collector->peer, &room);
		struct pollfd poller = {.fd = collector->fd, .events = POLLIN};
		assert_int_equal(poll(&poller, 1, WAIT_MS), 1);
		ssize_t got = recv(collector->fd, at, room, 0);
		assert_true(got > 0);
		frame_peer_filled(collector->peer, (size_t)got);
	}
}

static struct tap *tap_open(const struct collector *collector, struct log *log, size_t ring_size)
{
	struct tap *tap;
	struct tap_options options = {.worker_count = 2,
	                              .ring_size = ring_size,
	                              .sender = {.log = log},
	                              .identity = "ns1",
	                              .privacy = {.length = {[FAMILY_IPV6] = 56, [FAMILY_IPV4] = 32}},
	                              .log = log};
	if (collector->endpoint.port != 0)
		options.sender.peer = collector->endpoint;
	else
		options.sender.path = collector->path;
	assert_int_equal(tap_new(&options, &tap), ERR_OK);
	return tap;
}

static void emit(struct tap *tap, size_t worker, uint32_t label, uint16_t id, const char *client)
{
	uint8_t octets[] = "\0\0\1\0\0\1\0\0\0\0\0\0\3www\7example\0\0\x1c\0\1";
	struct tap_message message = {.type = TAP_CLIENT_QUERY,
	                              .query_us = 1795318005870123,
	                              .octets = span_of(octets, sizeof(octets) - 1)};
	store_u16(octets, id);
	assert_int_equal(ip_endpoint_from_text(client, 0, &message.query), ERR_OK);
	assert_int_equal(ip_endpoint_from_text("2001:db8:f::1@53", 0, &message.response), ERR_OK);
	tap_emit(tap, worker, label, &message);
}

static void expect(struct collector *collector, uint16_t id, const char *service, const char *client, bool has_port)
{
	struct span frame;
	struct event event;
	char text[IP_ADDR_TEXT_MAX];
	assert_true(collector_next(collector, &frame));
	event_clear(&event);
	assert_int_equal(dnstap_read(frame, &event), LINE_EVENT);
	assert_int_equal(event.id, id);
	assert_string_equal(event.service, service);
	ip_addr_to_text(&event.client.addr, text);
	assert_string_equal(text, client);
	assert_int_equal(event_has(&event, EVENT_HAS_CLIENT_PORT), has_port);
}

static void *end(void *tap)
{
	tap_free(tap);
	return NULL;
}

/* Over a Unix socket and TCP of both families: two services, addresses cut, the end in good order. */
static void test_all_is_taken(void **state)
{
	(void)state;
	static const char *const addresses[] = {NULL, "::1", "127.0.0.1"};
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct collector collector = {0};
		struct log *log = log_new(STDERR_FILENO, LOG_FORMAT_TEXT, LOG_LEVEL_ERROR, NULL);
		uint32_t office, lan, again;
		collector_open(&collector, addresses[i]);
		struct tap *tap = tap_open(&collector, log, 65536);
		assert_int_equal(tap_label(tap, "office", &office), ERR_OK);
		assert_int_equal(tap_label(tap, "lan", &lan), ERR_OK);
		assert_int_equal(tap_label(tap, "office", &again), ERR_OK);
		assert_int_equal(office, again);
		emit(tap, 0, office, 1, "2001:db8:c:17::10@39627");
		collector_accept(&collector);
		expect(&collector, 1, "office", "2001:db8:c::", false);
		emit(tap, 1, lan, 2, "192.0.2.10@39627");
		expect(&collector, 2, "lan", "192.0.2.10", true);
		struct tap_view view = tap_view(tap);
		assert_true(view.sender.is_connected);
		assert_int_equal(view.dropped, 0);
		/* What is left is sent, then STOP, and FINISH is waited for. */
		struct span frame;
		pthread_t ending;
		emit(tap, 0, lan, 3, "2001:db8:c::@39627");
		assert_int_equal(pthread_create(&ending, NULL, end, tap), 0);
		expect(&collector, 3, "lan", "2001:db8:c::", false);
		assert_false(collector_next(&collector, &frame));
		pthread_join(ending, NULL);
		collector_close(&collector);
		log_free(log);
	}
}

/* Nobody listens, then somebody does, and goes away, and comes back: rings are full meanwhile, and it is counted. */
static void test_away_and_back(void **state)
{
	(void)state;
	struct collector collector = {0}, gone = {0};
	struct log *log = log_new(STDERR_FILENO, LOG_FORMAT_TEXT, LOG_LEVEL_ERROR, NULL);
	uint32_t office;
	collector_open(&collector, NULL);
	strcpy(gone.path, collector.path);
	struct tap *tap = tap_open(&gone, log, 4096);
	assert_int_equal(tap_label(tap, "office", &office), ERR_OK);
	collector_accept(&collector);
	emit(tap, 0, office, 1, "192.0.2.10@39627");
	expect(&collector, 1, "office", "192.0.2.10", true);
	collector_leave(&collector);
	while (tap_view(tap).sender.is_connected)
		usleep(1000);
	for (uint16_t id = 100; id < 300; id++)
		emit(tap, 0, office, id, "192.0.2.10@39627");
	assert_true(tap_view(tap).dropped > 100);
	collector_accept(&collector);
	expect(&collector, 100, "office", "192.0.2.10", true); /* what waited is not lost */
	assert_int_equal(tap_view(tap).sender.connections, 2);
	collector_close(&collector);
	tap_free(tap);
	log_free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_is_taken), cmocka_unit_test(test_away_and_back)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
