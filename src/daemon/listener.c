/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/listener.h"

#include "net/holder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATIENCE_MS 10000

const char *listener_state_text(enum listener_state state)
{
	return state == LISTENER_UP ? "up" : "waiting";
}

static const char *lack_text(const struct ip_addr *addr)
{
	static const char *const wildcards[FAMILY_COUNT] = {
		[FAMILY_IPV6] = "no interface has an IPv6 address that clients can reach",
		[FAMILY_IPV4] = "no interface has an IPv4 address that clients can reach",
	};
	return ip_addr_is_any(addr) ? wildcards[addr->family] : "no interface has this address";
}

const char *listener_lack_text(const struct listener *listener)
{
	return lack_text(&listener->endpoint.addr);
}

struct socket_options listener_options(const struct config_transport *transport)
{
	return (struct socket_options){.tcp_mss = transport->tcp_mss,
	                               .is_mtu_minimum = transport->path_mtu == PATH_MTU_MINIMUM,
	                               .is_freebind = transport->is_freebind};
}

struct refusal_row {
	int error;
	const char *advice;
};

static const struct refusal_row refusal_rows[] = {
	{EACCES, "ports below 1024 need root, or the capability CAP_NET_BIND_SERVICE"},
	{EADDRNOTAVAIL, "with `freebind: yes` the listener waits for it"},
	{EADDRINUSE, "another process holds it, and this user may not see which"},
	{EAFNOSUPPORT, "this kernel or container has no such address family: see `families:`"},
	{EMFILE, "the limit of open files is reached: see `ulimit -n`"},
};

void listener_refusal_log(struct log *log, const struct ip_endpoint *endpoint, enum socket_kind kind, int rc)
{
	char text[IP_ENDPOINT_TEXT_MAX], who[HOLDER_TEXT_MAX] = "";
	ip_endpoint_to_text(endpoint, text);
	const char *advice = "";
	for (size_t i = 0; i < sizeof(refusal_rows) / sizeof(refusal_rows[0]); i++) {
		if (rc == -refusal_rows[i].error)
			advice = refusal_rows[i].advice;
	}
	if (rc == -EADDRNOTAVAIL)
		snprintf(who, sizeof(who), "%s", lack_text(&endpoint->addr));
	struct holder holder;
	if (rc == -EADDRINUSE && holder_find(endpoint, kind, &holder) == ERR_OK) {
		holder_to_text(&holder, who);
		advice = holder_advice(&holder);
	}
	const struct log_field fields[] = {{.key = "address", .text = text},
	                                   {.key = "family", .text = family_text(endpoint->addr.family)},
	                                   {.key = "transport", .text = socket_kind_text(kind)}};
	log_line(log, LOG_LEVEL_ERROR, "listener", fields, 3, "cannot listen on %s over %s: %s%s%s%s%s", text,
	         socket_kind_text(kind), err_text(rc), who[0] != '\0' ? ": " : "", who, advice[0] != '\0' ? "; " : "",
	         advice);
}

static void descriptors_close(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
}

/* The parts take the descriptors over. */
static int parts_new(struct listener *listener, const int *udp, const int *tcp)
{
	listener->parts = calloc(listener->part_count, sizeof(listener->parts[0]));
	for (size_t i = 0; listener->parts != NULL && i < listener->part_count; i++) {
		struct listener_part *part = calloc(1, sizeof(*part));
		if (part == NULL)
			return -ENOMEM;
		part->service = listener->service;
		part->bound = listener->endpoint.addr;
		part->port = listener->endpoint.port;
		part->udp_fd = udp[i];
		part->tcp_fd = tcp[i];
		listener->parts[i] = part;
	}
	return listener->parts != NULL ? ERR_OK : -ENOMEM;
}

static int sockets_open(const struct listener *listener, struct log *log, int *udp, int *tcp)
{
	size_t count = listener->part_count;
	int rc = socket_open_group(&listener->endpoint, SOCKET_UDP, &listener->options, count, udp);
	if (rc != ERR_OK) {
		listener_refusal_log(log, &listener->endpoint, SOCKET_UDP, rc);
		return rc;
	}
	rc = socket_open_group(&listener->endpoint, SOCKET_TCP, &listener->options, count, tcp);
	if (rc != ERR_OK) {
		listener_refusal_log(log, &listener->endpoint, SOCKET_TCP, rc);
		descriptors_close(udp, count);
	}
	return rc;
}

