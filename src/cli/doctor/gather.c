/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor/gather.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/random.h"
#include "config/resolver_files.h"
#include "discover/host_news.h"
#include "net/link.h"
#include "net/rtnetlink.h"

#include <errno.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SENDINGS 3 /* RFC 4861 6.3.7: MAX_RTR_SOLICITATIONS */
#define ARENA_CHUNK 65536
#define BURST_MAX 64 /* messages taken from one socket before the clock is looked at: a flood must not hold us */

/* The sockets of one interface; -1: not open. */
struct listening {
	int router_fd, dhcpv6_fd, dhcpv4_fd;
	struct link_interface interface;
	struct dhcpv4_client dhcpv4;
	uint8_t transaction[DHCPV6_TRANSACTION_SIZE];
};

struct gathering {
	struct client_facts *facts;
	struct listening links[CLIENT_INTERFACES_MAX];
	int news_fd; /* what the kernel tells, where routers cannot be asked */
	uint8_t buffer[LINK_MESSAGE_MAX];
};

/* --- Opening --- */

static const char *reason_of(int err)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
		return "this user may not (CAP_NET_RAW for routers, CAP_NET_BIND_SERVICE for DHCP)";
	case -EADDRINUSE:
		return "a DHCP client of this host has the port";
	case -EADDRNOTAVAIL:
		return "the link-local address is not ready";
	case ERR_NOT_FOUND:
		return "the interface has no link-local IPv6 address";
	default:
		return err_text(err);
	}
}

static void reason_set(char *reason, int err)
{
	snprintf(reason, CLIENT_REASON_MAX, "%s", err == ERR_OK ? "" : reason_of(err));
}

static void link_open(const struct link_interface *interface, struct client_interface *at, struct listening *link)
{
	*link = (struct listening){.router_fd = -1, .dhcpv6_fd = -1, .dhcpv4_fd = -1, .interface = *interface};
	random_bytes(link->transaction, sizeof(link->transaction));
	int err = interface->has_link_local ? link_router_open(interface, &link->router_fd) : ERR_NOT_FOUND;
	reason_set(at->router_unseen, err);
	reason_set(at->dhcpv6_unseen, link_dhcpv6_open(interface, DHCPV6_CLIENT_PORT, &link->dhcpv6_fd));
}

/* RFC 2131 3.4: a host that has an address may ask for the rest. A lease says it already. */
static void informs_open(struct gathering *gathering)
{
	for (size_t i = 0; i < gathering->facts->interface_count; i++) {
		struct client_interface *at = &gathering->facts->interfaces[i];
		struct listening *link = &gathering->links[i];
		if (client_has_dhcpv4(at) || !at->has_address[FAMILY_IPV4] || !link->interface.has_hardware)
			continue;
		link->dhcpv4.addr = link->interface.ipv4;
		memcpy(link->dhcpv4.hardware, link->interface.hardware, DHCPV4_HARDWARE_SIZE);
		random_bytes(&link->dhcpv4.transaction, sizeof(link->dhcpv4.transaction));
		reason_set(at->dhcpv4_unseen, link_dhcpv4_open(&link->interface, DHCPV4_CLIENT_PORT, &link->dhcpv4_fd));
	}
}

static int interfaces_open(const struct gather_options *options, struct gathering *gathering)
{
	struct link_interface found[CLIENT_INTERFACES_MAX + 1];
	struct client_facts *facts = gathering->facts;
	size_t count;
	int err = link_interfaces(options->interface, found, CLIENT_INTERFACES_MAX + 1, &count);
	facts->is_interface_cut = err == ERR_OK && count > CLIENT_INTERFACES_MAX;
	for (size_t i = 0; err == ERR_OK && i < count && i < CLIENT_INTERFACES_MAX; i++) {
		struct client_interface *at = &facts->interfaces[facts->interface_count];
		memcpy(at->name, found[i].name, sizeof(at->name));
		at->index = found[i].index;
		memcpy(at->has_address, found[i].has_address, sizeof(at->has_address));
		link_open(&found[i], at, &gathering->links[facts->interface_count++]);
	}
	if (err == ERR_OK && options->interface != NULL && facts->interface_count == 0)
		err = ERR_NOT_FOUND;
	return err;
}

