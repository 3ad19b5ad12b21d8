/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/lease.h"

#include "discover/dhcpv4.h"
#include "discover/lines.h"

#include <stdlib.h>

#define BLANK " \t\r"

enum option_code { DNS_SERVERS = 6, IPV6_ONLY_PREFERRED = 108 };

static void server_add(const struct ip_addr *addr, struct lease *into)
{
	if (into->server_count < LEASE_SERVERS_MAX)
		into->servers[into->server_count++] = *addr;
	else
		into->malformed++;
}

/* --- The message itself: dhcpcd, and what a server answers --- */

static bool option_read(uint8_t code, struct span value, struct lease *into)
{
	struct span one;
	if (code == IPV6_ONLY_PREFERRED) {
		into->is_ipv6_only_preferred = span_take_u32(&value, &into->ipv6_only_wait_s) && value.size == 0;
		return into->is_ipv6_only_preferred; /* RFC 8925 3.4: another length is ignored */
	}
	if (code != DNS_SERVERS)
		return true;
	if (value.size == 0 || value.size % 4 != 0)
		return false;
	while (span_take(&value, 4, &one)) {
		struct ip_addr addr = ip_addr_v4(one.data);
		server_add(&addr, into);
	}
	return true;
}

int lease_read_message(struct span message, struct lease *ret)
{
	struct lease got = {0};
	struct span options, value;
	uint8_t code;
	int err = dhcpv4_options(message, &options);
	if (err != ERR_OK)
		return err;
	while ((err = dhcpv4_option_take(&options, &code, &value)) == ERR_OK)
		got.malformed += !option_read(code, value, &got);
	got.malformed += err != ERR_NOT_FOUND;
	*ret = got;
	return ERR_OK;
}

/* --- Lines of text: dhclient, systemd-networkd, NetworkManager --- */

static void servers_read(struct span words, struct lease *into)
{
	struct span word;
	while ((word = word_take(&words, BLANK ",;")).size > 0) {
		char text[IP_ADDR_TEXT_MAX];
		struct ip_addr addr;
		if (word_copy(word, text, sizeof(text)) && ip_addr_from_text(text, &addr) == ERR_OK &&
		    addr.family == FAMILY_IPV4)
			server_add(&addr, into);
		else
			into->malformed++;
	}
}

/* The wait in decimal, as dhclient writes an option it knows. */
static void wait_read(struct span words, struct lease *into)
{
	char text[16], *end;
	if (!word_copy(word_take(&words, BLANK ";"), text, sizeof(text)))
		text[0] = '\0';
	unsigned long value = strtoul(text, &end, 10);
	into->is_ipv6_only_preferred = text[0] >= '0' && text[0] <= '9' && *end == '\0' && value <= UINT32_MAX;
	into->ipv6_only_wait_s = into->is_ipv6_only_preferred ? (uint32_t)value : 0;
	into->malformed += !into->is_ipv6_only_preferred;
}

/* The wait as four octets in hexadecimal, "0:0:7:8", as dhclient writes an option it does not know. */
static void octets_read(struct span words, struct lease *into)
{
	uint32_t value = 0;
	unsigned count = 0;
	struct span word;
	for (; (word = word_take(&words, BLANK ":;")).size > 0; count++) {
		char text[8], *end;
		if (!word_copy(word, text, sizeof(text)))
			break;
		unsigned long octet = strtoul(text, &end, 16);
		if (*end != '\0' || octet > UINT8_MAX)
			break;
		value = value << 8 | (uint32_t)octet;
	}
	into->is_ipv6_only_preferred = count == 4 && word.size == 0;
	into->ipv6_only_wait_s = into->is_ipv6_only_preferred ? value : 0;
	into->malformed += !into->is_ipv6_only_preferred;
}

static const struct {
	const char *word; /* behind "option" of dhclient, or in front of "=" */
	bool is_dhclient;
	void (*read)(struct span words, struct lease *into);
} rows[] = {
	{"domain-name-servers", true, servers_read},
	{"v6-only-preferred", true, wait_read},
	{"unknown-108", true, octets_read},
	{"DNS", false, servers_read},
};

static bool row_read(bool is_dhclient, struct span word, struct span rest, struct lease *into)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].is_dhclient == is_dhclient && span_equal(word, span_text(rows[i].word))) {
			rows[i].read(rest, into);
			return true;
		}
	}
	return false;
}

/* dhclient appends leases: the last one of the interface counts. Those of DHCPv6 ("lease6") are none. */
static int dhclient_read(struct span file, const char *interface, struct lease *ret)
{
	struct lease current = {0};
	bool is_lease = false, is_ours = false, is_found = false;
	while (file.size > 0) {
		struct span line = line_take(&file), word = word_take(&line, BLANK);
		if (span_equal(word, span_text("lease"))) {
			current = (struct lease){0};
			is_lease = true;
			is_ours = false;
		} else if (!is_lease) {
			continue;
		} else if (span_equal(word, span_text("interface"))) {
			is_ours = span_equal(word_take(&line, BLANK "\";"), span_text(interface));
		} else if (span_equal(word, span_text("option"))) {
			word = word_take(&line, BLANK);
			row_read(true, word, line, &current);
		} else if (span_equal(word, span_text("}"))) {
			if (is_ours)
				*ret = current;
			is_found = is_found || is_ours;
			is_lease = false;
		}
	}
	return is_found ? ERR_OK : ERR_NOT_FOUND;
}

static int keys_read(struct span file, struct lease *ret)
{
	bool is_lease = false;
	while (file.size > 0) {
		struct span line = line_take(&file), word = word_take(&line, "=");
		/* What tells such a file from others. */
		is_lease = is_lease || span_equal(word, span_text("ADDRESS"));
		if (line.size > 0) {
			line.data++;
			line.size--;
		}
		row_read(false, word, line, ret);
	}
	return is_lease ? ERR_OK : ERR_NOT_FOUND;
}

int lease_read(struct span file, const char *interface, struct lease *ret)
{
	struct lease got = {0};
	int err = lease_read_message(file, &got);
	if (err != ERR_OK)
		err = dhclient_read(file, interface, &got);
	if (err != ERR_OK)
		err = keys_read(file, &got);
	if (err == ERR_OK)
		*ret = got;
	return err;
}
