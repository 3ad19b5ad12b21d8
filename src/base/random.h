/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random octets from the kernel, and SipHash-2-4 for keyed hashing.
 * Stateless. Never returns weak randomness: it waits or ends the process.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *ret_data, size_t size);

#define SIPHASH_KEY_SIZE 16
/* SipHash-2-4, 64-bit result in host order; RFC 9018 4.4 stores it little-endian. */
uint64_t siphash(const uint8_t key[SIPHASH_KEY_SIZE], const void *data, size_t size);

#endif
