/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/dhcpv4.h"

#define BOOTP_SIZE 236  /* octets in front of the cookie, RFC 2131 2 */
#define SEARCH_MAX 1024 /* octets of option 119, all its parts together */

enum operation { REQUEST = 1, REPLY = 2 };
enum message_type { ACK = 5, INFORM = 8 };
enum place { AT_TRANSACTION = 4, AT_CLIENT_ADDRESS = 12, AT_HARDWARE = 28 };

enum option_code {
	PAD = 0,
	DNS_SERVERS = 6,
	DOMAIN_NAME = 15,
	MESSAGE_TYPE = 53,
	SERVER_ID = 54,
	PARAMETERS = 55,
	IPV6_ONLY_PREFERRED = 108,
	DOMAIN_SEARCH = 119,
	END = 255
};

static const uint8_t cookie[] = {99, 130, 83, 99};

int dhcpv4_options(struct span message, struct span *ret)
{
	struct span head, value;
	if (!span_take(&message, BOOTP_SIZE, &head) || !span_take(&message, sizeof(cookie), &value) ||
	    !span_equal(value, span_of(cookie, sizeof(cookie))))
		return ERR_NOT_FOUND;
	*ret = message;
	return ERR_OK;
}

int dhcpv4_option_take(struct span *options, uint8_t *ret_code, struct span *ret_value)
{
	uint8_t size;
	do {
		if (!span_take_u8(options, ret_code) || *ret_code == END)
			return ERR_NOT_FOUND;
	} while (*ret_code == PAD);
	return span_take_u8(options, &size) && span_take(options, size, ret_value) ? ERR_OK : ERR_TRUNCATED;
}

/* --- The request --- */

void dhcpv4_inform_write(const struct dhcpv4_client *client, uint16_t elapsed_s, struct writer *out)
{
	static const uint8_t options[] = {
		MESSAGE_TYPE,  1,  INFORM, PARAMETERS, 4, DNS_SERVERS, DOMAIN_NAME, IPV6_ONLY_PREFERRED,
		DOMAIN_SEARCH, END};
	uint8_t octets[DHCPV4_REQUEST_MAX] = {REQUEST, 1 /* Ethernet */, DHCPV4_HARDWARE_SIZE};
	store_u32(octets + AT_TRANSACTION, client->transaction);
	store_u16(octets + 8, elapsed_s);
	/* RFC 2131 4.4.3: our address stands in ciaddr; the answer comes there, not as a broadcast. */
	memcpy(octets + AT_CLIENT_ADDRESS, client->addr.bytes, 4);
	memcpy(octets + AT_HARDWARE, client->hardware, DHCPV4_HARDWARE_SIZE);
	memcpy(octets + BOOTP_SIZE, cookie, sizeof(cookie));
	memcpy(octets + BOOTP_SIZE + sizeof(cookie), options, sizeof(options));
	writer_bytes(out, octets, sizeof(octets));
}

/* --- The answer --- */

static bool is_ours(struct span message, const struct dhcpv4_client *client)
{
	return message.data[0] == REPLY && load_u32(message.data + AT_TRANSACTION) == client->transaction &&
	       memcmp(message.data + AT_HARDWARE, client->hardware, DHCPV4_HARDWARE_SIZE) == 0;
}

static bool is_ack(struct span options)
{
	bool has_type = false, has_server = false;
	uint8_t code;
	struct span value;
	while (dhcpv4_option_take(&options, &code, &value) == ERR_OK) {
		has_type = has_type || (code == MESSAGE_TYPE && value.size == 1 && value.data[0] == ACK);
		has_server = has_server || (code == SERVER_ID && value.size == 4);
	}
	return has_type && has_server;
}

static void domain_add(struct name name, struct dhcpv4_reply *into)
{
	if (into->domain_count < DHCPV4_MAX)
		name_copy(name, &into->domains[into->domain_count++]);
	else
		into->is_cut = true;
}

/* RFC 3397 2: names may point to others in the option, whose parts are one. */
static void search_read(struct span list, struct dhcpv4_reply *into)
{
	struct name_buffer buffer;
	struct name name;
	for (size_t at = 0; at < list.size;) {
		if (name_from_message(list, at, &buffer, &name, &at) != ERR_OK) {
			into->malformed++;
			return;
		}
		domain_add(name, into);
	}
}

/* Text, with a zero behind it from some servers (RFC 2132 2). */
static void domain_read(struct span value, struct dhcpv4_reply *into)
{
	struct name_buffer buffer;
	struct name name;
	while (value.size > 0 && value.data[value.size - 1] == 0)
		value.size--;
	if (value.size == 0 || name_from_text(value, name_root, &buffer, &name, NULL) != ERR_OK)
		into->malformed++;
	else
		domain_add(name, into);
}

static void domains_read(struct span options, struct dhcpv4_reply *into)
{
	uint8_t search[SEARCH_MAX], code;
	size_t size = 0;
	struct span value, domain = {0};
	while (dhcpv4_option_take(&options, &code, &value) == ERR_OK) {
		if (code == DOMAIN_NAME)
			domain = value;
		if (code != DOMAIN_SEARCH)
			continue;
		if (value.size > sizeof(search) - size) {
			into->is_cut = true;
			break;
		}
		memcpy(search + size, value.data, value.size);
		size += value.size;
	}
	if (size > 0)
		search_read(span_of(search, size), into);
	else if (domain.data != NULL)
		domain_read(domain, into);
}

int dhcpv4_ack_read(struct span message, const struct dhcpv4_client *client, struct dhcpv4_reply *ret)
{
	struct dhcpv4_reply got = {0};
	struct span options;
	int err = dhcpv4_options(message, &options);
	if (err == ERR_OK && (!is_ours(message, client) || !is_ack(options)))
		err = ERR_MISMATCH;
	if (err == ERR_OK)
		err = lease_read_message(message, &got.lease);
	if (err != ERR_OK)
		return err;
	domains_read(options, &got);
	*ret = got;
	return ERR_OK;
}