int listener_open(const struct ip_endpoint *endpoint, struct service *service, const struct config_transport *transport,
                  size_t worker_count, struct log *log, struct listener **ret)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	int *fds = calloc(2 * worker_count, sizeof(fds[0]));
	int rc = listener == NULL || fds == NULL ? -ENOMEM : ERR_OK;
	if (rc == ERR_OK) {
		listener->endpoint = *endpoint;
		listener->service = service;
		listener->options = listener_options(transport);
		listener->part_count = worker_count;
		rc = sockets_open(listener, log, fds, fds + worker_count);
	}
	if (rc == ERR_OK) {
		rc = parts_new(listener, fds, fds + worker_count);
		if (rc == ERR_OK)
			*ret = listener;
		else
			descriptors_close(fds, 2 * worker_count);
	}
	if (rc != ERR_OK && listener != NULL) {
		for (size_t i = 0; listener->parts != NULL && i < worker_count; i++)
			free(listener->parts[i]);
		free(listener->parts);
		free(listener);
	}
	free(fds);
	return rc;
}

void listener_free(struct listener *listener)
{
	for (size_t i = 0; i < listener->part_count; i++) {
		close(listener->parts[i]->udp_fd);
		close(listener->parts[i]->tcp_fd);
		free(listener->parts[i]);
	}
	free(listener->parts);
	free(listener);
}

void listener_start(struct listener *listener, struct worker *const *workers)
{
	for (size_t i = 0; i < listener->part_count; i++)
		worker_call(workers[i], worker_add, listener->parts[i]);
}

void listener_stop(struct listener *listener, struct worker *const *workers)
{
	for (size_t i = 0; i < listener->part_count; i++)
		worker_call(workers[i], worker_remove, listener->parts[i]);
	free(listener->parts);
	free(listener);
}

void listener_renew(struct listener *listener, struct service *service, const struct config_transport *transport,
                    struct worker *const *workers)
{
	listener->options = listener_options(transport);
	for (size_t i = 0; i < listener->part_count; i++) {
		const struct listener_part *part = listener->parts[i];
		enum family family = listener->endpoint.addr.family;
		/* The same options were accepted on these sockets before, with other values. */
		if (socket_apply(part->udp_fd, family, SOCKET_UDP, &listener->options) != ERR_OK ||
		    socket_apply(part->tcp_fd, family, SOCKET_TCP, &listener->options) != ERR_OK)
			continue;
	}
	if (listener->service == service)
		return;
	listener->service = service;
	for (size_t i = 0; i < listener->part_count; i++) {
		struct worker_move move = {.part = listener->parts[i], .service = service};
		worker_call(workers[i], worker_move, &move);
	}
}

static void change_log(const struct listener *listener, struct log *log, enum log_level level, const char *message,
                       const char *more)
{
	char text[IP_ENDPOINT_TEXT_MAX];
	ip_endpoint_to_text(&listener->endpoint, text);
	const struct log_field fields[] = {{.key = "service", .text = listener->service->name},
	                                   {.key = "address", .text = text},
	                                   {.key = "family", .text = family_text(listener->endpoint.addr.family)},
	                                   {.key = "state", .text = listener_state_text(listener->state)}};
	log_line(log, level, "listener", fields, 4, "%s %s%s", text, message, more);
}

void listener_look(struct listener *listener, uint64_t now_ms, struct log *log)
{
	bool is_present = socket_address_is_present(&listener->endpoint.addr);
	if (listener->state == LISTENER_UP && !is_present) {
		listener->state = LISTENER_WAITING;
		listener->waiting_since_ms = now_ms;
		listener->is_reported = false;
		change_log(listener, log, LOG_LEVEL_WARNING, "is waiting, so this node is not ready: ",
		           listener_lack_text(listener));
	} else if (listener->state == LISTENER_WAITING && is_present) {
		listener->state = LISTENER_UP;
		change_log(listener, log, LOG_LEVEL_NOTICE, "is there now: up", "");
	} else if (listener->state == LISTENER_WAITING && !listener->is_reported &&
	           now_ms - listener->waiting_since_ms >= PATIENCE_MS) {
		listener->is_reported = true;
		change_log(listener, log, LOG_LEVEL_ERROR,
		           "has been waiting for 10 s; add an address, or take it out of `listen:` and `families:`: ",
		           listener_lack_text(listener));
	}
}
