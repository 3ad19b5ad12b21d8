/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extended DNS Errors: the INFO-CODEs of the IANA registry and their texts (RFC 8914 5.2).
 * One list gives enum and texts.
 * Never carries EXTRA-TEXT: edns does.
 */
#ifndef DNS_EDE_H
#define DNS_EDE_H

#include <stdint.h>

#define EDE_LIST(X)                                                                               \
	X(0, EDE_OTHER, "Other Error")                                                            \
	X(1, EDE_UNSUPPORTED_DNSKEY_ALGORITHM, "Unsupported DNSKEY Algorithm")                    \
	X(2, EDE_UNSUPPORTED_DS_DIGEST, "Unsupported DS Digest Type")                             \
	X(3, EDE_STALE_ANSWER, "Stale Answer")                                                    \
	X(4, EDE_FORGED_ANSWER, "Forged Answer")                                                  \
	X(5, EDE_DNSSEC_INDETERMINATE, "DNSSEC Indeterminate")                                    \
	X(6, EDE_DNSSEC_BOGUS, "DNSSEC Bogus")                                                    \
	X(7, EDE_SIGNATURE_EXPIRED, "Signature Expired")                                          \
	X(8, EDE_SIGNATURE_NOT_YET_VALID, "Signature Not Yet Valid")                              \
	X(9, EDE_DNSKEY_MISSING, "DNSKEY Missing")                                                \
	X(10, EDE_RRSIGS_MISSING, "RRSIGs Missing")                                               \
	X(11, EDE_NO_ZONE_KEY_BIT, "No Zone Key Bit Set")                                         \
	X(12, EDE_NSEC_MISSING, "NSEC Missing")                                                   \
	X(13, EDE_CACHED_ERROR, "Cached Error")                                                   \
	X(14, EDE_NOT_READY, "Not Ready")                                                         \
	X(15, EDE_BLOCKED, "Blocked")                                                             \
	X(16, EDE_CENSORED, "Censored")                                                           \
	X(17, EDE_FILTERED, "Filtered")                                                           \
	X(18, EDE_PROHIBITED, "Prohibited")                                                       \
	X(19, EDE_STALE_NXDOMAIN, "Stale NXDOMAIN Answer")                                        \
	X(20, EDE_NOT_AUTHORITATIVE, "Not Authoritative")                                         \
	X(21, EDE_NOT_SUPPORTED, "Not Supported")                                                 \
	X(22, EDE_NO_REACHABLE_AUTHORITY, "No Reachable Authority")                               \
	X(23, EDE_NETWORK_ERROR, "Network Error")                                                 \
	X(24, EDE_INVALID_DATA, "Invalid Data")                                                   \
	X(25, EDE_SIGNATURE_EXPIRED_BEFORE_VALID, "Signature Expired before Valid")               \
	X(26, EDE_TOO_EARLY, "Too Early")                                                         \
	X(27, EDE_UNSUPPORTED_NSEC3_ITERATIONS, "Unsupported NSEC3 Iterations Value")             \
	X(28, EDE_POLICY, "Unable to conform to policy")                                          \
	X(29, EDE_SYNTHESIZED, "Synthesized")                                                     \
	X(30, EDE_INVALID_QUERY_TYPE, "Invalid Query Type")

enum ede {
#define EDE_ENUM(number, name, text) name = number,
	EDE_LIST(EDE_ENUM)
#undef EDE_ENUM
};

/* The registry's text; "Unassigned" for a code without a row. Never NULL. */
const char *ede_text(uint16_t code);

#endif
