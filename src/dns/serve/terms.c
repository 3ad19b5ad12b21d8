/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/serve/terms.h"

/* RFC 7873 5.2, RFC 9018: a client that sends a cookie gets one that is good for its next question. */
static bool cookie_give(const struct terms *terms, const struct query *query, const struct terms_client *client,
                        uint8_t cookie[COOKIE_SIZE], struct edns *edns)
{
	enum cookie_state state = cookie_check(query->cookie, client->addr, client->now_s, terms->secrets);
	edns->cookie = query->cookie;
	if (state == COOKIE_GOOD)
		return true;
	cookie_make(query->cookie.data, client->addr, client->now_s, terms->secrets, cookie);
	edns->cookie = span_of(cookie, COOKIE_SIZE);
	return state == COOKIE_OLD;
}

bool terms_edns(const struct terms *terms, const struct query *query, const struct terms_client *client,
                uint8_t cookie[COOKIE_SIZE], struct edns *ret)
{
	/* Field by field: this is on every answer's path, and the EDEs behind ede_count need no zeros. */
	ret->udp_size = terms->udp_size;
	ret->rcode = 0;
	ret->version = 0;
	ret->is_do = query->is_do; /* RFC 3225 3 */
	ret->padding_block = 0;    /* RFC 8467: only where the transport hides what is padded */
	ret->ede_count = 0;
	ret->cookie = span_of(NULL, 0);
	ret->has_nsid = query->has_nsid && terms->identity != NULL;
	if (ret->has_nsid)
		ret->nsid = span_text(terms->identity);
	/* RFC 7828 3.2.1: never over UDP. */
	ret->has_keepalive = ret->has_keepalive_time = query->has_keepalive && !client->is_udp;
	ret->keepalive_ds = terms->tcp_idle_timeout_ds;
	return query->cookie.data != NULL && terms->is_cookie_on && cookie_give(terms, query, client, cookie, ret);
}