static void gathering_close(struct gathering *gathering)
{
	for (size_t i = 0; i < gathering->facts->interface_count; i++) {
		if (gathering->links[i].router_fd >= 0)
			close(gathering->links[i].router_fd);
		if (gathering->links[i].dhcpv6_fd >= 0)
			close(gathering->links[i].dhcpv6_fd);
		if (gathering->links[i].dhcpv4_fd >= 0)
			close(gathering->links[i].dhcpv4_fd);
	}
	if (gathering->news_fd >= 0)
		close(gathering->news_fd);
	free(gathering);
}

/* --- Asking: whoever has not answered is asked again --- */

static void inform(const struct listening *link, uint64_t elapsed_s, struct client_interface *at)
{
	uint8_t octets[DHCPV4_REQUEST_MAX];
	struct writer request = writer_of(octets, sizeof(octets));
	if (link->dhcpv4_fd < 0 || at->informed_count > 0)
		return;
	dhcpv4_inform_write(&link->dhcpv4, elapsed_s < UINT16_MAX ? (uint16_t)elapsed_s : UINT16_MAX, &request);
	reason_set(at->dhcpv4_unseen, link_dhcpv4_send(link->dhcpv4_fd, DHCPV4_SERVER_PORT, writer_span(&request)));
}

static void all_ask(struct gathering *gathering, uint64_t started_us)
{
	uint64_t hundredths = (clock_monotonic_us() - started_us) / 10000;
	uint16_t elapsed = hundredths < UINT16_MAX ? (uint16_t)hundredths : UINT16_MAX; /* RFC 8415 21.9 */
	for (size_t i = 0; i < gathering->facts->interface_count; i++) {
		struct client_interface *at = &gathering->facts->interfaces[i];
		struct listening *link = &gathering->links[i];
		uint8_t octets[DHCPV6_REQUEST_MAX];
		struct writer request = writer_of(octets, sizeof(octets));
		if (link->router_fd >= 0 && at->router_count == 0)
			reason_set(at->router_unseen, link_router_solicit(link->router_fd, at->index));
		inform(link, hundredths / 100, at);
		if (link->dhcpv6_fd < 0 || at->reply_count > 0)
			continue;
		dhcpv6_request_write(link->transaction, elapsed, &request);
		reason_set(at->dhcpv6_unseen,
		           link_dhcpv6_send(link->dhcpv6_fd, at->index, DHCPV6_SERVER_PORT, writer_span(&request)));
	}
}

/* --- Hearing --- */

static struct advertisement *router_known(struct client_interface *at, const struct ip_addr *router)
{
	for (size_t i = 0; i < at->router_count; i++) {
		if (ip_addr_equal(&at->routers[i].router, router))
			return &at->routers[i];
	}
	return NULL;
}

static void router_add(const struct advertisement *router, struct client_interface *to)
{
	if (to->router_count < CLIENT_ROUTERS_MAX)
		to->routers[to->router_count++] = *router;
	else
		to->is_router_cut = true;
}

static struct advertisement router_of(const struct client_interface *at, const struct ip_addr *router)
{
	return (struct advertisement){.router = *router, .interface = at->index, .preference = PREFERENCE_MEDIUM};
}

static void routers_hear(struct gathering *gathering, size_t index)
{
	struct client_interface *at = &gathering->facts->interfaces[index];
	int fd = gathering->links[index].router_fd;
	struct ip_addr from;
	struct span message;
	for (unsigned i = 0; i < BURST_MAX && link_receive(fd, at->index, gathering->buffer, &from, &message) == ERR_OK; i++) {
		from.scope = at->index;
		struct advertisement fresh = router_of(at, &from), *known = router_known(at, &from);
		if (advertisement_read(message, known != NULL ? known : &fresh) == ERR_OK && known == NULL)
			router_add(&fresh, at);
	}
}

static void dhcpv6_hear(struct gathering *gathering, size_t index)
{
	struct client_interface *at = &gathering->facts->interfaces[index];
	struct listening *link = &gathering->links[index];
	struct client_reply got;
	struct span message;
	for (unsigned i = 0; i < BURST_MAX; i++) {
		bool is_known = false;
		if (link_receive(link->dhcpv6_fd, at->index, gathering->buffer, &got.server, &message) != ERR_OK)
			return;
		for (size_t j = 0; j < at->reply_count; j++)
			is_known = is_known || ip_addr_equal(&at->replies[j].server, &got.server);
		if (is_known || dhcpv6_reply_read(message, link->transaction, &got.reply) != ERR_OK)
			continue;
		if (at->reply_count < CLIENT_REPLIES_MAX)
			at->replies[at->reply_count++] = got;
		else
			at->is_reply_cut = true;
	}
}

