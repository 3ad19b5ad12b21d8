/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tls_client.h"

#include "net/dial.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct tls_client {
	int fd;
	SSL_CTX *settings;
	SSL *stream;
	struct tls_verdict verdict;
};

/* What OpenSSL waits for. ERR_CRYPTO: nothing, it has failed. */
static int stream_wait(const struct tls_client *client, int rc, uint64_t deadline_us)
{
	switch (SSL_get_error(client->stream, rc)) {
	case SSL_ERROR_WANT_READ:
		return dial_wait(client->fd, POLLIN, deadline_us);
	case SSL_ERROR_WANT_WRITE:
		return dial_wait(client->fd, POLLOUT, deadline_us);
	case SSL_ERROR_ZERO_RETURN:
		return ERR_TRUNCATED;
	default:
		return ERR_CRYPTO;
	}
}

static uint64_t certificate_end(const X509 *certificate)
{
	struct tm end;
	if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1)
		return 0;
	time_t end_s = timegm(&end);
	return end_s > 0 ? (uint64_t)end_s : 0;
}

static void verdict_take(struct tls_client *client, const char *host)
{
	X509 *certificate = SSL_get1_peer_certificate(client->stream);
	if (certificate == NULL)
		return;
	client->verdict.is_trusted = SSL_get_verify_result(client->stream) == X509_V_OK;
	client->verdict.is_name_right = X509_check_host(certificate, host, 0, 0, NULL) == 1;
	client->verdict.expires_s = certificate_end(certificate);
	X509_free(certificate);
}

static bool is_agreed(const struct tls_client *client, const char *alpn)
{
	const unsigned char *protocol;
	unsigned size;
	SSL_get0_alpn_selected(client->stream, &protocol, &size);
	return size == strlen(alpn) && memcmp(protocol, alpn, size) == 0;
}

/* Versions of RFC 8310 9, the name (SNI) and the protocol (ALPN). */
static bool settings_make(struct tls_client *client, const char *host, const char *alpn)
{
	uint8_t protocols[32];
	size_t size = strlen(alpn);
	if (size == 0 || size >= sizeof(protocols))
		return false;
	protocols[0] = (uint8_t)size;
	memcpy(protocols + 1, alpn, size);
	client->settings = SSL_CTX_new(TLS_client_method());
	if (client->settings == NULL || SSL_CTX_set_min_proto_version(client->settings, TLS1_2_VERSION) != 1)
		return false;
	SSL_CTX_set_default_verify_paths(client->settings); /* none: nothing is trusted */
	SSL_CTX_set_verify(client->settings, SSL_VERIFY_NONE, NULL);
	/* Records that carry nothing (tickets, key updates) come back to stream_wait, which knows the deadline. */
	SSL_CTX_clear_mode(client->settings, SSL_MODE_AUTO_RETRY);
	client->stream = SSL_new(client->settings);
	return client->stream != NULL && SSL_set_fd(client->stream, client->fd) == 1 &&
	       SSL_set_tlsext_host_name(client->stream, host) == 1 &&
	       SSL_set_alpn_protos(client->stream, protocols, (unsigned)size + 1) == 0;
}

/* OpenSSL writes without MSG_NOSIGNAL: a server that goes away must not end the program. */
static void pipe_signal_block(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int tls_client_open(int fd, const char *host, const char *alpn, uint64_t deadline_us, struct tls_client **ret)
{
	struct tls_client *client = calloc(1, sizeof(*client));
	int rc, err = ERR_OK;
	if (client == NULL)
		return -ENOMEM;
	client->fd = fd;
	pipe_signal_block();
	ERR_clear_error();
	if (!settings_make(client, host, alpn))
		err = ERR_CRYPTO;
	while (err == ERR_OK && (rc = SSL_connect(client->stream)) != 1)
		err = stream_wait(client, rc, deadline_us);
	if (err != ERR_OK) {
		tls_client_close(client);
		return err;
	}
	verdict_take(client, host);
	client->verdict.is_protocol_agreed = is_agreed(client, alpn);
	*ret = client;
	return ERR_OK;
}

void tls_client_close(struct tls_client *client)
{
	SSL_free(client->stream);
	SSL_CTX_free(client->settings);
	ERR_clear_error();
	free(client);
}

struct tls_verdict tls_client_verdict(const struct tls_client *client)
{
	return client->verdict;
}

int tls_client_send(struct tls_client *client, struct span octets, uint64_t deadline_us)
{
	size_t sent;
	int rc;
	while ((rc = SSL_write_ex(client->stream, octets.data, octets.size, &sent)) != 1) {
		int err = stream_wait(client, rc, deadline_us);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

int tls_client_receive_some(struct tls_client *client, uint8_t *octets, size_t size, uint64_t deadline_us,
			    size_t *ret_size)
{
	int rc;
	while ((rc = SSL_read_ex(client->stream, octets, size, ret_size)) != 1) {
		int err = stream_wait(client, rc, deadline_us);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

int tls_client_receive(struct tls_client *client, uint8_t *octets, size_t size, uint64_t deadline_us)
{
	while (size > 0) {
		size_t got = 0;
		int err = tls_client_receive_some(client, octets, size, deadline_us, &got);
		if (err != ERR_OK)
			return err;
		octets += got;
		size -= got;
	}
	return ERR_OK;
}
