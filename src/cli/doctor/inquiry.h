/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of `sextant doctor [NAME [TYPE]]`: what it was told, what was gathered, and what the examination came to.
 * Owned: lives in inquiry_command.
 * Never judges: doctor/incident.h does, again and again until nothing is missing.
 */
#ifndef CLI_DOCTOR_INQUIRY_H
#define CLI_DOCTOR_INQUIRY_H

#include "cli/audit/audit.h"
#include "doctor/incident.h"

struct inquiry {
	struct cli *cli;
	struct audit roots; /* facts, arena, hints, anchors: as an audit has them */
	struct name_buffer name_buffer;
	struct incident incident;
	struct client_facts *client;
	struct finding_list *client_findings;
	struct log_view *logs;
	struct arena *arena; /* of the last pass */
	struct diagnosis *diagnosis;
	uint64_t started_us; /* wall clock */
};

int inquiry_command(struct cli *cli);

#endif
