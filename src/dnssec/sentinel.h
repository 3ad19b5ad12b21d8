/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which keys a validator trusts, told to those who measure it: RFC 8509 (root-key-sentinel) and RFC 8145 (_ta-...).
 * Stateless.
 */
#ifndef DNSSEC_SENTINEL_H
#define DNSSEC_SENTINEL_H

#include "dnssec/anchors.h"

/* RFC 8509 2.2: the first label asks whether a key tag is (or is not) a trust anchor of the root, and the answer is
 * "an error". False for all other names. */
bool sentinel_fails(const struct anchors *anchors, struct name qname);
/* RFC 8145 5: the name that tells the root which keys we trust, "_ta-4f66.". ERR_NOT_FOUND: no anchor at the root. */
int sentinel_signal(const struct anchors *anchors, struct name_buffer *buffer, struct name *ret) MUST_USE;

#endif
