/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Posts messages as JSON over HTTP or HTTPS, over IPv6 and IPv4; what fails for a while is tried again.
 * Owned: webhook_new/webhook_free; one thread uses it. The one file behind it knows libcurl.
 * Never believes a server whose certificate does not verify, follows no redirection, reads no proxy from the
 * environment.
 */
#ifndef DELIVER_WEBHOOK_H
#define DELIVER_WEBHOOK_H

#include "deliver/courier.h"

#define WEBHOOK_TIMEOUT_MS 10000 /* of one try */
#define WEBHOOK_TRIES 6
#define WEBHOOK_BACKOFF_MS                                                                                             \
	1000 /* before the second; twice as much before each further one, half to all of it by chance */

struct webhook;

struct webhook_options {
	const char *url;
	const char *headers; /* lines "Name: value"; NULL: none. May be secret */
	const char *ca_file; /* NULL: the system's */
};

int webhook_new(const struct webhook_options *options, struct webhook **ret) MUST_USE; /* -ENOMEM */
void webhook_free(struct webhook *webhook);                                            /* NULL is fine */

/* A courier_carry; the owner is a struct webhook. */
int webhook_carry(void *owner, struct courier *courier, const struct parcel *parcel, char *ret_why);

#endif
