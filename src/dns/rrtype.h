/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RR types: one row per type says how its RDATA is made of fields.
 * Const table. Every walker (check wire, copy wire, canonical form, to text, from text) reads it.
 * Never more than one codec for a type.
 */
#ifndef DNS_RRTYPE_H
#define DNS_RRTYPE_H

#include "base/err.h"
#include "base/span.h"

/* The codes that code names; the table has them all. */
enum rr_type {
	RR_A = 1, RR_NS = 2, RR_CNAME = 5, RR_SOA = 6, RR_PTR = 12, RR_HINFO = 13, RR_MX = 15, RR_TXT = 16,
	RR_SIG = 24, RR_KEY = 25, RR_AAAA = 28, RR_NXT = 30, RR_SRV = 33, RR_NAPTR = 35, RR_KX = 36, RR_CERT = 37,
	RR_DNAME = 39, RR_OPT = 41, RR_DS = 43, RR_RRSIG = 46, RR_NSEC = 47, RR_DNSKEY = 48, RR_NSEC3 = 50,
	RR_NSEC3PARAM = 51, RR_CDS = 59, RR_CDNSKEY = 60, RR_CSYNC = 62, RR_ZONEMD = 63, RR_SVCB = 64, RR_HTTPS = 65,
	RR_DSYNC = 66, RR_TKEY = 249, RR_TSIG = 250, RR_IXFR = 251, RR_AXFR = 252, RR_MAILB = 253, RR_MAILA = 254,
	RR_ANY = 255, RR_URI = 256, RR_CAA = 257
};

enum rr_class { CLASS_IN = 1, CLASS_CH = 3, CLASS_HS = 4, CLASS_NONE = 254, CLASS_ANY = 255 };

struct rrtype; /* its fields: dns/rdata_field.h */

#define RRTYPE_TEXT_MAX 16 /* "NSEC3PARAM", "TYPE65535", NUL */

/* NULL for a type without a row: handled as RFC 3597 says. */
const struct rrtype *rrtype_find(uint16_t type);
/* Mnemonic in any case, or TYPEnnn. ERR_NOT_FOUND. */
int rrtype_from_text(struct span text, uint16_t *ret) MUST_USE;
void rrtype_to_text(uint16_t type, char ret_text[RRTYPE_TEXT_MAX]);
/* RFC 6895 3.1: OPT, TSIG, TKEY, IXFR, AXFR, ANY and the rest of 128-255, 41: never zone data. */
bool rrtype_is_meta(uint16_t type);
/* At most one record of the type at an owner: SOA, CNAME, DNAME. */
bool rrtype_is_singleton(uint16_t type);
int rrclass_from_text(struct span text, uint16_t *ret) MUST_USE; /* IN, CH, HS, ANY, NONE, CLASSnnn */
void rrclass_to_text(uint16_t class, char ret_text[RRTYPE_TEXT_MAX]);

#endif