static void dhcpv4_hear(struct gathering *gathering, size_t index)
{
	struct client_interface *at = &gathering->facts->interfaces[index];
	const struct listening *link = &gathering->links[index];
	struct client_informed got;
	struct span message;
	for (unsigned i = 0; i < BURST_MAX; i++) {
		bool is_known = false;
		if (link_receive(link->dhcpv4_fd, at->index, gathering->buffer, &got.server, &message) != ERR_OK)
			return;
		for (size_t j = 0; j < at->informed_count; j++)
			is_known = is_known || ip_addr_equal(&at->informed[j].server, &got.server);
		if (is_known || dhcpv4_ack_read(message, &link->dhcpv4, &got.reply) != ERR_OK)
			continue;
		if (at->informed_count < CLIENT_REPLIES_MAX)
			at->informed[at->informed_count++] = got;
		else
			at->is_informed_cut = true;
	}
}

static void options_note(struct gathering *gathering, const struct host_options *said)
{
	for (size_t i = 0; i < gathering->facts->interface_count; i++) {
		struct client_interface *at = &gathering->facts->interfaces[i];
		bool is_ours = at->index == said->interface && gathering->links[i].router_fd < 0;
		if (!is_ours)
			continue;
		struct advertisement fresh = router_of(at, &said->router), *known = router_known(at, &said->router);
		advertisement_add_options(said->options, known != NULL ? known : &fresh);
		if (known == NULL)
			router_add(&fresh, at);
	}
}

static void news_hear(struct gathering *gathering)
{
	struct span datagram;
	struct host_options said;
	for (unsigned i = 0; i < BURST_MAX; i++) {
		if (rtnetlink_receive(gathering->news_fd, gathering->buffer, &datagram) != ERR_OK)
			return;
		while (host_news_next_options(&datagram, &said) == ERR_OK)
			options_note(gathering, &said);
	}
}

static void all_hear(struct gathering *gathering, int wait_ms)
{
	struct pollfd fds[3 * CLIENT_INTERFACES_MAX + 1]; /* poll passes over those that are negative */
	size_t count = gathering->facts->interface_count;
	for (size_t i = 0; i < count; i++) {
		fds[3 * i] = (struct pollfd){.fd = gathering->links[i].router_fd, .events = POLLIN};
		fds[3 * i + 1] = (struct pollfd){.fd = gathering->links[i].dhcpv6_fd, .events = POLLIN};
		fds[3 * i + 2] = (struct pollfd){.fd = gathering->links[i].dhcpv4_fd, .events = POLLIN};
	}
	fds[3 * count] = (struct pollfd){.fd = gathering->news_fd, .events = POLLIN};
	if (poll(fds, 3 * count + 1, wait_ms) <= 0)
		return;
	for (size_t i = 0; i < count; i++) {
		if (fds[3 * i].revents != 0)
			routers_hear(gathering, i);
		if (fds[3 * i + 1].revents != 0)
			dhcpv6_hear(gathering, i);
		if (fds[3 * i + 2].revents != 0)
			dhcpv4_hear(gathering, i);
	}
	if (fds[3 * count].revents != 0)
		news_hear(gathering);
}

/* The whole time is waited: a second router or server can only be heard by waiting for it. */
static void ask_and_hear(struct gathering *gathering, unsigned wait_ms)
{
	uint64_t started_us = clock_monotonic_us(), now_us = started_us, end_us = started_us + wait_ms * 1000ull;
	unsigned sendings = 0;
	for (; now_us < end_us; now_us = clock_monotonic_us()) {
		uint64_t next_us = started_us + sendings * wait_ms * 1000ull / SENDINGS;
		if (sendings < SENDINGS && now_us >= next_us) {
			all_ask(gathering, started_us);
			sendings++;
			continue;
		}
		uint64_t until_us = sendings < SENDINGS && next_us < end_us ? next_us : end_us;
		all_hear(gathering, (int)((until_us - now_us + 999) / 1000));
	}
}

