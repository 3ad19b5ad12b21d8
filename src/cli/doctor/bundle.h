/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The evidence bundle: one JSON document with all that an examination saw and came to, to be put into a ticket.
 * Reads the inquiry; writes one file.
 * Never holds secrets: questions, answers, what the network says, this host's addresses and routes; see
 * cli/doctor/host.h.
 */
#ifndef CLI_DOCTOR_BUNDLE_H
#define CLI_DOCTOR_BUNDLE_H

#include "cli/doctor/inquiry.h"

/* --bundle FILE; without it nothing is done. An exit code; what is wrong has been said. */
int bundle_write(struct inquiry *inquiry);

#endif
