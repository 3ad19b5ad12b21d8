/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/holder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TCP_STATE_LISTEN 0x0a

/* Addresses stand there as 32-bit words in the host's byte order, in hex. */
static bool address_from_hex(const char *text, enum family family, struct ip_addr *ret)
{
	struct ip_addr addr = {.family = family};
	size_t words = ip_addr_size(family) / 4;
	if (strlen(text) != words * 8)
		return false;
	for (size_t i = 0; i < words; i++) {
		char digits[9] = {0};
		memcpy(digits, text + i * 8, 8);
		char *end;
		uint32_t word = (uint32_t)strtoul(digits, &end, 16);
		if (*end != '\0')
			return false;
		memcpy(addr.bytes + i * 4, &word, 4);
	}
	*ret = addr;
	return true;
}

int holder_from_line(const char *line, enum family family, enum socket_kind kind, struct holder *ret)
{
	char address[40];
	unsigned port, state, uid;
	uint64_t inode;
	/* sl local remote st tx:rx tr:when retransmits uid timeout inode */
	int fields = sscanf(line, " %*u: %39[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*x:%*x %*x:%*x %*x %u %*u %" SCNu64,
	                    address, &port, &state, &uid, &inode);
	if (fields != 5 || port > UINT16_MAX)
		return ERR_SYNTAX;
	struct holder holder = {.inode = inode, .uid = uid};
	if (!address_from_hex(address, family, &holder.endpoint.addr))
		return ERR_SYNTAX;
	if (kind == SOCKET_TCP && state != TCP_STATE_LISTEN)
		return ERR_MISMATCH;
	holder.endpoint.port = (uint16_t)port;
	*ret = holder;
	return ERR_OK;
}

bool holder_blocks(const struct holder *holder, const struct ip_endpoint *wanted)
{
	const struct ip_addr *theirs = &holder->endpoint.addr;
	if (holder->endpoint.port != wanted->port)
		return false;
	/* An IPv6 wildcard without V6ONLY holds the IPv4 port too; the table does not tell, so it may. */
	if (theirs->family != wanted->addr.family)
		return theirs->family == FAMILY_IPV6 && ip_addr_is_any(theirs);
	return ip_addr_is_any(theirs) || ip_addr_is_any(&wanted->addr) ||
	       memcmp(theirs->bytes, wanted->addr.bytes, sizeof(theirs->bytes)) == 0;
}

static bool table_search(enum family family, const struct ip_endpoint *wanted, enum socket_kind kind,
                         struct holder *ret)
{
	char path[32], line[512];
	snprintf(path, sizeof(path), "/proc/net/%s%s", socket_kind_text(kind), family == FAMILY_IPV6 ? "6" : "");
	FILE *table = fopen(path, "re");
	if (table == NULL)
		return false;
	bool is_found = false;
	while (!is_found && fgets(line, sizeof(line), table) != NULL)
		is_found = holder_from_line(line, family, kind, ret) == ERR_OK && holder_blocks(ret, wanted);
	fclose(table);
	return is_found;
}

static bool process_has_socket(const char *pid, const char *link_wanted)
{
	char path[300], link[64];
	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	DIR *folder = opendir(path);
	if (folder == NULL)
		return false;
	bool is_found = false;
	for (struct dirent *entry; !is_found && (entry = readdir(folder)) != NULL;) {
		ssize_t size = readlinkat(dirfd(folder), entry->d_name, link, sizeof(link) - 1);
		if (size <= 0)
			continue;
		link[size] = '\0';
		is_found = strcmp(link, link_wanted) == 0;
	}
	closedir(folder);
	return is_found;
}

static void program_read(const char *pid, char *ret, size_t size)
{
	char path[300];
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fgets(ret, (int)size, file) != NULL)
		ret[strcspn(ret, "\n")] = '\0';
	fclose(file);
}

static void process_find(struct holder *holder)
{
	char link_wanted[64];
	snprintf(link_wanted, sizeof(link_wanted), "socket:[%" PRIu64 "]", holder->inode);
	DIR *folder = opendir("/proc");
	if (folder == NULL)
		return;
	for (struct dirent *entry; holder->pid == 0 && (entry = readdir(folder)) != NULL;) {
		if (!isdigit((unsigned char)entry->d_name[0]) || !process_has_socket(entry->d_name, link_wanted))
			continue;
		holder->pid = atoi(entry->d_name);
		program_read(entry->d_name, holder->program, sizeof(holder->program));
	}
	closedir(folder);
}

int holder_find(const struct ip_endpoint *wanted, enum socket_kind kind, struct holder *ret)
{
	struct holder holder;
	bool is_found = table_search(wanted->addr.family, wanted, kind, &holder);
	if (!is_found && wanted->addr.family == FAMILY_IPV4)
		is_found = table_search(FAMILY_IPV6, wanted, kind, &holder);
	if (!is_found)
		return ERR_NOT_FOUND;
	process_find(&holder);
	*ret = holder;
	return ERR_OK;
}

void holder_to_text(const struct holder *holder, char ret_text[HOLDER_TEXT_MAX])
{
	char endpoint[IP_ENDPOINT_TEXT_MAX];
	ip_endpoint_to_text(&holder->endpoint, endpoint);
	if (holder->pid != 0)
		snprintf(ret_text, HOLDER_TEXT_MAX, "%s (pid %d) holds %s", holder->program, holder->pid, endpoint);
	else
		snprintf(ret_text, HOLDER_TEXT_MAX, "a process of user %u holds %s", holder->uid, endpoint);
}

const char *holder_advice(const struct holder *holder)
{
	if (holder->pid == getpid())
		return "this daemon holds it itself: changing between an address and its wildcard needs a restart";
	if (strncmp(holder->program, "systemd-resolve", strlen("systemd-resolve")) == 0)
		return "listen on the host's own addresses instead of a wildcard or 127.0.0.53, or set DNSStubListener=no in "
		       "/etc/systemd/resolved.conf and restart systemd-resolved";
	if (strncmp(holder->program, "sextantd", strlen("sextantd")) == 0)
		return "another sextantd serves this address: stop it with `sextant stop`, or give one of them another "
		       "address or port";
	return "stop that program, or listen on another address or port";
}
