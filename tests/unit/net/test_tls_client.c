/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tls_client.h"

#include "base/clock.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_US 20000000ull
#define TICKETS 3

/* A server that sends session tickets, which carry nothing, and then one octet. */
struct server {
	int fd;
	SSL_CTX *settings;
};

static SSL_CTX *server_settings(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	SSL_CTX *settings = SSL_CTX_new(TLS_server_method());
	X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_int_equal(SSL_CTX_use_certificate(settings, certificate), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(settings, key), 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return settings;
}

static void *server_run(void *argument)
{
	struct server *server = argument;
	SSL *stream = SSL_new(server->settings);
	SSL_set_fd(stream, server->fd);
	bool is_open = SSL_accept(stream) == 1;
	for (unsigned i = 0; i < TICKETS && is_open; i++)
		is_open = SSL_new_session_ticket(stream) == 1 && SSL_do_handshake(stream) == 1;
	if (is_open)
		SSL_write(stream, "x", 1);
	SSL_free(stream);
	return NULL;
}

/* What came of one octet, all of it being there. */
static int octet_receive(uint64_t deadline_us, uint8_t *ret)
{
	int ends[2];
	pthread_t thread;
	struct tls_client *client;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	struct server server = {.fd = ends[1], .settings = server_settings()};
	assert_int_equal(pthread_create(&thread, NULL, server_run, &server), 0);
	assert_int_equal(tls_client_open(ends[0], "ns1.example", "dot", clock_monotonic_us() + PATIENCE_US, &client),
			 ERR_OK);
	pthread_join(thread, NULL);
	int err = tls_client_receive(client, ret, 1, deadline_us);
	tls_client_close(client);
	close(ends[0]);
	close(ends[1]);
	SSL_CTX_free(server.settings);
	return err;
}

static void tickets_are_passed_over(void **state)
{
	uint8_t octet = 0;
	assert_int_equal(octet_receive(clock_monotonic_us() + PATIENCE_US, &octet), ERR_OK);
	assert_int_equal(octet, 'x');
}

/* Else a server that sends them without end holds its asker for as long. */
static void tickets_do_not_buy_time(void **state)
{
	uint8_t octet = 0;
	assert_int_equal(octet_receive(clock_monotonic_us(), &octet), -ETIMEDOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tickets_are_passed_over),
		cmocka_unit_test(tickets_do_not_buy_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
