/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/dhcpv6.h"

enum message_type { REPLY = 7, INFORMATION_REQUEST = 11 };

enum option_code {
	CLIENT_ID = 1,
	SERVER_ID = 2,
	OPTION_REQUEST = 6,
	ELAPSED_TIME = 8,
	STATUS_CODE = 13,
	DNS_SERVERS = 23,
	DOMAIN_LIST = 24,
	REFRESH_TIME = 32,
	INF_MAX_RT = 83,
	ENCRYPTED_DNS = 144
};

void dhcpv6_request_write(const uint8_t transaction[DHCPV6_TRANSACTION_SIZE], uint16_t elapsed, struct writer *out)
{
	/* RFC 8415 18.2.6: the refresh time and INF_MAX_RT belong into each such request. */
	static const uint16_t wanted[] = {DNS_SERVERS, DOMAIN_LIST, REFRESH_TIME, INF_MAX_RT, ENCRYPTED_DNS};
	writer_u8(out, INFORMATION_REQUEST);
	writer_bytes(out, transaction, DHCPV6_TRANSACTION_SIZE);
	writer_u16(out, ELAPSED_TIME);
	writer_u16(out, 2);
	writer_u16(out, elapsed);
	writer_u16(out, OPTION_REQUEST);
	writer_u16(out, sizeof(wanted));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		writer_u16(out, wanted[i]);
}

/* The option at the front. ERR_NOT_FOUND: the end. */
static int option_take(struct span *options, uint16_t *ret_code, struct span *ret_value)
{
	uint16_t size;
	if (options->size == 0)
		return ERR_NOT_FOUND;
	if (!span_take_u16(options, ret_code) || !span_take_u16(options, &size) || !span_take(options, size, ret_value))
		return ERR_TRUNCATED;
	return ERR_OK;
}

static bool has_option(struct span options, uint16_t code)
{
	uint16_t found;
	struct span value;
	while (option_take(&options, &found, &value) == ERR_OK) {
		if (found == code)
			return true;
	}
	return false;
}

static int status_read(struct span value, struct dhcpv6_reply *into)
{
	return span_take_u16(&value, &into->status) ? ERR_OK : ERR_TRUNCATED;
}

static int servers_read(struct span value, struct dhcpv6_reply *into)
{
	struct span one;
	if (value.size == 0 || value.size % 16 != 0)
		return ERR_SYNTAX;
	while (span_take(&value, 16, &one)) {
		if (into->server_count == DHCPV6_MAX) {
			into->is_cut = true;
			break;
		}
		into->servers[into->server_count++] = ip_addr_v6(one.data);
	}
	return ERR_OK;
}

static int domains_read(struct span value, struct dhcpv6_reply *into)
{
	struct name name;
	while (value.size > 0) {
		if (name_take(&value, &name) != ERR_OK)
			return ERR_SYNTAX;
		if (into->domain_count == DHCPV6_MAX) {
			into->is_cut = true;
			break;
		}
		name_copy(name, &into->domains[into->domain_count++]);
	}
	return ERR_OK;
}

static int refresh_read(struct span value, struct dhcpv6_reply *into)
{
	return value.size == 4 && span_take_u32(&value, &into->refresh_s) ? ERR_OK : ERR_SYNTAX;
}

static int dnr_read(struct span value, struct dhcpv6_reply *into)
{
	struct dnr_resolver got;
	int err = dnr_from_dhcpv6(value, &got);
	if (err != ERR_OK)
		return err;
	if (into->dnr_count < DHCPV6_MAX)
		into->dnrs[into->dnr_count++] = got;
	else
		into->is_cut = true;
	return ERR_OK;
}

static const struct {
	uint16_t code;
	int (*read)(struct span value, struct dhcpv6_reply *into);
} rows[] = {
	{STATUS_CODE, status_read},   {DNS_SERVERS, servers_read}, {DOMAIN_LIST, domains_read},
	{REFRESH_TIME, refresh_read}, {ENCRYPTED_DNS, dnr_read},
};

int dhcpv6_reply_read(struct span message, const uint8_t transaction[DHCPV6_TRANSACTION_SIZE],
                      struct dhcpv6_reply *ret)
{
	struct dhcpv6_reply got = {0};
	struct span head, value;
	uint16_t code;
	int err;
	if (!span_take(&message, 1 + DHCPV6_TRANSACTION_SIZE, &head))
		return ERR_TRUNCATED;
	if (head.data[0] != REPLY || memcmp(head.data + 1, transaction, DHCPV6_TRANSACTION_SIZE) != 0 ||
	    !has_option(message, SERVER_ID) || has_option(message, CLIENT_ID))
		return ERR_MISMATCH;
	while ((err = option_take(&message, &code, &value)) == ERR_OK) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			if (rows[i].code == code)
				got.malformed += rows[i].read(value, &got) != ERR_OK;
		}
	}
	got.malformed += err != ERR_NOT_FOUND;
	*ret = got;
	return ERR_OK;
}
