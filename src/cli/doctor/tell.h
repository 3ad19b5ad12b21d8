/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an examination came to, for people (steps, the most likely cause, what to do next) and for programs.
 * Reads the inquiry; appends to text of its own.
 * Never lets an octet from outside reach the terminal as a control character.
 */
#ifndef CLI_DOCTOR_TELL_H
#define CLI_DOCTOR_TELL_H

#include "base/text.h"
#include "cli/doctor/inquiry.h"

/* Prints; the exit code of the command. */
int inquiry_tell(struct inquiry *inquiry);
/* Members of one object: name, types, resolvers, steps, causes, most_likely. */
void inquiry_to_json(const struct inquiry *inquiry, struct json_writer *json);

#endif
