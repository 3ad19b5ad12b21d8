/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hex, base64 (RFC 4648 4) and base32hex without padding (RFC 4648 7, as RFC 5155 uses it).
 * Stateless. Encoders append to a text; decoders append to a writer.
 * Decoders never accept anything but the exact alphabet (hex and base32hex: either case).
 */
#ifndef BASE_ENCODING_H
#define BASE_ENCODING_H

#include "base/text.h"
#include "base/writer.h"

void hex_encode(struct span data, struct text *out); /* upper case */
void base64_encode(struct span data, struct text *out);
void base32hex_encode(struct span data, struct text *out); /* lower case, no padding */

/* ERR_SYNTAX: a character or length that is not allowed; ERR_SPACE: the writer is full. */
int hex_decode(struct span text, struct writer *out) MUST_USE;
int base64_decode(struct span text, struct writer *out) MUST_USE; /* padding required */
int base32hex_decode(struct span text, struct writer *out) MUST_USE;

#endif
