/* SPDX-License-Identifier: BSD-2-Clause */
/* A server's HTTP/2 stream, in pieces: the first octet says of what size. What the client would send is taken. */
#include "net/doh_session.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void out_drain(struct doh_session *session)
{
	struct span octets;
	while (doh_session_take(session, &octets) == ERR_OK && octets.size > 0)
		;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct doh_session *session;
	if (size < 1 || doh_session_new("ns1.example", "/dns-query", span_of("question", 8), &session) != ERR_OK)
		return 0;
	size_t piece = data[0] == 0 ? size : data[0];
	int err = ERR_OK;
	out_drain(session);
	for (size_t at = 1; at < size && err == ERR_OK && !doh_session_is_done(session); at += piece) {
		err = doh_session_put(session, span_of(data + at, size - at < piece ? size - at : piece));
		out_drain(session);
	}
	struct doh_response response = doh_session_response(session);
	if (response.status > 999 || response.body.size > DOH_BODY_MAX ||
	    (response.is_dns_message && response.status == 0))
		abort();
	doh_session_free(session);
	return 0;
}
