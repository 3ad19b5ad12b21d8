/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/dnstap/source_address.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct source_addresses {
	int sockets[FAMILY_COUNT]; /* -1: not made yet */
};

struct source_addresses *source_addresses_new(void)
{
	struct source_addresses *sources = malloc(sizeof(*sources));
	if (sources != NULL)
		*sources = (struct source_addresses){.sockets = {-1, -1}};
	return sources;
}

void source_addresses_free(struct source_addresses *sources)
{
	if (sources == NULL)
		return;
	for (int family = 0; family < FAMILY_COUNT; family++) {
		if (sources->sockets[family] >= 0)
			close(sources->sockets[family]);
	}
	free(sources);
}

/* A connected socket keeps its address when it is connected to somebody else, so it is let go first (connect(2)). */
static bool let_go(int fd)
{
	struct sockaddr nobody;
	memset(&nobody, 0, sizeof(nobody));
	nobody.sa_family = AF_UNSPEC;
	return connect(fd, &nobody, sizeof(nobody)) == 0;
}

struct ip_addr source_address_find(struct source_addresses *sources, const struct ip_addr *server)
{
	const struct ip_endpoint peer = {.addr = *server, .port = 53};
	struct ip_endpoint own = {.addr = {.family = server->family}};
	struct sockaddr_storage address;
	socklen_t size = ip_endpoint_to_sockaddr(&peer, &address);
	int *fd = &sources->sockets[server->family];
	if (*fd < 0)
		*fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (*fd < 0 || !let_go(*fd) || connect(*fd, (struct sockaddr *)&address, size) != 0)
		return own.addr;
	size = sizeof(address);
	struct ip_endpoint found;
	if (getsockname(*fd, (struct sockaddr *)&address, &size) == 0 &&
	    ip_endpoint_from_sockaddr((struct sockaddr *)&address, &found) == ERR_OK)
		own.addr = found.addr;
	return own.addr;
}
