/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the operator's program for one message: the message on its standard input, nothing else of ours.
 * Stateless but for the path.
 * Never through a shell, never with our environment, and never for longer than PROGRAM_TIMEOUT_MS.
 */
#ifndef DELIVER_PROGRAM_H
#define DELIVER_PROGRAM_H

#include "deliver/courier.h"

#define PROGRAM_TIMEOUT_MS 10000
#define PROGRAM_STOP_MS 1000 /* once the daemon ends */

/* A courier_carry; the owner is the path, a const char *. */
int program_carry(void *owner, struct courier *courier, const struct parcel *parcel, char *ret_why);

#endif
