/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/session.h"

#include "crypto/hmac.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COOKIE_NAME "sextant_session"
#define MAC_SIZE 32
#define VALUE_MAX (16 + 1 + 2 * MAC_SIZE + 1) /* hex of the time, a dot, hex of the MAC */

static int mac_compute(const char *token, const char *what, const char *text, uint8_t ret_mac[HMAC_SIZE_MAX])
{
	struct hmac *hmac;
	int rc = hmac_new(HMAC_SHA256, span_text(token), &hmac);
	if (rc != ERR_OK)
		return rc;
	const struct span parts[] = {span_text(what), span_text(text)};
	rc = hmac_compute(hmac, parts, 2, ret_mac);
	hmac_free(hmac);
	return rc;
}

/* MACs have one length whatever was given. */
bool token_is(const char *token, const char *given)
{
	uint8_t wanted[HMAC_SIZE_MAX], found[HMAC_SIZE_MAX];
	return mac_compute(token, "token ", token, wanted) == ERR_OK &&
	       mac_compute(token, "token ", given, found) == ERR_OK && hmac_equal(wanted, found, MAC_SIZE);
}

static int value_make(const char *token, uint64_t began_s, char ret[VALUE_MAX])
{
	uint8_t mac[HMAC_SIZE_MAX];
	int size = snprintf(ret, VALUE_MAX, "%" PRIx64, began_s);
	int rc = mac_compute(token, "session ", ret, mac);
	if (rc != ERR_OK)
		return rc;
	ret[size++] = '.';
	for (size_t i = 0; i < MAC_SIZE; i++)
		size += snprintf(ret + size, VALUE_MAX - (size_t)size, "%02x", mac[i]);
	return ERR_OK;
}

int session_cookie(const char *token, uint64_t now_s, char ret[SESSION_COOKIE_MAX])
{
	char value[VALUE_MAX];
	int rc = value_make(token, now_s, value);
	if (rc == ERR_OK)
		snprintf(ret, SESSION_COOKIE_MAX, COOKIE_NAME "=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict",
			 value, SESSION_SECONDS);
	return rc;
}

const char *session_cookie_end(void)
{
	return COOKIE_NAME "=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict";
}

static bool value_is_good(const char *token, const char *value, size_t size, uint64_t now_s)
{
	char made[VALUE_MAX], given[VALUE_MAX];
	if (size >= VALUE_MAX)
		return false;
	memcpy(given, value, size);
	given[size] = '\0';
	uint64_t began_s = strtoull(given, NULL, 16);
	if (began_s > now_s || now_s - began_s >= SESSION_SECONDS || value_make(token, began_s, made) != ERR_OK)
		return false;
	return strlen(made) == size && hmac_equal((const uint8_t *)made, (const uint8_t *)given, size);
}

/* RFC 6265 4.2.1: name=value; name=value */
static bool cookie_is_good(const char *token, const char *cookie, uint64_t now_s)
{
	while (*cookie != '\0') {
		cookie += strspn(cookie, " \t;");
		size_t size = strcspn(cookie, ";"), name = strlen(COOKIE_NAME "=");
		if (size > name && strncmp(cookie, COOKIE_NAME "=", name) == 0 &&
		    value_is_good(token, cookie + name, size - name, now_s))
			return true;
		cookie += size;
	}
	return false;
}

bool session_is_good(const char *token, const char *authorization, const char *cookie, uint64_t now_s)
{
	static const char scheme[] = "Bearer ";
	if (authorization != NULL && strncasecmp(authorization, scheme, strlen(scheme)) == 0)
		return token_is(token, authorization + strlen(scheme));
	return cookie != NULL && cookie_is_good(token, cookie, now_s);
}
