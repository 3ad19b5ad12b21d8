/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TLS to a server over a connected stream socket, for who can wait (net/dial), and what its certificate is worth.
 * Owned: tls_client_open/tls_client_close; the socket stays the caller's.
 * Never refuses a certificate: what is wrong with it is told, and the caller judges.
 */
#ifndef NET_TLS_CLIENT_H
#define NET_TLS_CLIENT_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

struct tls_client;

struct tls_verdict {
	bool is_trusted;    /* by the system's certificate authorities, today */
	bool is_name_right; /* it is for the host */
	uint64_t expires_s; /* wall clock; 0: there is none */
	bool is_protocol_agreed; /* the server chose alpn; those that do not know ALPN choose nothing */
};

/* Handshake with TLS 1.2 or later. host: the name that the certificate is to be for; alpn: "dot", "h2". ERR_CRYPTO: it
 * failed; -ETIMEDOUT, -ENOMEM. Deadlines are monotonic, microseconds. */
int tls_client_open(int fd, const char *host, const char *alpn, uint64_t deadline_us, struct tls_client **ret) MUST_USE;
void tls_client_close(struct tls_client *client);
struct tls_verdict tls_client_verdict(const struct tls_client *client);

/* All of it. ERR_CRYPTO, ERR_TRUNCATED: the other side closed; -ETIMEDOUT. */
int tls_client_send(struct tls_client *client, struct span octets, uint64_t deadline_us) MUST_USE;
int tls_client_receive(struct tls_client *client, uint8_t *octets, size_t size, uint64_t deadline_us) MUST_USE;
/* What there is of it: at least one octet. */
int tls_client_receive_some(struct tls_client *client, uint8_t *octets, size_t size, uint64_t deadline_us,
			    size_t *ret_size) MUST_USE;

#endif
