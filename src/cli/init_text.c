/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/init_text.h"

#include "dns/reverse.h"

#include <ctype.h>
#include <errno.h>

/* The hosts of the new zone: what stands in the host part of each address. */
static const struct host {
	const char *name;
	uint8_t subnet;  /* IPv6: added to the octet in front of the interface part, where the prefix leaves it free */
	uint8_t host_v6; /* the last octet, written as people write 53 into an IPv6 address: 0x53 */
	uint8_t host_v4;
	const char *what;
} hosts[] = {
	{"ns1", 0, 0x53, 53, "this server"},
	{"ns2", 1, 0x53, 54, "the second server: best in another network, at another site (RFC 2182)"},
	{"app", 0, 0x80, 80, "a service"},
};

#define HOST_COUNT (sizeof(hosts) / sizeof(hosts[0]))

static struct ip_addr host_address(const struct init_plan *plan, const struct host *host, enum family family)
{
	struct ip_addr addr = plan->prefixes[family].addr;
	if (family == FAMILY_IPV4) {
		addr.bytes[3] = host->host_v4;
		return addr;
	}
	/* In a subnet of its own where the prefix has room above the 64 bits of the interface part. */
	addr.bytes[plan->prefixes[family].length <= 60 ? 7 : 13] |= host->subnet;
	addr.bytes[15] = host->host_v6;
	return addr;
}

static void add_soa(const struct init_plan *plan, const char *zone, struct text *out)
{
	text_addf(out,
		  "$TTL 1h\n"
		  "@\tIN\tSOA\tns1.%s. hostmaster.%s. (\n"
		  "\t\t\t%.4s%.2s%.2s01 ; serial: today's date and a count\n"
		  "\t\t\t2h         ; refresh\n"
		  "\t\t\t15m        ; retry\n"
		  "\t\t\t2w         ; expire\n"
		  "\t\t\t1h )       ; how long \"there is no such name\" may be kept\n",
		  zone, zone, plan->today, plan->today + 5, plan->today + 8);
}

static void write_forward(const struct init_plan *plan, const char *zone, struct text *out)
{
	text_addf(out,
		  "; %s, written by sextant init. After a change: raise the serial, sextant check, sextant reload.\n",
		  zone);
	text_addf(out, "$ORIGIN %s.\n", zone);
	add_soa(plan, zone, out);
	text_add(out, "\tIN\tNS\tns1\n\tIN\tNS\tns2\n\n; Each name has both an IPv6 and an IPv4 address.\n");
	for (size_t i = 0; i < HOST_COUNT; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			char text[IP_ADDR_TEXT_MAX];
			struct ip_addr addr = host_address(plan, &hosts[i], family);
			ip_addr_to_text(&addr, text);
			text_addf(out, "%s\tIN\t%s\t%s", family == FAMILY_IPV6 ? hosts[i].name : "",
				  family == FAMILY_IPV6 ? "AAAA" : "A", text);
			text_addf(out, family == FAMILY_IPV6 ? " ; %s\n" : "\n", hosts[i].what);
		}
	}
	text_add(out, "www\tIN\tCNAME\tapp\n");
}

/* Owners are written relative to the zone: the labels of the address that the zone's name does not have. */
static int write_reverse(const struct init_plan *plan, enum family family, const char *zone, struct name apex,
			 struct text *out)
{
	char prefix[IP_PREFIX_TEXT_MAX], origin[NAME_TEXT_MAX];
	ip_prefix_to_text(&plan->prefixes[family], prefix);
	name_to_text(apex, origin);
	text_addf(out, "; The names of the addresses in %s, written by sextant init.\n$ORIGIN %s\n", prefix, origin);
	add_soa(plan, zone, out);
	text_addf(out, "\tIN\tNS\tns1.%s.\n\tIN\tNS\tns2.%s.\n\n", zone, zone);
	for (size_t i = 0; i < HOST_COUNT; i++) {
		struct name_buffer buffer;
		char owner[NAME_TEXT_MAX];
		struct ip_addr addr = host_address(plan, &hosts[i], family);
		size_t size = name_to_text(reverse_from_addr(&addr, &buffer), owner);
		size_t origin_size = strlen(origin);
		if (size <= origin_size + 1)
			return ERR_RANGE;
		text_addf(out, "%.*s\tIN\tPTR\t%s.%s.\n", (int)(size - origin_size - 1), owner, hosts[i].name, zone);
	}
	return ERR_OK;
}

