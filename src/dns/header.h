/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header of a message: its flags, sections, opcodes and response codes (RFC 1035 4.1.1, RFC 6895 2).
 * Constants and their texts; owned by nobody.
 * Never reads a message: query and message do.
 */
#ifndef DNS_HEADER_H
#define DNS_HEADER_H

#include "base/err.h"
#include "base/span.h"

#define HEADER_SIZE 12 /* octets */

/* Bits of the second 16-bit word. */
enum header_flag {
	HEADER_QR = 0x8000,
	HEADER_AA = 0x0400,
	HEADER_TC = 0x0200,
	HEADER_RD = 0x0100,
	HEADER_RA = 0x0080,
	HEADER_Z = 0x0040,
	HEADER_AD = 0x0020,
	HEADER_CD = 0x0010
};

#define HEADER_OPCODE_SHIFT 11
#define HEADER_OPCODE_MASK 0x7800
#define HEADER_RCODE_MASK 0x000f

enum section { SECTION_QUESTION, SECTION_ANSWER, SECTION_AUTHORITY, SECTION_ADDITIONAL, SECTION_COUNT };

enum opcode {
	OPCODE_QUERY = 0,
	OPCODE_IQUERY = 1, /* obsolete, RFC 3425 */
	OPCODE_STATUS = 2,
	OPCODE_NOTIFY = 4,
	OPCODE_UPDATE = 5,
	OPCODE_DSO = 6
};

/* Extended: 12 bits, the upper eight travel in OPT (RFC 6891 6.1.3). */
enum rcode {
	RCODE_NOERROR = 0,
	RCODE_FORMERR = 1,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_NOTIMP = 4,
	RCODE_REFUSED = 5,
	RCODE_YXDOMAIN = 6,
	RCODE_YXRRSET = 7,
	RCODE_NXRRSET = 8,
	RCODE_NOTAUTH = 9,
	RCODE_NOTZONE = 10,
	RCODE_DSOTYPENI = 11,
	RCODE_BADVERS = 16, /* in OPT; the same number is BADSIG in TSIG */
	RCODE_BADKEY = 17,
	RCODE_BADTIME = 18,
	RCODE_BADMODE = 19,
	RCODE_BADNAME = 20,
	RCODE_BADALG = 21,
	RCODE_BADTRUNC = 22,
	RCODE_BADCOOKIE = 23
};

#define HEADER_TEXT_MAX 16 /* "RCODE4095", "OPCODE15", NUL */

void rcode_to_text(uint16_t rcode, char ret_text[HEADER_TEXT_MAX]);   /* "NXDOMAIN" */
/* "NXDOMAIN" in any case, "RCODE4095", "4095". ERR_NOT_FOUND. */
int rcode_from_text(struct span text, uint16_t *ret) MUST_USE;
void opcode_to_text(uint8_t opcode, char ret_text[HEADER_TEXT_MAX]);  /* "NOTIFY" */

#endif
