/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The small internet of a scenario: upstream questions in, replies when their time has come.
 * Owned: network_start/network_end; entries and ranges belong to the scenario.
 * Never answers a question whose engine has given it up.
 */
#ifndef TESTS_SIM_NETWORK_H
#define TESTS_SIM_NETWORK_H

#include "resolver/resolver.h"
#include "tests/sim/setup.h"

struct asked { /* one upstream question, kept for checks */
	uint64_t id;
	struct ip_endpoint server;
	enum question_transport transport;
	bool is_case_exact, is_background;
	uint8_t sent[QUESTION_MAX];
	size_t sent_size;
	const struct entry *entry; /* what answers it; NULL: nothing */
	bool is_open; /* nobody has replied, and it was not given up */
	bool is_unreachable; /* FAILURE is what comes instead of a reply */
	enum ask_failure failure;
	bool is_guessed;     /* wrong ids come instead of a reply */
	uint64_t due_us; /* of the reply; UINT64_MAX: none comes */
	uint8_t *reply;  /* malloc'ed; NULL: none */
	size_t reply_size;
};

struct network {
	struct scenario *scenario;
	const struct setup *setup;
	struct asked *asked;
	size_t asked_count, asked_capacity;
	struct text unmatched; /* questions that a valid range has no entry for, nor any other server: a failure */
	struct text *trace;    /* what went over the wire; NULL: nobody wants to know */
	bool is_spinning;      /* more questions than any scenario can want */
};

void network_start(struct network *network, struct scenario *scenario, const struct setup *setup, struct text *trace);
void network_end(struct network *network);

/* The engine asks; step: where the play is. */
void network_ask(struct network *network, const struct step *step, uint64_t now_us, const struct action *action);
void network_cancel(struct network *network, uint64_t id);
/* An entry of a REPLY step for a question that is open; false: there is none that it matches. */
bool network_inject(struct network *network, const struct step *step, uint64_t now_us);
/* The reply that is due first; NULL: none is under way. */
struct asked *network_due(struct network *network);

#endif
