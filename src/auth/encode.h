/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A collected answer into octets: sections in order, what must fit and what may stay away.
 * The builder is the caller's, started with the question and with its limit lowered to leave room for OPT and TSIG.
 * Never leaves half an RRset, and never an RRset of the answer or authority section without its signatures.
 */
#ifndef AUTH_ENCODE_H
#define AUTH_ENCODE_H

#include "auth/answer.h"
#include "dns/builder.h"

/* Sets TC in the builder when something that has to be there does not fit. */
void answer_encode(const struct answer *answer, struct builder *builder);

#endif
