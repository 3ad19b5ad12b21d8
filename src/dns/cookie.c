/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/cookie.h"

#define VERSION_AT COOKIE_CLIENT_SIZE
#define TIME_AT (COOKIE_CLIENT_SIZE + 4)
#define HASH_AT (COOKIE_CLIENT_SIZE + 8)
#define HASH_SIZE 8

/* RFC 9018 4.4: SipHash-2-4 of client cookie, version, reserved, time and address; little-endian. */
static void cookie_hash(const uint8_t *cookie, const struct ip_addr *client, const uint8_t *secret,
                        uint8_t ret_hash[HASH_SIZE])
{
	uint8_t input[HASH_AT + sizeof(client->bytes)];
	size_t address_size = ip_addr_size(client->family);
	memcpy(input, cookie, HASH_AT);
	memcpy(input + HASH_AT, client->bytes, address_size);
	uint64_t hash = siphash(secret, input, HASH_AT + address_size);
	for (unsigned i = 0; i < HASH_SIZE; i++)
		ret_hash[i] = (uint8_t)(hash >> (8 * i));
}

static bool is_hash_equal(const uint8_t *cookie, const struct ip_addr *client, const uint8_t *secret)
{
	uint8_t hash[HASH_SIZE], difference = 0;
	cookie_hash(cookie, client, secret, hash);
	for (unsigned i = 0; i < HASH_SIZE; i++)
		difference |= (uint8_t)(hash[i] ^ cookie[HASH_AT + i]);
	return difference == 0;
}

enum cookie_state cookie_check(struct span cookie, const struct ip_addr *client, uint64_t now_s,
                               struct cookie_secrets secrets)
{
	if (cookie.size == COOKIE_CLIENT_SIZE)
		return COOKIE_CLIENT_ONLY;
	/* RFC 9018 4.2: the reserved octets are not looked at, but they are in the hash. */
	if (cookie.size != COOKIE_SIZE || cookie.data[VERSION_AT] != 1)
		return COOKIE_BAD;
	/* RFC 9018 4.3: serial number arithmetic, the clock wraps in 2106. */
	int32_t age_s = (int32_t)((uint32_t)now_s - load_u32(cookie.data + TIME_AT));
	if (age_s > COOKIE_PAST_MAX_S || age_s < -COOKIE_FUTURE_MAX_S)
		return COOKIE_BAD;
	if (is_hash_equal(cookie.data, client, secrets.current))
		return age_s > COOKIE_RENEW_S ? COOKIE_OLD : COOKIE_GOOD;
	return is_hash_equal(cookie.data, client, secrets.old) ? COOKIE_OLD : COOKIE_BAD;
}

void cookie_make(const uint8_t client_cookie[COOKIE_CLIENT_SIZE], const struct ip_addr *client, uint64_t now_s,
                 struct cookie_secrets secrets, uint8_t ret_cookie[COOKIE_SIZE])
{
	memcpy(ret_cookie, client_cookie, COOKIE_CLIENT_SIZE);
	store_u32(ret_cookie + VERSION_AT, 0x01000000);
	store_u32(ret_cookie + TIME_AT, (uint32_t)now_s);
	cookie_hash(ret_cookie, client, secrets.current, ret_cookie + HASH_AT);
}