/* --- Files --- */

static bool lease_take(struct arena *arena, const char *path, struct client_interface *at)
{
	struct span file;
	if (small_file_read(arena, path, &file) != ERR_OK || lease_read(file, at->name, &at->lease) != ERR_OK)
		return false;
	snprintf(at->lease_path, sizeof(at->lease_path), "%s", path);
	return true;
}

/* Of several leases, as NetworkManager keeps one a network, the newest counts. */
static bool lease_look(struct arena *arena, const char *pattern, struct client_interface *at)
{
	glob_t found;
	time_t newest = 0;
	if (glob(pattern, 0, NULL, &found) != 0)
		return false;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct stat status;
		if (stat(found.gl_pathv[i], &status) == 0 && (newest == 0 || status.st_mtime >= newest) &&
		    lease_take(arena, found.gl_pathv[i], at))
			newest = status.st_mtime;
	}
	globfree(&found);
	return newest != 0;
}

/* Where client programs keep leases: %s is the interface's name. */
static void lease_find(struct arena *arena, struct client_interface *at)
{
	static const char *const by_name[] = {
		"/run/dhclient.%s.leases",         "/var/lib/dhcp/dhclient.%s.leases",
		"/var/lib/dhcp/dhclient*.leases",  "/var/lib/NetworkManager/*-%s.lease",
		"/var/lib/dhcpcd/%s.lease",        "/var/lib/dhcpcd/%s-*.lease",
	};
	char pattern[CLIENT_PATH_MAX];
	snprintf(pattern, sizeof(pattern), "/run/systemd/netif/leases/%u", at->index);
	if (lease_look(arena, pattern, at))
		return;
	for (size_t i = 0; i < sizeof(by_name) / sizeof(by_name[0]); i++) {
		const char *hole = strstr(by_name[i], "%s");
		int head = hole == NULL ? (int)strlen(by_name[i]) : (int)(hole - by_name[i]);
		snprintf(pattern, sizeof(pattern), "%.*s%s%s", head, by_name[i], hole == NULL ? "" : at->name,
		         hole == NULL ? "" : hole + 2);
		if (lease_look(arena, pattern, at))
			return;
	}
}

/* ERR_SYNTAX: the lease that was named is none. */
static int files_read(const struct gather_options *options, struct client_facts *facts)
{
	struct arena *arena = arena_new(ARENA_CHUNK);
	struct span file;
	bool is_lease = options->lease_path == NULL;
	if (arena == NULL)
		return -ENOMEM;
	facts->conf_path = options->conf_path;
	facts->has_conf = small_file_read(arena, options->conf_path, &file) == ERR_OK;
	if (facts->has_conf)
		resolv_conf_read(file, &facts->conf);
	for (size_t i = 0; i < facts->interface_count; i++) {
		if (options->lease_path == NULL)
			lease_find(arena, &facts->interfaces[i]);
		else if (lease_take(arena, options->lease_path, &facts->interfaces[i]))
			is_lease = true;
	}
	arena_free(arena);
	return is_lease ? ERR_OK : ERR_SYNTAX;
}

int client_gather(const struct gather_options *options, struct client_facts *facts)
{
	struct gathering *gathering = calloc(1, sizeof(*gathering));
	if (gathering == NULL)
		return -ENOMEM;
	gathering->facts = facts;
	gathering->news_fd = -1;
	facts->waited_ms = options->wait_ms;
	int err = interfaces_open(options, gathering);
	bool is_blind = false;
	for (size_t i = 0; i < facts->interface_count; i++)
		is_blind = is_blind || gathering->links[i].router_fd < 0;
	/* What cannot be had from the kernel either is said by router_unseen. */
	if (err == ERR_OK && is_blind && rtnetlink_open(&gathering->news_fd) != ERR_OK)
		gathering->news_fd = -1;
	if (err == ERR_OK)
		err = files_read(options, facts);
	if (err == ERR_OK)
		informs_open(gathering);
	if (err == ERR_OK && facts->interface_count > 0)
		ask_and_hear(gathering, options->wait_ms);
	if (err == ERR_OK)
		client_resolvers_collect(facts);
	if (err == ERR_OK)
		client_encrypted_collect(facts);
	gathering_close(gathering);
	return err;
}
