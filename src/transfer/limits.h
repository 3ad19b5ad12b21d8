/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What primaries may cost a secondary: every bound of transfers that come in, each with what it answers.
 * Constants; those that an operator may want otherwise are options of `transfers-in:`.
 * Never a bound of transfers that go out: those are the service's `transport:`.
 */
#ifndef TRANSFER_LIMITS_H
#define TRANSFER_LIMITS_H

/* --- Times of a SOA (RFC 1034 4.3.5); what lies outside counts as the nearest --- */

#define SCHEDULE_REFRESH_LEAST_S 2            /* 0 would have us ask without a pause */
#define SCHEDULE_REFRESH_MOST_S (28u * 86400) /* a mistyped year would leave old data for ever */
#define SCHEDULE_RETRY_LEAST_S 1
#define SCHEDULE_RETRY_MOST_S (14u * 86400)
#define SCHEDULE_EXPIRE_MOST_S (168u * 86400) /* its least is refresh and retry together: else a healthy zone expires  \
					       */
/* A round begins up to 1/20 of the time earlier, at most this: a thousand zones loaded at once do not ask at once. */
#define SCHEDULE_JITTER_MOST_MS 30000
/* Without any version there is no retry time: the first pause, doubled up to the last. */
#define SCHEDULE_BACKOFF_FIRST_MS 1000
#define SCHEDULE_BACKOFF_MOST_MS 60000
/* From one round to the next that NOTIFY asks for: a flood of NOTIFYs makes one question a second, not one each. */
#define SCHEDULE_NOTIFY_GAP_MS 1000

#define SCHEDULE_ADDRESSES_MAX 64 /* of all primaries of a zone */

/* --- Questions and transfers --- */

#define INCOMING_ASKS_MOST 64     /* SOA questions at once: sockets */
#define INCOMING_UDP_TRIES 2      /* a datagram may get lost */
#define INCOMING_UDP_WAIT_MS 1000 /* for the answer to each */
#define INCOMING_CONNECT_MS 3000  /* a primary that does not take the connection: the next address has its turn */
#define INCOMING_ANSWER_MS 5000   /* a SOA over TCP, from the connection on */
/* Octets that must come in each idle-timeout: a primary that sends one now and then holds no place among the transfers.
 */
#define INCOMING_SLOW_OCTETS 512
#define INCOMING_RECORDS_MOST 100000000 /* of one transfer; their octets are bounded by transfers-in.size */

#endif