static void write_config(const struct init_plan *plan, const char *zone, const char *const *keys,
			 const char *const *files, struct text *out)
{
	text_add(out,
		 "# Written by sextant init. \"sextant config explain KEY\" tells what a key means, sextant.yaml(5) "
		 "all of them.\n"
		 "version: 1\n\nservices:\n  public:\n    role: authoritative\n"
		 "    listen:                       # the addresses of ns1; sextantd --lab moves them to loopback\n");
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		char text[IP_ADDR_TEXT_MAX];
		struct ip_addr addr = host_address(plan, &hosts[0], family);
		ip_addr_to_text(&addr, text);
		text_addf(out, "      - \"%s\"\n", text);
	}
	text_add(out, "    zones:\n");
	for (size_t i = INIT_FORWARD; i < INIT_FILE_COUNT; i++)
		text_addf(out, "      - \"%s\"\n", i == INIT_FORWARD ? zone : keys[i]);
	text_add(out, "\nzones:\n");
	for (size_t i = INIT_FORWARD; i < INIT_FILE_COUNT; i++)
		text_addf(out, "  \"%s\":\n    file: \"%s\"\n", i == INIT_FORWARD ? zone : keys[i], files[i]);
}

/* A file's name from a domain name or prefix: letters, digits, dots and hyphens stay, the rest becomes a hyphen. */
static void add_file_name(struct text *path, const char *name, const char *suffix)
{
	for (; *name != '\0'; name++)
		text_add_char(path, isalnum((unsigned char)*name) || *name == '.' ? (char)tolower((unsigned char)*name)
										  : '-');
	text_add(path, suffix);
}

/* "zones/2001-db8-10.rev" */
static void add_reverse_file(struct text *path, const struct ip_prefix *prefix)
{
	char text[IP_ADDR_TEXT_MAX];
	ip_addr_to_text(&prefix->addr, text);
	size_t size = strlen(text);
	while (size > 1 && text[size - 1] == ':')
		text[--size] = '\0';
	text_add(path, "zones/");
	add_file_name(path, text, ".rev");
}

int init_write(const struct init_plan *plan, const char *folder, struct init_file ret_files[INIT_FILE_COUNT])
{
	char zone[NAME_TEXT_MAX], reverse[FAMILY_COUNT][NAME_TEXT_MAX];
	const char *keys[INIT_FILE_COUNT] = {0};
	const char *names[INIT_FILE_COUNT] = {0};
	struct text relative[INIT_FILE_COUNT] = {0};
	int err = ERR_OK;
	name_to_display(plan->zone, zone);
	text_add(&relative[INIT_CONFIG], "sextant.yaml");
	text_add(&relative[INIT_FORWARD], "zones/");
	add_file_name(&relative[INIT_FORWARD], zone, ".zone");
	write_forward(plan, zone, &ret_files[INIT_FORWARD].content);
	for (enum family family = FAMILY_IPV6; err == ERR_OK && family < FAMILY_COUNT; family++) {
		size_t i = INIT_REVERSE + family;
		struct name_buffer buffer;
		struct name apex;
		add_reverse_file(&relative[i], &plan->prefixes[family]);
		err = reverse_from_prefix(&plan->prefixes[family], &buffer, &apex);
		if (err != ERR_OK)
			break;
		name_to_display(apex, reverse[family]);
		keys[i] = reverse[family];
		err = write_reverse(plan, family, zone, apex, &ret_files[i].content);
	}
	for (size_t i = 0; i < INIT_FILE_COUNT; i++) {
		names[i] = text_string(&relative[i]);
		ret_files[i].folder = folder;
		text_addf(&ret_files[i].path, "%s/%s", folder, names[i]);
	}
	if (err == ERR_OK)
		write_config(plan, zone, keys, names, &ret_files[INIT_CONFIG].content);
	for (size_t i = 0; i < INIT_FILE_COUNT; i++) {
		if (ret_files[i].path.is_failed || ret_files[i].content.is_failed || relative[i].is_failed)
			err = -ENOMEM;
		text_free(&relative[i]);
	}
	return err;
}
