/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EDNS(0): the OPT record written and read (RFC 6891), with the options that Sextant speaks.
 * A value; spans and texts in it are borrowed.
 * Never decides whether an option is due: the engines and the client do.
 */
#ifndef DNS_EDNS_H
#define DNS_EDNS_H

#include "base/err.h"
#include "base/writer.h"
#include "dns/ede.h"

enum edns_option {
	EDNS_NSID = 3,       /* RFC 5001 */
	EDNS_ECS = 8,        /* RFC 7871 */
	EDNS_EXPIRE = 9,     /* RFC 7314 */
	EDNS_COOKIE = 10,    /* RFC 7873 */
	EDNS_KEEPALIVE = 11, /* RFC 7828 */
	EDNS_PADDING = 12,   /* RFC 7830 */
	EDNS_CHAIN = 13,     /* RFC 7901 */
	EDNS_EDE = 15,       /* RFC 8914 */
	EDNS_REPORT_CHANNEL = 18, /* RFC 9567 */
	EDNS_ZONEVERSION = 19     /* RFC 9660 */
};

#define EDNS_FLAG_DO 0x8000     /* in the lower half of TTL, RFC 3225 */
#define EDNS_HEADER_SIZE 11     /* octets of an OPT record without options */
#define EDNS_OPTION_HEADER 4    /* octets before each option's value */
#define EDNS_EDE_MAX 4          /* EDEs that one message carries in our hands */
#define EDNS_PADDING_QUERY 128  /* block sizes in octets, RFC 8467 4.1 */
#define EDNS_PADDING_RESPONSE 468
#define EDNS_COOKIE_MAX 40      /* octets, client and server part together */

struct edns_ede {
	uint16_t code;     /* enum ede */
	struct span text;  /* EXTRA-TEXT, UTF-8; may be empty */
};

struct edns {
	uint16_t udp_size;     /* what the sender can take, octets */
	uint16_t rcode;        /* extended, 12 bits: its upper eight are in OPT. Reading: those eight, shifted */
	uint8_t version;
	bool is_do;
	bool has_nsid;         /* a query asks with an empty one */
	struct span nsid;
	struct span cookie;    /* client part, or client and server part; data NULL: none */
	bool has_keepalive;    /* a query has no time in it, an answer has */
	bool has_keepalive_time;
	uint16_t keepalive_ds; /* units of 100 ms */
	uint16_t padding_block; /* writing: pad the message to a multiple; 0: none. Reading: octets of padding */
	uint8_t ede_count;
	struct edns_ede ede[EDNS_EDE_MAX];
};

/* Octets that edns_write will take, padding not counted. */
size_t edns_size(const struct edns *edns);
/*
 * The whole OPT record, owner included, appended to a message whose octets so far are out. Padding goes last and
 * fills up to the block, or as far as there is room. Full: out->is_full and nothing of use behind the old size.
 */
void edns_write(const struct edns *edns, struct writer *out);

/* One option of an OPT RDATA; *position starts at 0. ERR_NOT_FOUND: no more; ERR_TRUNCATED. */
int edns_next_option(struct span rdata, size_t *position, uint16_t *ret_code, struct span *ret_value) MUST_USE;
/*
 * An OPT record read: class, ttl and RDATA as they stand on the wire. Options not known are skipped; EDEs beyond
 * EDNS_EDE_MAX are dropped. ERR_TRUNCATED; ERR_SYNTAX: an option's length is one its RFC forbids.
 */
int edns_read(uint16_t class, uint32_t ttl, struct span rdata, struct edns *ret) MUST_USE;

#define EDNS_TEXT_MAX 24 /* "OPTION65535", NUL */
void edns_option_to_text(uint16_t code, char ret_text[EDNS_TEXT_MAX]); /* "NSID", "OPT65001" */

#endif
